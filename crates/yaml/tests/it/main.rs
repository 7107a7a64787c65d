//! YAML in and out, as cases.

mod emitting;
mod parsing;
mod recorded;
mod rules;
