//! The seam between Git and everything that reads repositories.

use crate::commit::CommitInfo;
use crate::error::{GitError, Problem};
use crate::oid::Oid;
use crate::refs::{RefScope, Refs};
use crate::remote::Remote;
use crate::resolve::Wanted;
use crate::signed::{Signed, Visit};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use std::collections::BTreeSet;
use std::sync::Arc;
use tree::Tree;

/// Repositories, as far as the program needs them.
///
/// Guarantees: dropping a future ends what it was doing for this caller; others who wait for the same fetch go on.
pub trait GitSource: Send + Sync + 'static {
    /// Asks the repository for its refs. An empty repository gives an empty listing.
    fn list_refs<'a>(&'a self, remote: &'a Remote, scope: &'a RefScope) -> BoxFuture<'a, Result<Refs, GitError>>;

    /// Makes sure that the commit's files are at hand, fetching them when they are not, and gives its full name.
    fn ensure_commit<'a>(&'a self, remote: &'a Remote, wanted: &'a Wanted) -> BoxFuture<'a, Result<Oid, GitError>>;

    /// The files of a commit that [`GitSource::ensure_commit`] gave.
    fn tree<'a>(&'a self, remote: &'a Remote, commit: Oid) -> BoxFuture<'a, Result<Arc<dyn Tree>, GitError>>;

    /// What a commit that [`GitSource::ensure_commit`] gave says about itself.
    fn commit_info<'a>(&'a self, remote: &'a Remote, commit: Oid) -> BoxFuture<'a, Result<CommitInfo, GitError>>;

    /// A commit or an annotated tag with what of it was signed; fetched where it is not here.
    fn signed<'a>(&'a self, remote: &'a Remote, id: Oid) -> BoxFuture<'a, Result<Signed, GitError>> {
        ready(Err(remote.error(Problem::gone(id)))).boxed()
    }

    /// Visits a commit that [`GitSource::ensure_commit`] gave and everything that led to it, as far as the visit goes on.
    /// What is not here is fetched first, and then all is visited anew.
    fn walk<'a>(&'a self, remote: &'a Remote, tip: Oid, visit: Visit) -> BoxFuture<'a, Result<(), GitError>> {
        drop(visit);
        ready(Err(remote.error(Problem::gone(tip)))).boxed()
    }

    /// Lets go of what was fetched of the repository and is needed no more, where so much of that has gathered that it is
    /// worth the work. `in_use` are the commits that must stay; others can be fetched again.
    fn tidy<'a>(&'a self, remote: &'a Remote, in_use: BTreeSet<Oid>) -> BoxFuture<'a, Result<(), GitError>> {
        let _ = (remote, in_use);
        ready(Ok(())).boxed()
    }

    /// For repositories whose refs can be watched for microseconds a look (local ones): a mark that differs after every
    /// change of a ref. `None` where only [`GitSource::list_refs`] tells.
    fn change_mark(&self, remote: &Remote) -> Option<ChangeMark>;
}

/// The state of a repository's refs, comparable but without meaning of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeMark(pub u64);
