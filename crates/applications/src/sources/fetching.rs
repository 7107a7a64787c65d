//! Fetching commits without holding up whoever asks: what is not here at once goes on by itself, and the applications
//! that need it are told when it ends.

use super::fetches::Standing;
use super::state::Shared;
use crate::AppKey;
use futures::FutureExt;
use futures::future::BoxFuture;
use git::{GitError, Oid, Problem, Remote, Wanted};
use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Weak};
use std::task::Poll;

/// Gives the commit if it is here, or where its fetch stands; begins that where it may be begun. `app` is told when a
/// fetch that is under way ends.
///
/// Guarantees: waits for no network. A repository of this machine is read in place.
pub(super) async fn fetch(
    shared: &Arc<Shared>,
    app: Option<&AppKey>,
    remote: &Remote,
    commit: &Wanted,
) -> Result<Oid, Standing> {
    let known = shared.lock().fetches.standing(remote, commit, shared.clock.now());
    match known {
        Some(Standing::UnderWay) => {
            shared.lock().fetches.begin(remote, commit, app);
            return Err(Standing::UnderWay);
        }
        Some(failed @ Standing::Failed(_)) => return Err(failed),
        None => {}
    }
    let mut job = job(shared, remote, commit);
    let polled = if remote.is_local() { Poll::Ready((&mut job).await) } else { futures::poll!(&mut job) };
    match polled {
        Poll::Ready(ended) => settle(shared, remote, commit, &ended),
        Poll::Pending => {
            // Somebody may have begun it meanwhile: then theirs goes on alone.
            if shared.lock().fetches.begin(remote, commit, app) {
                tokio::spawn(finish(Arc::downgrade(shared), remote.clone(), commit.clone(), job));
            }
            Err(Standing::UnderWay)
        }
    }
}

fn job(shared: &Shared, remote: &Remote, commit: &Wanted) -> BoxFuture<'static, Result<Oid, GitError>> {
    let (git, remote, commit) = (Arc::clone(&shared.git), remote.clone(), commit.clone());
    async move {
        let fetched = AssertUnwindSafe(git.ensure_commit(&remote, &commit)).catch_unwind().await;
        let panicked = || Problem::Store { detail: "fetching panicked; please report this".into() };
        fetched.unwrap_or_else(|_| Err(panicked().of(remote.url.to_string())))
    }
    .boxed()
}

/// Waits for a fetch that takes its time.
async fn finish(shared: Weak<Shared>, remote: Remote, commit: Wanted, job: BoxFuture<'static, Result<Oid, GitError>>) {
    let ended = job.await;
    if let Some(shared) = shared.upgrade() {
        // Whoever needs the outcome is told by this.
        let _ = settle(&shared, &remote, &commit, &ended);
    }
}

/// Notes what came of a fetch, and tells those who wait for it.
fn settle(shared: &Shared, remote: &Remote, commit: &Wanted, ended: &Result<Oid, GitError>) -> Result<Oid, Standing> {
    let (waiting, outcome): (BTreeSet<AppKey>, _) = {
        let fetches = &mut shared.lock().fetches;
        match ended {
            Ok(id) => (fetches.went_well(remote, commit), Ok(*id)),
            Err(error) => {
                let (waiting, failure) = fetches.failed(remote, commit, error, shared.clock.now());
                (waiting, Err(Standing::Failed(failure)))
            }
        }
    };
    waiting.iter().for_each(|app| shared.wake.content_changed(app));
    outcome
}
