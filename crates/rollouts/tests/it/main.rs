//! Rollouts on an embedded cluster in this process, on a paused clock.

#![allow(clippy::panic, reason = "a test helper that is used wrongly ends the test")]

mod stage;

mod requests;

mod canary;

mod routed;

mod routers;

mod bad_routes;

mod balancers;

mod blue_green;

mod operations;

mod ownership;

mod workload_ref;

mod measured;

mod bad_input;

mod metrics;

mod laws;
