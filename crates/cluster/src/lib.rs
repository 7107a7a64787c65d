//! A Kubernetes cluster as controllers see it: what kinds it serves, what is in it, and how to change it.
//!
//! Knows HTTP and Kubernetes' conventions, nothing of Argo or of any controller; `kube`'s types do not leak out of
//! [`ClusterClient`]. Reading order: [`Request`] (a request as a value), [`ClusterClient`] (sends them), [`Write`] (one
//! change to one object), [`ClusterError`] (what to do about a failure), [`Cache`] (what is in a cluster).

mod access;
mod adopt;
mod apply;
mod cache;
mod client;
mod clusters;
mod counted;
mod decode;
mod discovery;
mod error;
mod execute;
mod http2;
mod overrides;
mod request;
mod retry;
mod served;
mod target;
mod three_way;
mod transport;
mod write;
mod writer;

pub use access::Access;
pub use cache::{
    Cache, Cached, ClusterScoped, Excluded, Followed, Instance, Listener, Mark, Notice, Ownership, Place, Presence,
    Selection,
};
pub use client::{ClusterClient, READ_TIMEOUT, WRITE_TIMEOUT};
pub use clusters::{Cluster, Clusters};
pub use counted::Answered;
pub use decode::{Keep, WatchEvent};
pub use discovery::Served;
pub use error::{Advice, ClusterError, ErrorClass};
pub use overrides::{Overrides, Token, Trust};
pub use request::{ListQuery, PAGE_OBJECTS, Request};
pub use retry::Backoff;
pub use target::{ClusterId, GroupKind, Resource, Scope, Target};
pub use transport::{ConnectError, Lines};
pub use write::{
    Change, Conflicts, DryRun, Effect, Manager, Part, PatchKind, Precondition, Propagation, WhenRefused, Write, Written,
};
