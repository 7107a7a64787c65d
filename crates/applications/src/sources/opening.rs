//! Opens the files of commits and charts that are here, for one render.

use super::around::Around;
use super::basis::Basis;
use super::bringing::open;
use super::content::Content;
use super::elsewhere::{Port, Stored};
use super::lender::Lender;
use super::need::Need;
use super::origin::{Origin, Point};
use super::seen::Wanted;
use super::state::Shared;
use crate::AppKey;
use budget::Budget;
use git::GitError;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tree::Tree;

/// Why what surrounds a render cannot be opened.
#[derive(Debug)]
pub(super) enum NotOpened {
    /// The store behind the files fails.
    Store(GitError),
    /// The chart is not here any more; it is being fetched.
    Gone(String),
    /// The chart's archive is none.
    NoChart(String),
}

impl From<GitError> for NotOpened {
    fn from(error: GitError) -> Self {
        NotOpened::Store(error)
    }
}

/// What surrounds a render of `wanted` on `basis` for `app`, which may have from elsewhere what `port` gives.
pub(super) async fn around(
    shared: &Shared,
    app: &AppKey,
    wanted: &Wanted,
    basis: &Basis,
    port: Arc<Port>,
) -> Result<Around, NotOpened> {
    let Own { tree, revision, made } = own(shared, app, wanted, basis).await?;
    let mut refs = BTreeMap::new();
    for (name, lender) in &wanted.refs {
        let lent = match (lender, basis.refs.get(name)) {
            (Lender::Repository { remote, .. }, Some(commit)) => Some(shared.git.tree(remote, *commit).await?),
            _ => None,
        };
        refs.insert(name.clone(), lent);
    }
    let tools = shared.lock().tools.clone();
    Ok(Around { tree, revision, committed: made, refs, port, tools, cluster: wanted.cluster.clone() })
}

/// What of elsewhere a content took.
pub(super) fn needs_of(shared: &Shared, wanted: &Wanted, content: &Content) -> BTreeSet<Need> {
    let requests = &content.rendered.reads.elsewhere;
    if requests.is_empty() {
        return BTreeSet::new();
    }
    let repositories = Arc::clone(&shared.lock().tools.repositories);
    requests.keys().filter_map(|request| repositories.need(request, wanted.project()).ok()).collect()
}

/// A source's own files, what their state is called, and since when they are so.
struct Own {
    tree: Arc<dyn Tree>,
    revision: String,
    made: Timestamp,
}

async fn own(shared: &Shared, app: &AppKey, wanted: &Wanted, basis: &Basis) -> Result<Own, NotOpened> {
    match (&wanted.origin, &basis.own) {
        (Origin::Repository(remote), Point::Commit(commit)) => {
            let tree = shared.git.tree(remote, *commit).await?;
            let made = shared.git.commit_info(remote, *commit).await?.committer.time;
            Ok(Own { tree, revision: commit.to_string(), made })
        }
        (Origin::Chart(chart), Point::Version(version)) => {
            let need = Need::Chart(chart.clone());
            let gone = || NotOpened::Gone(need.to_string());
            let (mark, stored) = open(shared, app, &need).await.ok_or_else(gone)?;
            let Stored::Content(archive) = stored else { return Err(gone()) };
            if mark != version.mark {
                return Err(gone());
            }
            let unpack = move || render::unpack_chart(&archive, &mut Budget::default());
            let files = shared.renderer.offload.run(unpack).await;
            let files = files.map_err(|error| NotOpened::NoChart(format!("{need}: {error}")))?;
            // Some archives are made without a time, so that they repeat; certificates must not begin in 1970.
            let packed = Timestamp::from_second(files.packed_seconds).ok().filter(|time| *time > Timestamp::UNIX_EPOCH);
            let made = packed.unwrap_or_else(|| shared.clock.now());
            Ok(Own { tree: Arc::new(files.tree), revision: version.version.clone(), made })
        }
        (origin, _) => Err(NotOpened::Gone(origin.shown())),
    }
}
