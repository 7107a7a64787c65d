//! The client and the cache against an embedded cluster.

mod apply;
mod cache;
mod client;
mod https;
mod setting;
mod writes;
