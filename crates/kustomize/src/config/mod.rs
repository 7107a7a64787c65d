//! Which fields the built-in transformers change: the defaults, what `configurations` and `crds` add to them.

mod crds;
mod defaults;
mod field_specs;
mod read;

pub(crate) use crds::from_crds;
pub(crate) use field_specs::{Config, NameReferences, add_spec};
pub(crate) use read::read;
