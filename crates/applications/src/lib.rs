//! Applications: observe Git and cluster, plan, act.
//!
//! Everything that decides is pure and prints; what reads and writes is thin around it.

mod key;
pub mod sources;

pub use key::AppKey;
