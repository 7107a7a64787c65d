//! Git repositories read as data: refs, commits, trees. No working copy, no git process, nothing executed.
//!
//! Start reading at [`GitSource`], the seam the rest of the program uses. [`Repositories`] is the real one: it speaks
//! Git's protocol over https and ssh itself, keeps one bare mirror per repository under a data directory, and reads
//! local repositories in place. [`MemoryGit`] is one for simulations. [`RefWatcher`] polls each repository once for all
//! who look at it, and [`resolve`] turns a target revision into a commit of a listing.
//!
//! This crate must not know of applications, manifests or Kubernetes.

// The words everything else is said in.
mod digest;
mod error;
mod oid;

mod refs;
mod remote;
mod repo_url;

mod change;
mod commit;
mod options;
mod signed;

// From a target revision to a commit, and the seam behind which repositories stand.
mod resolve;
mod version_constraint;

mod source;

mod memory;

// One poller per repository.
mod watch;

mod poller;
mod watch_state;

// Real repositories: what ties them together, then the conversation, what carries it, and the disk.
mod repositories;

mod fetching;
mod flights;
mod signed_read;

mod wire;

mod transport;

mod store;

mod builder;

mod push;

pub use builder::{Layout, NewCommit, commit_files};
pub use change::Change;
pub use commit::{CommitInfo, Signature};
pub use error::{GitError, Problem, Retry};
pub use memory::{MemoryGit, Slowness};
pub use oid::Oid;
pub use options::{GitLimits, Timeouts};
pub use push::{OpenPgp, OpenPgpKey, Proposal, PushError, Pushed, SignError, Signer, SshSigner};
pub use refs::{Ref, RefScope, Refs};
pub use remote::{Credentials, HostKeys, Remote, Trust};
pub use repo_url::{Place, RepoUrl, SshPlace, same_repository};
pub use repositories::{LocalRepositories, Repositories, RepositoriesOptions};
pub use resolve::{ResolveError, Wanted, resolve};
pub use signed::{Onward, Signed, Visit};
pub use source::{ChangeMark, GitSource};
pub use store::LocalWatch;
pub use watch::{RefSubscription, RefWatcher};
pub use watch_state::{Failure, RefState, WatchOptions};
pub use web::{ClientCertificate, PlainHttp, Proxy, Reach, Secret, ServerTrust};
