//! The Rollouts dashboard: upstream's JSON API, and pages to look at Rollouts and steer them.
//!
//! Knows HTTP and HTML, and nothing of how Rollouts go on: what is shown comes from `rolloutview`, what a button does from
//! `steering`. Guarantees: nothing is followed before somebody looks; nothing is answered to a stranger (see `guard`); no
//! page refers to anything outside. Reading order: [`Bound::serve`], `site` (what every request gets), `board` and `snapshot`
//! (what is in the cluster), `api` and `pages` (what is answered).

mod go_json;
mod problem;
mod token;

mod entry;
mod snapshot;

mod board;

mod info;
mod info_meta;
mod info_run;

mod action;
mod options;
mod site;

mod guard;
mod respond;

mod api;
mod pages;
mod stream;

mod assets;

mod router;
mod server;

pub use options::{DEFAULT_PORT, DEFAULT_ROOT, Options, SERVER};
pub use router::router;
pub use server::{Bound, Dashboard, ServeError};
pub use token::Token;
