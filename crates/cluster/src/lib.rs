//! A Kubernetes cluster as controllers see it: what kinds it serves, what is in it, and how to change it.
//!
//! Knows HTTP and Kubernetes' conventions, nothing of Argo or of any controller; `kube`'s types do not leak out of
//! [`ClusterClient`]. Reading order: [`Request`] (a request as a value), [`ClusterClient`] (sends them), [`Write`] (one
//! change to one object), [`ClusterError`] (what to do about a failure).

mod error;
mod request;
mod target;
mod write;

pub use error::{Advice, ClusterError, ErrorClass};
pub use request::{ListQuery, PAGE_OBJECTS, Request};
pub use target::{ClusterId, Resource, Scope, Target};
pub use write::{Change, Conflicts, DryRun, Effect, Manager, Part, PatchKind, Precondition, Propagation, Write, Written};
