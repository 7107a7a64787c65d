//! Custom resources: what their definition says, put where the pipeline asks for it. Pure; the life of a definition
//! itself (conditions, serving, removal) is in `pipeline::definitions`. Start reading at [`Custom::from_definition`].

mod check;
mod columns;
mod definition;
mod expressions;
mod fill;
mod format;
mod life;
mod node;
mod prune;
#[cfg(test)]
mod recorded;
mod rules;
mod validations;

pub use definition::Custom;
pub use life::{Status, prepare_create, prepare_update};
pub use rules::{
    validate_create as validate_definition, validate_update as validate_definition_update,
    warnings as definition_warnings,
};
