//! What Kubernetes knows about each built-in kind, as one table: names and scope, what happens on creation and update,
//! what is refused and in which words, which fields can be selected, which columns a list shows. The documents that
//! describe the table (discovery, OpenAPI, version) are made here too.
//!
//! Pure: no clock, no chance, no storage. The request pipeline calls, in this order: [`decode`], `defaults::apply`,
//! [`Kind::prepare_create`] or [`Kind::prepare_update`], admission (for pods [`admission`]), then
//! [`Kind::validate_create`] or [`Kind::validate_update`]; problems come back as [`FieldError`]s.
//!
//! A kind is added by one entry in [`KINDS`]. Start reading there, then at [`Kind`].

pub mod admission;
mod checks;
pub mod columns;
mod convert;
pub mod field;
mod hooks;
mod kind;
mod lifecycle;
pub mod metadata;
pub mod openapi;
mod read;
mod registry;
mod selectable;
mod table;

pub use checks::text::{dns_1035_label, dns_label, dns_subdomain, label_value, qualified_name};
pub use columns::Column;
pub use convert::convert;
pub use field::{Errors, FieldError, FieldErrorKind, Path};
pub use kind::{
    CreateContext, Generation, Hooks, Kind, NameRule, Part, ScalePaths, Scope, Selectable, Storage, Subresource,
};
pub use registry::{Served, by_gvk, by_resource, group_versions, groups, served};
pub use table::KINDS;
