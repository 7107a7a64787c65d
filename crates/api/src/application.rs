//! The Application object.

use crate::meta::Metadata;
use crate::names;
use crate::operation::Operation;
use crate::spec::ApplicationSpec;
use crate::status::ApplicationStatus;
use crate::wire::wire;
use object::Object;

wire! {
    /// An application: what it should be, what it is asked to do, and what it is.
    pub struct Application {
        /// API version of the object.
        pub api_version: String = "apiVersion";
        /// Kind of the object.
        pub kind: String = "kind";
        /// Metadata.
        pub metadata: Metadata = "metadata" required;
        /// What it should be.
        pub spec: ApplicationSpec = "spec" required;
        /// What it is.
        pub status: ApplicationStatus = "status";
        /// What it is asked to do; removed when it is done.
        pub operation: Option<Operation> = "operation";
    }
}

/// Why an object is no Application or AppProject. The message names the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} is not a valid {kind}: {problem}")]
pub struct ReadError {
    /// What the object is called.
    pub key: String,
    /// What it should have been.
    pub kind: &'static str,
    /// What is wrong.
    pub problem: String,
}

impl Application {
    /// Reads an Application.
    ///
    /// # Errors
    /// When a field has another type than upstream gives it.
    pub fn read(object: &Object) -> Result<Self, ReadError> {
        read(object, names::APPLICATION)
    }

    /// The name its resources carry: the application's own in the control plane's namespace, `<namespace>_<name>`
    /// elsewhere.
    #[must_use]
    pub fn instance_name(&self, control_plane_namespace: &str) -> String {
        crate::tracking::instance_name(&self.metadata.name, &self.metadata.namespace, control_plane_namespace)
    }

    /// Whether the object carries this finalizer.
    #[must_use]
    pub fn has_finalizer(&self, finalizer: &str) -> bool {
        self.metadata.finalizers.iter().any(|own| own == finalizer)
    }

    /// The value of an annotation.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.metadata.annotations.get(key).map(String::as_str)
    }
}

pub(crate) fn read<T: serde::de::DeserializeOwned>(object: &Object, kind: &'static str) -> Result<T, ReadError> {
    serde_json::from_slice(object.raw()).map_err(|error| ReadError {
        key: object.key().to_string(),
        kind,
        problem: without_place(error.to_string()),
    })
}

/// Line and column of an object's JSON mean nothing to people, who see it as YAML.
fn without_place(problem: String) -> String {
    match problem.rsplit_once(" at line ") {
        Some((problem, _)) => problem.to_owned(),
        None => problem,
    }
}
