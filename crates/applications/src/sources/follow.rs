//! Follows one repository: tells applications what a change of its refs means for them, and that what they waited for
//! has come.

use super::basis::Revisions;
use super::bringing::snapshot;
use super::elsewhere::Port;
use super::lender::Lender;
use super::need::Need;
use super::opening::{around, needs_of};
use super::origin::{ChartVersion, Origin, Revision};
use super::seen::Wanted;
use super::state::Shared;
use crate::AppKey;
use futures::FutureExt;
use futures::future::BoxFuture;
use git::{GitSource, Oid, RefState, RefSubscription, Refs, Remote, resolve};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};

/// Follows one repository as long as it is in use.
///
/// Guarantees: a listing that ends is answered at once, although a commit that the one before told of may still be on
/// its way here.
pub(super) async fn follow(shared: Weak<Shared>, remote: Remote, mut subscription: RefSubscription) {
    // What applications were told of, and what they are being told of.
    let (mut told, mut latest) = (RefState::default(), RefState::default());
    let mut sorting: Option<BoxFuture<'static, ()>> = None;
    loop {
        let listed = match &mut sorting {
            None => Some(subscription.listed().await),
            Some(sorted) => tokio::select! {
                biased;
                listed = subscription.listed() => Some(listed),
                () = sorted => None,
            },
        };
        let Some((number, state)) = listed else {
            (sorting, told) = (None, latest.clone());
            continue;
        };
        let Some(shared) = shared.upgrade() else { return };
        answer(&shared, &remote, number);
        if is_same(&latest, &state) {
            continue;
        }
        latest = state;
        sorting = match (&told, &latest) {
            (RefState { refs: Some(before), failure: None, .. }, RefState { refs: Some(refs), failure: None, .. }) => {
                Some(sort_by_content(shared, remote.clone(), Arc::clone(before), Arc::clone(refs)).boxed())
            }
            _ => {
                users_of(&shared, &remote).iter().for_each(|(app, _)| shared.wake.content_changed(app));
                told = latest.clone();
                None
            }
        };
    }
}

/// Whether two listings tell the same.
fn is_same(before: &RefState, state: &RefState) -> bool {
    let error = |state: &RefState| state.failure.as_ref().map(|failure| failure.error.clone());
    before.refs == state.refs && error(before) == error(state)
}

/// Tells those who waited for the end of this listing or an earlier one.
fn answer(shared: &Shared, remote: &Remote, number: u64) {
    let answered: Vec<AppKey> = {
        let mut state = shared.lock();
        let Some(repository) = state.repositories.get_mut(remote) else { return };
        let all = std::mem::take(&mut repository.waiting);
        let (answered, waiting): (BTreeMap<_, _>, BTreeMap<_, _>) = all.into_iter().partition(|(_, of)| *of <= number);
        repository.waiting = waiting;
        answered.into_keys().collect()
    };
    answered.iter().for_each(|app| shared.wake.content_changed(app));
}

fn users_of(shared: &Shared, remote: &Remote) -> Vec<(AppKey, Vec<Wanted>)> {
    let state = shared.lock();
    let Some(repository) = state.repositories.get(remote) else { return Vec::new() };
    let of = |app: &AppKey| {
        let all = state.users.get(app).into_iter().flat_map(|user| &user.wanted);
        (app.clone(), all.filter(|source| source.is_of(remote)).cloned().collect())
    };
    repository.users.iter().map(of).collect()
}

/// Wakes at once those whose content a change of refs may have changed, and later those for whom it is a new name only.
async fn sort_by_content(shared: Arc<Shared>, remote: Remote, before: Arc<Refs>, refs: Arc<Refs>) {
    let mut renamed = Vec::new();
    let moved = Moved { remote: &remote, before: &before, refs: &refs };
    let mut missing = BTreeSet::new();
    for (app, wanted) in users_of(&shared, &remote) {
        let mut changes = Vec::new();
        for source in &wanted {
            changes.push(change(&shared, (&app, source), &moved, &mut missing).await);
        }
        match changes.into_iter().max() {
            Some(Change::Content) => shared.wake.content_changed(&app),
            Some(Change::Name) => renamed.push(app),
            Some(Change::Nothing) | None => {}
        }
    }
    renamed.iter().for_each(|app| shared.wake.revision_renamed(app));
    let in_use = shared.lock().in_use(&remote);
    if let Some(in_use) = in_use {
        tokio::spawn(tidy(Arc::clone(&shared.git), remote, in_use));
    }
}

