//! Tests of the crate as its users see it.

mod case;
mod goldens;
mod mutations;
