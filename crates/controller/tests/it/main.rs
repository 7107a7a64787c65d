//! The runtime against an embedded cluster.

mod acting;
mod election;
mod events;
mod freshness;
mod retrying;
mod scripted;
