//! Helm charts fetched from HTTP repositories (index.yaml) and OCI registries, and kept on disk by their content.
//!
//! Start reading at [`Charts`]: a [`Wanted`] chart in, a [`Fetched`] archive out. Every answer is bounded in bytes and
//! time, addresses that no repository has any business with are refused ([`Reach`]), and a digest that was promised is
//! checked before anything is kept.
//!
//! This crate must not know of applications, manifests or Kubernetes, and never looks into an archive.

// The words everything else is said in.
mod options;
mod problem;
mod version;

mod access;
mod repository;
mod wanted;

// Asking.
mod authorization;
mod failure;
mod patience;

mod asking;
mod body;

// The two kinds of repository.
mod index;

mod registry;

// The disk, and what ties everything together.
mod cache;

mod dependencies;

mod charts;

pub use access::{Access, PassCredentials};
pub use charts::Charts;
pub use dependencies::{Dependency, Lock, LockError, LockedDependency, Placed, digest_of};
pub use options::{ChartLimits, ChartsOptions, Timeouts};
pub use problem::{ChartError, Problem};
pub use repository::{Registry, Repository, Transport};
pub use version::Found;
pub use wanted::{Fetched, FetchedFile, Wanted};
pub use web::Reach;
