//! Writes, from a decoded request to a commit: the same for HTTP and for the in-process handle. Everything here is
//! synchronous; waiting for durability is the caller's part. Start reading at [`create`], then [`modify`].

mod addresses;
mod create;
mod decode;
mod delete;
mod lifecycle;
mod metadata;
mod modify;
mod outcome;
mod ownership;
mod patch;
mod request;
mod scale;
mod subresource;

pub use addresses::remember as remember_addresses;
pub use create::create;
pub use delete::{Removed, delete, delete_collection};
pub use modify::replace;
pub use outcome::{Outcome, raw_in_version};
pub use patch::patch;
pub use request::{FieldValidation, Removal, WriteOptions, Writing};
pub use scale::{patch_scale, replace_scale, scale_of};
pub use subresource::create_subresource;
