//! What is wrong with a Rollout, and with the objects it refers to, in the words and the order that upstream's users
//! know.
//!
//! Two readers: the controller shows [`first_problem`] as the condition `InvalidSpec`, `lint` shows all of them. Knows
//! no cluster: what was found of the objects comes in as [`References`]; what is not in them was not looked for and is
//! not complained about. Start reading at [`validate_spec`], then [`validate_references`].

mod anti_affinity;
mod blue_green;
mod downward;
mod routes;
mod shown;
mod step;

mod canary;

mod pod_template;

mod spec;

mod reference;

mod routers;
mod services;
mod templates;
mod virtual_services;

mod whole;

mod warnings;

pub use kinds::FieldError;
pub use reference::{Peer, Reference, ReferenceKind, References, TemplateKey, references};
pub use spec::{Origin, validate_spec};
pub use virtual_services::validate_virtual_service;
pub use warnings::{Warning, overlaps, spec_warnings, warnings};
pub use whole::{first_problem, validate_references};
