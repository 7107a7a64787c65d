//! The engine of syncs, from outside.

#![allow(clippy::panic, reason = "a test helper that is used wrongly ends the test")]

mod cases;
mod laws;
mod world;
