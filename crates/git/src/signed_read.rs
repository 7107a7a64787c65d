//! Reading what was signed: a commit or tag by name, or everything that led to a commit.

use crate::error::Problem;
use crate::oid::Oid;
use crate::remote::Remote;
use crate::repo_url::Place;
use crate::repositories::Inner;
use crate::signed::{Onward, Signed, Visit};
use crate::store::Objects;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// How many commits one walk looks at: the largest repositories that hold manifests have some hundred thousand.
const COMMITS_MAX: usize = 500_000;

impl Inner {
    /// The commit or tag of that name, fetched where it is not here.
    pub(crate) async fn signed(&self, remote: &Remote, id: Oid) -> Result<Signed, Problem> {
        if let Some(found) = self.read_signed(remote, id).await? {
            return Ok(found);
        }
        if !matches!(remote.url.place(), Place::Local(_)) {
            let mirror = self.mirror(remote).await?;
            let _turn = mirror.fetching.lock().await;
            self.talk(remote).fetch_object(&mirror, &self.offload, id).await?;
        }
        self.read_signed(remote, id).await?.ok_or(Problem::gone(id))
    }

    async fn read_signed(&self, remote: &Remote, id: Oid) -> Result<Option<Signed>, Problem> {
        let (objects, _) = self.objects(remote).await?;
        self.offload.run(move || objects.signed(id)).await
    }

    /// Visits `tip` and what led to it. Where not all of that is here, it is fetched first: a visit never sees half.
    pub(crate) async fn walk(&self, remote: &Remote, tip: Oid, visit: Visit) -> Result<(), Problem> {
        let (objects, _) = self.objects(remote).await?;
        let (visit, missing) = self.offload.run(move || walk(&objects, tip, visit)).await?;
        let Some(missing) = missing else { return Ok(()) };
        if matches!(remote.url.place(), Place::Local(_)) {
            return Err(Problem::gone(missing));
        }
        let mirror = self.mirror(remote).await?;
        {
            let _turn = mirror.fetching.lock().await;
            self.talk(remote).fetch_history(&mirror, &self.offload, tip).await?;
        }
        let objects: Arc<Objects> = mirror.objects();
        match self.offload.run(move || walk(&objects, tip, visit)).await? {
            (_, None) => Ok(()),
            (_, Some(missing)) => Err(Problem::gone(missing)),
        }
    }
}

/// Walks as far as everything is here; gives the first that is not.
fn walk(objects: &Objects, tip: Oid, mut visit: Visit) -> Result<(Visit, Option<Oid>), Problem> {
    let (mut next, mut seen) = (VecDeque::from([tip]), BTreeSet::from([tip]));
    while let Some(id) = next.pop_front() {
        let Some(signed) = objects.signed(id)? else { return Ok((visit, Some(id))) };
        if visit(&signed) == Onward::Stop {
            continue;
        }
        for parent in signed.parents {
            if seen.insert(parent) {
                next.push_back(parent);
            }
        }
        if seen.len() > COMMITS_MAX {
            return Err(Problem::TooLarge { what: "the number of commits in the history", limit: COMMITS_MAX as u64 });
        }
    }
    Ok((visit, None))
}
