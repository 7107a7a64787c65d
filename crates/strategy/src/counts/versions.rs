//! The versions of a Rollout by the part they play. A leaf module.

use crate::replica_set::Size;

/// The pods of each version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Versions {
    /// Of the wanted version.
    pub new: Option<Size>,
    /// Of the stable version.
    pub stable: Option<Size>,
    /// Both are the same ReplicaSet.
    pub is_new_stable: bool,
    /// Of all others.
    pub older: Vec<Size>,
}

/// How many pods the two versions are to have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Desired {
    /// The wanted version.
    pub new: i64,
    /// The stable version.
    pub stable: i64,
}

impl Versions {
    /// The stable version's pods if it is another than the wanted one.
    #[must_use]
    pub fn other_stable(&self) -> Option<Size> {
        self.stable.filter(|_| self.new.is_none() || !self.is_new_stable)
    }
}
