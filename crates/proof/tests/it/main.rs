//! A cluster, the controllers and repositories in one process, seen through kube-rs. Start reading at `spine`.

#![allow(clippy::panic, reason = "a test that cannot go on says why")]

mod stage;

mod spine;

mod operations;
mod status;
mod verbs;

mod examples;
mod images;
mod rollout;

mod bad_api;
mod bad_objects;
mod bad_sources;
