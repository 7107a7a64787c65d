//! Why a file cannot be edited.

use crate::path::Path;
use budget::Exceeded;

/// Why a file cannot be edited. Names lines and keys, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It is no YAML.
    #[error("line {line}: not valid YAML")]
    Syntax {
        /// From 1.
        line: usize,
    },
    /// There is more than one document.
    #[error("line {line}: a second document begins; only a file of one document can be edited")]
    SecondDocument {
        /// From 1.
        line: usize,
    },
    /// It is too large, too deep or too much.
    #[error(transparent)]
    Limit(#[from] Exceeded),
    /// Something other than the path needs stands on its way.
    #[error("line {line}: {place} is {found}, not {needed}")]
    Kind {
        /// From 1.
        line: usize,
        /// The place on the way.
        place: Path,
        /// What stands there, with its article.
        found: &'static str,
        /// What the path needs, with its article.
        needed: &'static str,
    },
    /// A list has no such item.
    #[error("line {line}: {place} has {length} items, none at {index}")]
    Index {
        /// From 1.
        line: usize,
        /// The list.
        place: Path,
        /// How many it has.
        length: usize,
        /// The one asked for, from 0.
        index: usize,
    },
    /// Nothing stands at the place.
    #[error("there is no {0}")]
    Missing(Path),
    /// The text around the place is such that an edit would change more than it should.
    #[error("line {line}: {place} cannot be edited safely; write it on a line of its own as `key: value`")]
    Unsafe {
        /// From 1.
        line: usize,
        /// The place.
        place: Path,
    },
}
