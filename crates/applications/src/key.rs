//! What names an application.

use object::Object;
use std::fmt;

/// An application's namespace and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppKey {
    /// Namespace of the Application object.
    pub namespace: Box<str>,
    /// Its name.
    pub name: Box<str>,
}

impl AppKey {
    /// The application `name` in `namespace`.
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        AppKey { namespace: namespace.into(), name: name.into() }
    }

    /// The application that this object is.
    #[must_use]
    pub fn of(object: &Object) -> Self {
        AppKey::new(object.namespace().unwrap_or_default(), object.name())
    }
}

impl fmt::Display for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}
