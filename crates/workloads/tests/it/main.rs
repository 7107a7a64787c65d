//! Tests of the controllers, from pure planners to the whole loop on an API server in memory.

mod hashes;
mod loop_smoke;
