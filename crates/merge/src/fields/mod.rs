//! Sets of fields of an object: which manager owns what, what differs, what to remove. A set can be written as
//! `fieldsV1` and read back.
//!
//! Knows nothing of types or managers. Start reading at [`Set`].

mod element;
mod set;
mod wire;

pub use element::{Path, PathElement, show_path};
pub use set::Set;
pub use wire::{FieldsError, from_fields_v1, to_fields_v1};
