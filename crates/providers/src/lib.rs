//! Asks providers of metrics: requests to each of them over HTTP, Secrets they need, and Jobs of Kubernetes.
//!
//! What an answer means is `analysis`' matter; how often and when to ask, the controller's. Start reading at
//! [`Providers::ask`]; where requests may go is [`Network`]'s to say. Each provider has a module of its own, with the page
//! of its vendor that it follows.
//!
//! Guarantees: every request has a limit of time and its answer one of size; redirects are judged like the first address;
//! what is secret is told in no message.

mod asker;

mod oauth2;
mod sigv4;

mod cloud_watch;
mod datadog;
mod graphite;
mod influxdb;
mod job;
mod kayenta;
mod new_relic;
mod prometheus;
mod skywalking;
mod wavefront;
mod web_metric;

mod comparison;

mod arguments;
mod providers;

pub use outbound::Network;
pub use providers::{Options, Providers};
