//! Values seen through their types: what they set, how two differ, how one is merged over another, how fields are
//! taken out. The structural half of server-side apply.
//!
//! Knows nothing of managers. Start reading at [`compare`] and [`merge`]; which form of a type a value takes is
//! decided in `form`.

mod compare;
mod error;
mod field_set;
mod form;
mod item;
mod merge;
mod reconcile;
mod remove;
mod validate;

pub use compare::{Comparison, compare};
pub use error::{TypeError, TypeErrors};
pub use field_set::{field_set, with_named_fields};
pub use merge::merge;
pub use reconcile::reconcile;
pub use remove::{extract, remove};
pub use validate::{Duplicates, validate};
