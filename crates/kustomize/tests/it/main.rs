//! Tests of the crate as its users see it.

mod case;
mod fields;
mod goldens;
mod mutations;
