//! All that one render learned from outside of its input: what a later commit must have changed to be rendered again.

use crate::Surroundings;
use tree::{ReadSet, Tree, TreeError};

/// All that one render learned from outside of its input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// From the source's own commit: files, listings and absences.
    pub own: ReadSet,
    /// The commit's name, where a build variable with it was used.
    pub revision: Option<String>,
}

impl Reads {
    /// Whether a render in these surroundings would learn the same, and so give the same result.
    ///
    /// # Errors
    /// When the store behind a tree fails: then nothing is known.
    pub fn hold_in(&self, surroundings: &Surroundings<'_>) -> Result<bool, TreeError> {
        if self.revision.as_deref().is_some_and(|revision| revision != surroundings.revision) {
            return Ok(false);
        }
        self.own.unchanged_in(surroundings.tree)
    }

    /// Whether a render of that tree alone, at whatever commit, would learn the same.
    ///
    /// # Errors
    /// As [`Reads::hold_in`].
    pub fn unchanged_in(&self, tree: &dyn Tree) -> Result<bool, TreeError> {
        Ok(self.revision.is_none() && self.hold_in(&Surroundings::of(tree, ""))?)
    }

    /// Whether nothing was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Reads::default()
    }
}
