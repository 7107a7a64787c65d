//! What is known of Kubernetes' types: fields, merge keys, list types, key defaults, and which fields a server always
//! writes out. The one owner of such facts; everything here is data made from Kubernetes' own OpenAPI document.
//!
//! Knows nothing of objects' meaning, of defaults an API server fills in, or of discovery. Start reading at [`Schema`],
//! then [`Type`]. Custom resources get their [`Type`] from [`from_structural`].

mod builtin;
mod generate;
mod structural;
mod table;
mod types;
mod zero;

pub use builtin::{Schema, openapi_v2_gz};
pub use generate::{GenerateError, types_table};
pub use structural::{CustomResource, from_structural};
pub use types::{Field, ListKind, ListType, MapType, PatchStrategy, Scalar, Type, TypeRef, Zero};
pub use zero::empty_object;
