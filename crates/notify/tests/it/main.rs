//! The controller of notifications on an embedded cluster: what is told, once, and what stands in the way of it.

#![allow(clippy::panic, reason = "a test that cannot go on says why")]

mod post;
mod stage;

mod example;
mod faults;
mod kills;
mod rollouts;
mod speed;
mod telling;
