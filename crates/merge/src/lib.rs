//! Every way in which Kubernetes changes an object: JSON and merge patches, strategic merge patches and the patches
//! kubectl computes, and server-side apply with its record of who set what.
//!
//! Values in, values out: no clock (`now` is an input), no I/O, no unordered maps. What is known of types comes from
//! the `schema` crate. Start reading at [`managed`] for server-side apply, at [`strategic`] for `kubectl apply` as it
//! was before, and at [`json_patch`] and [`merge_patch`] for the standards.

pub mod fields;
pub mod json_patch;
pub mod managed;
pub mod merge_patch;
pub mod strategic;
pub mod three_way;
pub mod typed;
pub mod value;
