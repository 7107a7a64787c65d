//! Where desired states come from: repositories, the commits their revisions mean, what those commits render to.
//!
//! One listing of refs serves all applications of a repository. A render is kept with what it read: a commit that
//! touched none of it is the same content under a new revision, and costs one look per thing read, no render.
//!
//! Start reading at [`Sources`].

mod credentials;
mod input;
mod renders;
mod service;

pub use credentials::{KNOWN_HOSTS, Repositories, RepositorySecretError, SECRET_TYPE, TLS_CERTS};
pub use input::source_input;
pub use renders::{Content, SourceId};
pub use service::{Counters, SourceFailure, SourceSeen, Sources, WakeApps, Wanted};
