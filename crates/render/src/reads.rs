//! All that one render learned from outside of its input: what a later commit must have changed to be rendered again.

use crate::{CapabilitiesId, Lent, Request, Surroundings};
use std::collections::BTreeMap;
use tree::{ReadSet, Tree, TreeError};

/// All that one render learned from outside of its input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// From the source's own commit: files, listings and absences.
    pub own: ReadSet,
    /// From the sources it refers to, by name.
    pub refs: BTreeMap<String, RefReads>,
    /// The commit's name, where the result says it or depends on when the commit was made.
    pub revision: Option<String>,
    /// What the cluster can do, where a tool was told; outside is whether it was, inside what.
    pub capabilities: Option<Option<CapabilitiesId>>,
    /// What was asked of elsewhere, with the mark of what was had.
    pub elsewhere: BTreeMap<Request, Option<String>>,
}

/// What was learned from a source that is referred to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefReads {
    /// There is no such source, or it is a chart.
    Missing,
    /// These files, listings and absences.
    Read(ReadSet),
}

impl Reads {
    /// Whether a render in these surroundings would learn the same, and so give the same result.
    ///
    /// # Errors
    /// When the store behind a tree fails: then nothing is known.
    pub fn hold_in(&self, surroundings: &Surroundings<'_>) -> Result<bool, TreeError> {
        if !self.elsewhere_holds(surroundings)
            || self.revision.as_deref().is_some_and(|revision| revision != surroundings.revision)
            || self.capabilities.is_some_and(|known| known != surroundings.capabilities.map(|now| now.id()))
            || !self.own.unchanged_in(surroundings.tree)?
        {
            return Ok(false);
        }
        for (name, reads) in &self.refs {
            let same = match (reads, surroundings.refs.get(name)) {
                (RefReads::Missing, None | Some(Lent::Chart)) => true,
                (RefReads::Read(reads), Some(Lent::Files(tree))) => reads.unchanged_in(*tree)?,
                _ => false,
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether elsewhere would give the same. What could not be had then may be had now.
    #[must_use]
    pub fn elsewhere_holds(&self, surroundings: &Surroundings<'_>) -> bool {
        let now = |request: &Request| surroundings.elsewhere.and_then(|port| port.mark(request));
        self.elsewhere.iter().all(|(request, mark)| mark.is_some() && now(request) == *mark)
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
