//! The API server from outside.

mod bounds;
mod client;
mod determinism;
mod durable;
mod faults;
mod handle;
mod many;
mod sequences;
mod tokens;
mod watches;
