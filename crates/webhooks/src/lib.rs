//! What forges and registries send when something was pushed: who sends it and whether that is proven, what it says, and
//! which applications it concerns.
//!
//! Start reading at [`receive`], then [`Index::affected`] and [`Waiting`]. Adding a sender means one file below
//! `providers` and one line in it.
//!
//! This crate knows no HTTP server, no cluster and no clock: headers, body, sources and times are handed in.

mod delivery;
mod event;

mod refusal;

mod secrets;

mod body;
mod commits;

mod provider;

mod providers;

mod receive;

mod repository;

mod paths;

mod index;

mod storm;

pub use delivery::{Delivery, Sender};
pub use event::{DefaultBranch, Event, Files, ImagePush, Push, RefChange};
pub use index::{Concern, Index, Source, SourceRole};
pub use paths::{Rendered, generate_paths};
pub use receive::{BODY_BYTES_MAX, receive};
pub use refusal::Refusal;
pub use secrets::Secrets;
pub use storm::{Pace, Waiting};
