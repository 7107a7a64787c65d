//! One application that was found, and how one is named. A leaf module.

use crate::failure::Failure;
use api::{Application, names};
use object::Object;

/// One application as it is in the cluster, and read.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub object: Object,
    pub app: Application,
}

/// The name of an application on the command line: `name` or `namespace/name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AppName {
    pub namespace: String,
    pub name: String,
}

impl AppName {
    /// Reads an argument; a namespace in it wins over the flag, which wins over the usual one.
    pub(crate) fn parse(text: &str, flag: Option<&str>) -> Self {
        let (namespace, name) = match text.split_once('/') {
            Some((namespace, name)) => (namespace, name),
            None => (flag.filter(|flag| !flag.is_empty()).unwrap_or(names::DEFAULT_NAMESPACE), text),
        };
        AppName { namespace: namespace.to_owned(), name: name.to_owned() }
    }
}

impl std::fmt::Display for AppName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// Reads an application.
pub(crate) fn read(object: Object) -> Result<Found, Failure> {
    let app = Application::read(&object).map_err(|error| Failure::new(error.to_string()))?;
    Ok(Found { object, app })
}
