//! Whether a node is well: simulated nodes say so by an annotation, and everybody else by the node's conditions. A leaf
//! module.

use apiserver::Object;

/// On a node: `lost` for one that is not heard of any more, `not-ready` for one that says that it is not well.
pub const ANNOTATION: &str = "sim.capstan.dev/state";

/// How a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It runs pods.
    Ready,
    /// It says that it does not.
    NotReady,
    /// Nothing is heard of it.
    Lost,
}

impl Health {
    /// As its annotation wants it.
    #[must_use]
    pub fn wanted(node: &Object) -> Self {
        match node.meta().annotation(ANNOTATION) {
            Some("lost") => Health::Lost,
            Some("not-ready") => Health::NotReady,
            _ => Health::Ready,
        }
    }

    /// As its condition says.
    #[must_use]
    pub fn told(node: &Object) -> Self {
        let conditions = node.get("/status/conditions").unwrap_or_default();
        let ready = conditions.as_array().into_iter().flatten().find(|condition| condition["type"] == "Ready");
        match ready.and_then(|condition| condition["status"].as_str()) {
            Some("False") => Health::NotReady,
            Some("Unknown") => Health::Lost,
            _ => Health::Ready,
        }
    }

    /// The taint that keeps pods away and drives them out, if it has one.
    #[must_use]
    pub fn taint(self) -> Option<&'static str> {
        match self {
            Health::Ready => None,
            Health::NotReady => Some("node.kubernetes.io/not-ready"),
            Health::Lost => Some("node.kubernetes.io/unreachable"),
        }
    }
}
