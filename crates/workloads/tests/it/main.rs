//! Tests of the controllers, from pure planners to the whole loop on an API server in memory.

mod deployment_plans;
mod hashes;
mod loop_smoke;
mod many;
mod pods;
mod scheduling;
mod trace;
mod world;
