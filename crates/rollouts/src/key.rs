//! What is worked on: Rollouts, and Services that Rollouts have left behind. A leaf module.

use object::{Key, Object};
use std::fmt;

/// A Rollout's namespace and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RolloutKey {
    /// Its namespace.
    pub namespace: Box<str>,
    /// Its name.
    pub name: Box<str>,
}

/// One object to look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkKey {
    /// A Rollout.
    Rollout(RolloutKey),
    /// A Service that no Rollout may name any longer.
    Service {
        /// Its namespace.
        namespace: Box<str>,
        /// Its name.
        name: Box<str>,
    },
    /// An Ingress that a Rollout may no longer name.
    Ingress {
        /// Its namespace.
        namespace: Box<str>,
        /// Its name.
        name: Box<str>,
    },
    /// A DestinationRule that a Rollout may no longer name.
    DestinationRule {
        /// Its namespace.
        namespace: Box<str>,
        /// Its name.
        name: Box<str>,
    },
}

impl RolloutKey {
    /// The Rollout `name` in `namespace`.
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        RolloutKey { namespace: namespace.into(), name: name.into() }
    }

    /// The Rollout that this object is.
    #[must_use]
    pub fn of(object: &Object) -> Self {
        RolloutKey::new(object.namespace().unwrap_or_default(), object.name())
    }

    /// What it is called in the cluster.
    #[must_use]
    pub fn object_key(&self) -> Key {
        Key::new(api::names::GROUP, api::rollouts::ROLLOUT, Some(&self.namespace), &self.name)
    }
}

impl fmt::Display for RolloutKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

impl fmt::Display for WorkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WorkKey::Rollout(key) => key.fmt(f),
            WorkKey::Service { namespace, name } => write!(f, "service {namespace}/{name}"),
            WorkKey::Ingress { namespace, name } => write!(f, "ingress {namespace}/{name}"),
            WorkKey::DestinationRule { namespace, name } => write!(f, "destinationrule {namespace}/{name}"),
        }
    }
}
