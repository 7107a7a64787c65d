//! Rollouts on an embedded cluster in this process, on a paused clock.

mod stage;

mod canary;

mod routed;

mod blue_green;

mod operations;

mod ownership;

mod workload_ref;

mod bad_input;

mod laws;
