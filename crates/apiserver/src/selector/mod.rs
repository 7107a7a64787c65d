//! Label and field selectors: parsed once, matched often. Messages are upstream's.

mod field;
mod label;

pub use field::{FieldSelector, FieldTerm};
pub use label::LabelSelector;

/// A selector that cannot be understood; the text is the answer to the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SelectorError(pub String);
