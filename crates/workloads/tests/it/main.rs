//! Tests of the controllers, from pure planners to the whole loop on an API server in memory.

mod autoscalers;
mod cron_jobs;
mod daemon_sets;
mod deployment_plans;
mod hashes;
mod loop_smoke;
mod many;
mod namespaces_limits;
mod nodes;
mod pods;
mod scheduling;
mod stateful_sets;
mod trace;
mod world;
