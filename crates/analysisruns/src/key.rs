//! What is worked on. A leaf module.

use api::names::GROUP;
use api::rollouts::ANALYSIS_RUN;
use object::Key;
use std::fmt;

/// An AnalysisRun's namespace and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunKey {
    /// Its namespace.
    pub namespace: Box<str>,
    /// Its name.
    pub name: Box<str>,
}

impl RunKey {
    /// The AnalysisRun that this key of an object names, if it is one.
    #[must_use]
    pub fn of(key: &Key) -> Option<Self> {
        let is_run = (&*key.group, &*key.kind) == (GROUP, ANALYSIS_RUN);
        let namespace = key.namespace.clone().filter(|_| is_run)?;
        Some(RunKey { namespace, name: key.name.clone() })
    }

    /// What it is called in the cluster.
    #[must_use]
    pub fn object_key(&self) -> Key {
        Key::new(GROUP, ANALYSIS_RUN, Some(&self.namespace), &self.name)
    }
}

impl fmt::Display for RunKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}
