//! Checks that many kinds share, each with the words Kubernetes uses.

pub mod labels;
pub mod network;
pub mod numbers;
pub mod quantities;
pub mod text;
