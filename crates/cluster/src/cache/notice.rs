//! What the cache gives out: objects as they are kept, and word of what changed.

use super::ownership::Instance;
use crate::{GroupKind, Keep};
use object::{Key, Object};

/// One object as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cached {
    /// The object; how much of it, `keep` says.
    pub object: Object,
    /// How much of its text is there.
    pub keep: Keep,
    /// Who tracks it, when somebody does and it has no owners of its own.
    pub instance: Option<Instance>,
}

/// Something changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// One object appeared, changed or went.
    Object {
        /// Which one.
        key: Key,
        /// Whether it is there.
        presence: Presence,
        /// Whether it is tracked itself, or is owned by what is tracked.
        place: Place,
        /// Whom it concerns, sorted; before and after the change.
        instances: Vec<Instance>,
    },
    /// What is known of a kind changed: it can be listed now, or no longer.
    Kind(GroupKind),
}

/// Whether an object is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    Present,
    /// It is not, any longer.
    Gone,
}

/// Where an object stands towards the instances it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is tracked itself.
    Root,
    /// What is tracked owns it.
    Below,
    /// It concerns nobody.
    Elsewhere,
}
