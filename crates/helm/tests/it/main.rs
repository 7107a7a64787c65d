//! Tests of the crate as its users see it.

mod ahead;
mod bad_input;
mod case;
mod expressions;
mod goldens;
mod packed;
