//! What an application's files say once its images have new versions. Each function takes a file's text and gives the
//! new one; the same text means that nothing changes and nothing is to be committed.

mod helm_values;
mod kustomization;
mod parameters;

pub use helm_values::helm_values;
pub use kustomization::kustomization;
pub use parameters::{SourceKind, parameters};

use yamledit::EditError;

/// Why a file cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// It cannot be edited.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// A place in values is not written as `a.b[0].c`.
    #[error("{0:?} does not name a value: keys divided by dots, and positions in brackets, as a.b[0].c")]
    Place(String),
    /// A file of parameters holds something else.
    #[error("{0}")]
    Shape(String),
}
