//! The program as people meet it: arguments in, text and an exit code out, against a cluster that the program itself
//! started. What it prints is kept whole in `tests/snapshots`; `UPDATE_SNAPSHOTS=1 cargo test` writes it anew.
//!
//! Start reading at `transcript`.

#![expect(clippy::panic, reason = "a test that cannot go on says why")]

mod prometheus_server;
mod stage;
mod transcript;
mod web_page;

mod applications;
mod canary_analysis;
mod cluster_state;
mod control_plane;
mod dashboard;
mod experiments;
mod failures;
mod helm;
mod images;
mod kubectl;
mod kustomize;
mod notifications;
mod processes;
mod render;
mod rollouts;
mod rollouts_kubectl;
mod server;
mod texts;
