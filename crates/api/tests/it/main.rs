//! What other programs see of the objects.

mod crds;
mod fields;
mod permission;
mod round_trip;
mod traps;
mod validation;
