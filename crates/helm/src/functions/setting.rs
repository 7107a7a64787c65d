//! What functions read of the render that they run in.

use serde_json::Value as Json;
use std::sync::Arc;

/// What `lookup` reads.
pub trait Lookup: Send + Sync {
    /// The object, or with an empty `name` the list of all in the namespace. `None` when there is none, and when there
    /// is no cluster.
    fn lookup(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Option<Json>;
}

/// No cluster: nothing is found. What `helm template` and Argo CD render with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Empty;

impl Lookup for Empty {
    fn lookup(&self, _: &str, _: &str, _: &str, _: &str) -> Option<Json> {
        None
    }
}

/// What functions read of the render they run in.
pub(crate) struct Setting {
    /// Whether missing values are only told of.
    pub(crate) is_lint: bool,
    /// What `lookup` finds.
    pub(crate) lookup: Arc<dyn Lookup>,
}

impl Default for Setting {
    fn default() -> Self {
        Setting { is_lint: false, lookup: Arc::new(Empty) }
    }
}
