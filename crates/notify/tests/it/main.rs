//! The controller of notifications on an embedded cluster: what is told, once, and what stands in the way of it.

mod post;
mod server;
mod stage;

mod example;
mod faults;
mod rollouts;
mod speed;
mod telling;
