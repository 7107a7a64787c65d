//! The simulated ingress over objects, and over real connections.
