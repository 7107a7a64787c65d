//! The simulated ingress: over objects, on an embedded cluster, and over real connections.

mod objects;
mod shares;

mod served;
