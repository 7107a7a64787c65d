//! The simulated ingress: over objects, on an embedded cluster, and over real connections.

mod asks;
mod objects;
mod shares;

mod served;
