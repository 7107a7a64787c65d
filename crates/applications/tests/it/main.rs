//! Applications on an embedded cluster, in one process and in no real time.

#![allow(clippy::panic, reason = "a test helper that is used wrongly ends the test")]

mod bad_input;
mod behaviour;
mod clusters;
mod elsewhere;
mod full;
mod governance;
mod laws;
mod metrics;
mod migration;
mod monorepo;
mod real_input;
mod server;
mod signed;
mod slow_hosts;
mod spine;
mod stage;
mod tools;
