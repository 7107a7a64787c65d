//! An in-process Kubernetes API server.

mod error;
mod group_resource;
mod store;
mod watcher;

pub use error::{ApiError, Cause, Details, Failure};
pub use group_resource::{GroupResource, resources};
pub use object::Object;
pub use store::{Event, EventKind, TooOld};
pub use watcher::Watcher;
