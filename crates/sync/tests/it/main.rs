//! The engine of syncs, from outside.

mod cases;
mod laws;
mod world;
