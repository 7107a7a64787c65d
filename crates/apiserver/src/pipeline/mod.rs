//! Writes, from a decoded request to a commit: the same for HTTP and for the in-process handle. Everything here is
//! synchronous; waiting for durability is the caller's part. Start reading at `entry`, then `create` and
//! `modify`.

mod addresses;
mod create;
mod decode;
mod definition_marks;
mod definitions;
mod delete;
mod entry;
mod eviction;
mod lifecycle;
mod limits;
mod metadata;
mod modify;
mod outcome;
mod ownership;
mod patch;
mod pods;
mod quota;
mod request;
mod review;
mod scale;
mod subresource;
mod token_request;

pub use addresses::remember as remember_addresses;
pub use definitions::serve_all;
pub use entry::{create, delete, delete_collection, patch, replace};
pub use outcome::{Outcome, raw_in_version};
pub use request::{FieldValidation, Removal, WriteOptions, Writing};
pub use scale::{replace_scale, scale_of};
pub use subresource::create_subresource;
