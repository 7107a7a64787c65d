//! What changes the objects of a kustomization: one file for each transformer.

mod annotations;
mod directive;
mod field_spec;
mod hash;
mod images;
mod labels;
mod name;
mod name_references;
mod namespace;
mod patch;
mod patch_text;
mod replacements;
mod replicas;
mod strategic;
mod strategic_list;
mod structured;
mod value_add;
mod vars;

pub(crate) use annotations::annotations;
pub(crate) use hash::add_hashes;
pub(crate) use images::{images, split as split_image};
pub(crate) use labels::{label_specs, labels};
pub(crate) use name::{Affix, affix};
pub(crate) use name_references::fix_references;
pub(crate) use namespace::{Namespace, Subjects, namespace};
pub(crate) use patch::{LoadedPatch, Means, json6902, operations, patch, read, strategic_merge};
pub(crate) use replacements::replacements;
pub(crate) use replicas::replicas;
pub(crate) use strategic::merge_values;
pub(crate) use value_add::{ValueTarget, value_add};
pub(crate) use vars::resolve_vars;
