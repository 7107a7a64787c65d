//! What the server needs of those who render: a narrow seam, filled by the program that puts it together.

use futures::future::BoxFuture;
use object::{Key, Object};
use serde_json::Value;
use std::sync::Arc;

pub use webhooks::Rendered;

/// One resource, as it should be and as it is; Secrets masked on both sides alike.
#[derive(Debug, Clone)]
pub struct Managed {
    /// Which resource.
    pub key: Key,
    /// As it should be; `None` when it should not be.
    pub target: Option<Value>,
    /// As it is; `None` when it is not.
    pub live: Option<Value>,
    /// As it is, without what does not count.
    pub normalized: Option<Value>,
    /// As it would be once applied.
    pub predicted: Option<Value>,
    /// Whether applying changes it.
    pub is_modified: bool,
    /// Whether it is a hook.
    pub is_hook: bool,
}

/// What the last render of an application's source has read, if that is known: by namespace, name, and the source's place.
pub type LastRenders = Arc<dyn Fn(&str, &str, usize) -> Option<Arc<Rendered>> + Send + Sync>;

/// Renders applications.
pub trait Tools: Send + Sync {
    /// The manifests of an application's sources at their revisions, or at this one.
    fn manifests(&self, application: &Object, revision: Option<&str>)
    -> BoxFuture<'static, Result<Vec<Value>, String>>;

    /// What an application manages.
    fn managed(&self, application: &Object) -> BoxFuture<'static, Result<Vec<Managed>, String>>;

    /// Who made a revision: `author`, `date`, `message`.
    fn revision(&self, application: &Object, revision: &str) -> BoxFuture<'static, Result<Value, String>>;
}
