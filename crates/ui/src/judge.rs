//! What is desired, put beside what is live. Whoever can render sources does it; pages only show it. A leaf module.

use crate::problem::Problem;
use futures::future::BoxFuture;
use http::StatusCode;
use object::{Key, Object};
use serde_json::Value;

/// One resource, desired and live.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Which one.
    pub key: Key,
    /// What applying what is desired would give; `None` when it is not desired.
    pub desired: Option<Value>,
    /// What is there; `None` when nothing is.
    pub live: Option<Value>,
    /// Whether both differ in what counts.
    pub differs: bool,
}

/// What is desired.
pub trait Judge: Send + Sync + 'static {
    /// Every resource of an application, desired and live, ready to be shown. Values of
    /// Secrets may still be in it.
    fn compared<'a>(&'a self, application: &'a Object) -> BoxFuture<'a, Result<Vec<Compared>, Problem>>;
}

/// Nobody who can render is there.
pub struct NoJudge;

impl Judge for NoJudge {
    fn compared<'a>(&'a self, _: &'a Object) -> BoxFuture<'a, Result<Vec<Compared>, Problem>> {
        let message = "What is desired cannot be rendered here.";
        Box::pin(std::future::ready(Err(Problem::new(StatusCode::NOT_IMPLEMENTED, message))))
    }
}
