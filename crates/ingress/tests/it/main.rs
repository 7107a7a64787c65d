//! The simulated ingress: over objects, on an embedded cluster, and over real connections.

#![allow(clippy::panic, reason = "a test that cannot go on says why")]

mod asks;
mod objects;
mod shares;

mod served;
