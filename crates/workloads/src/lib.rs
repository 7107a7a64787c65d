//! The controllers, the scheduler and the simulated nodes of the embedded cluster.
