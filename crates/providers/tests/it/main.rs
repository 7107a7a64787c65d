//! Every provider against a server on this machine that answers as its vendor's page shows, and servers that misbehave.

mod server;
mod stage;

mod addresses;
mod certificates;
mod job;
mod misbehaving;
mod prometheus_api;
mod real_prometheus;
mod vendors;
mod web;
mod words;
