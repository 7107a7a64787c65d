//! An in-process Kubernetes API server.

mod access;
mod addresses;
mod admission;
mod api;
mod bootstrap;
mod crd;
mod default_roles;
mod error;
mod faults;
mod group_resource;
mod http;
mod openapi;
mod pipeline;
mod registry;
mod resource;
mod scale_fields;
mod selector;
mod server;
mod shared;
mod snapshot;
mod store;
mod token_key;
mod tokens;
mod user;
mod verbs;
mod watcher;

/// What objects take of the quotas of their namespaces.
pub mod quota {
    pub use defaults::Quantity;
    pub use kinds::admission::quota::{Usage, hard, is_in_scope, usage};
}

pub use admission::{Admission, AdmissionRequest, Operation};
pub use api::{Api, List, WatchFrom};
pub use error::{ApiError, Cause, Details, Failure};
pub use faults::{AnswerFault, EventFault, Faults, RequestFault, RequestSummary};
pub use group_resource::{GroupResource, resources};
pub use http::AnswerBody;
pub use object::Object;
pub use selector::{FieldSelector, LabelSelector, SelectorError};
pub use server::ApiServer;
pub use snapshot::{SNAPSHOT_PATH, Snapshot, SnapshotError};
pub use store::{Event, EventKind, OpenError, TooOld};
pub use user::User;
pub use verbs::{DeleteOptions, Patch, Propagation};
pub use watcher::Watcher;
