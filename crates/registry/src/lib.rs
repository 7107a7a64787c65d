//! Container registries asked for what following an image needs: its tags, their digests, when they were built and for
//! which platforms, and who signed them.
//!
//! Start reading at [`Client`]. What is asked is a [`Repository`]: a name at a [`Registry`], which says how it is reached
//! and who we are there. Every answer is bounded in bytes and time, contents are held to their digests, and what cannot
//! change - a manifest by its digest - is asked for once. [`CosignKey`] checks signatures.
//!
//! This crate must not know of applications or clusters, nor which tag is the one to run: `images` decides that.

mod problem;

mod login;
mod registry;

mod pace;
mod token;

mod asking;

mod manifest;

mod build;
mod listing;
mod options;
mod remembered;

mod cosign;

mod client;

mod docker_config;

pub use build::Build;
pub use client::{Client, Count};
pub use cosign::{CosignKey, KeyError};
pub use docker_config::{DockerConfigError, login_of};
pub use listing::Listing;
pub use login::{Login, LoginError};
pub use manifest::is_digest;
pub use options::{Limits, Options, Timeouts};
pub use problem::{Problem, RegistryError};
pub use registry::{Registry, Repository, TagOrder};
