//! Tests of the cluster as its users meet it.

mod durability;
mod https;
mod in_process;
mod kubectl;
mod recorded;
mod snapshots;