/// Lets go of commits that were fetched and that nobody uses any more.
async fn tidy(git: Arc<dyn GitSource>, remote: Remote, in_use: BTreeSet<Oid>) {
    if let Err(error) = git.tidy(&remote, in_use).await {
        tracing::warn!("not tidied: {error}");
    }
}

/// What a change of refs means for one source, from least to most.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Nothing,
    Name,
    Content,
}

/// A repository whose refs have changed.
struct Moved<'m> {
    remote: &'m Remote,
    before: &'m Refs,
    refs: &'m Refs,
}

impl Moved<'_> {
    /// What the revisions of a source meant before and mean now; `None` where that is not known. Those of other
    /// repositories and charts mean what they meant.
    fn revisions(&self, shared: &Shared, source: &Wanted) -> [Option<Revisions>; 2] {
        [self.before, self.refs].map(|own| {
            let resolved = |remote: &Remote, revision: &str| {
                if remote == self.remote {
                    return resolve(own, revision);
                }
                let refs = shared.lock().repositories.get(remote).and_then(|known| known.subscription.state().refs);
                resolve(&refs.unwrap_or_default(), revision)
            };
            let revision = match &source.origin {
                Origin::Repository(remote) => Revision::Commit(resolved(remote, &source.revision).ok()?),
                Origin::Chart(chart) => {
                    let had = shared.lock().outside.had(&Need::Chart(chart.clone())).cloned()?;
                    Revision::Version(ChartVersion { version: had.name, mark: had.mark })
                }
            };
            Revisions::of(revision, source, resolved).ok()
        })
    }
}

/// `missing` are commits that could not be had: they are not tried for every application.
async fn change(
    shared: &Arc<Shared>,
    (app, source): (&AppKey, &Wanted),
    moved: &Moved<'_>,
    missing: &mut BTreeSet<(Remote, git::Wanted)>,
) -> Change {
    let [former, current] = moved.revisions(shared, source);
    if former == current {
        return Change::Nothing;
    }
    let (Some(former), Some(revisions)) = (former, current) else { return Change::Content };
    // What lends its files renders to nothing; those who use them are asked for themselves.
    let Some(id) = source.id() else { return Change::Name };
    let (basis, known, content) = {
        let state = shared.lock();
        let (Some(former), Some(basis)) = (state.basis(source, &former), state.basis(source, &revisions)) else {
            return Change::Content;
        };
        let (known, content) = (state.renders.get(&id, &basis), state.renders.get(&id, &former));
        (basis, known, content)
    };
    let Some(content) = content else { return Change::Content };
    if let Some(known) = known {
        return if known.number == content.number { Change::Name } else { Change::Content };
    }
    if !are_here(shared, source, &revisions, missing).await {
        return Change::Content;
    }
    let needs = needs_of(shared, source, &content);
    let opened = snapshot(shared, app, &needs).await;
    let repositories = Arc::clone(&shared.lock().tools.repositories);
    let port = Arc::new(Port::new(repositories, source.project(), opened));
    let Ok(around) = around(shared, app, source, &basis, port).await else { return Change::Content };
    if !shared.renderer.holds(Arc::clone(&content), around).await {
        return Change::Content;
    }
    shared.counters.count_spared();
    shared.lock().renders.confirm(&id, &content, basis);
    Change::Name
}

/// Whether the commits of a source can be had, fetching them where they are not here.
async fn are_here(
    shared: &Shared,
    source: &Wanted,
    revisions: &Revisions,
    missing: &mut BTreeSet<(Remote, git::Wanted)>,
) -> bool {
    let refs = source.refs.iter().filter_map(|(name, lender)| match lender {
        Lender::Repository { remote, .. } => Some((remote, revisions.refs.get(name)?)),
        Lender::Chart => None,
    });
    let own = match (&source.origin, &revisions.own) {
        (Origin::Repository(remote), Revision::Commit(revision)) => Some((remote, revision)),
        _ => None,
    };
    for (remote, revision) in own.into_iter().chain(refs) {
        let key = (remote.clone(), revision.clone());
        if missing.contains(&key) {
            return false;
        }
        if shared.git.ensure_commit(remote, revision).await.is_err() {
            missing.insert(key);
            return false;
        }
    }
    true
}
