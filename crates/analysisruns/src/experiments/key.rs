//! What is worked on. A leaf module.

use api::names::GROUP;
use api::rollouts::EXPERIMENT;
use object::Key;
use std::fmt;

/// An Experiment's namespace and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExperimentKey {
    /// Its namespace.
    pub namespace: Box<str>,
    /// Its name.
    pub name: Box<str>,
}

impl ExperimentKey {
    /// What it is called in the cluster.
    #[must_use]
    pub fn object_key(&self) -> Key {
        Key::new(GROUP, EXPERIMENT, Some(&self.namespace), &self.name)
    }
}

impl fmt::Display for ExperimentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}
