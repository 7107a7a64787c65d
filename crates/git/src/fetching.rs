//! Talking a server out of a commit: by name, only it and its files; where that is refused, everything.

use crate::error::Problem;
use crate::oid::Oid;
use crate::options::{GitLimits, Timeouts};
use crate::refs::{RefScope, Refs};
use crate::remote::Remote;
use crate::resolve::Wanted;
use crate::store::Mirror;
use crate::transport::{Greet, Session, Transports};
use crate::wire::greeting::{Version, narrow};
use crate::wire::pkt::Pace;
use crate::wire::{fetch, list};
use clock::Offload;
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

/// Everything a conversation needs.
pub(crate) struct Talk<'t> {
    pub transports: &'t Transports,
    pub remote: &'t Remote,
    pub limits: GitLimits,
    pub timeouts: Timeouts,
}

impl Talk<'_> {
    /// Asks for the refs of `scope`.
    pub(crate) async fn list(&self, scope: &RefScope) -> Result<Refs, Problem> {
        let limit = self.timeouts.list;
        let listed = tokio::time::timeout(limit, self.list_twice(scope)).await;
        listed.map_err(|_| Problem::Timeout { doing: "listing the refs", limit })?
    }

    /// A remembered greeting may be out of date: then once more from the start.
    async fn list_twice(&self, scope: &RefScope) -> Result<Refs, Problem> {
        let mut session = self.transports.open(self.remote, Greet::Remembered).await?;
        match (self.list_in(&mut session, scope).await, session.remembered) {
            (Err(_), true) => {
                let mut session = self.transports.open(self.remote, Greet::Anew).await?;
                let listed = self.list_in(&mut session, scope).await;
                session.finish().await;
                listed
            }
            (listed, _) => {
                session.finish().await;
                listed
            }
        }
    }

    async fn list_in(&self, session: &mut Session, scope: &RefScope) -> Result<Refs, Problem> {
        if let Version::Zero(refs) = &session.greeting.version {
            return Ok(narrow(refs.clone(), scope));
        }
        let pace = Pace {
            idle: self.timeouts.idle,
            bytes_max: self.limits.listing_bytes_max,
            what: "the listing of refs in bytes",
        };
        let request = list::request(&session.greeting, scope);
        let listed = match session.ask(request, pace).await {
            Ok(reader) => list::read(reader, scope, self.limits.refs_max).await,
            Err(problem) => Err(problem),
        };
        listed.map_err(|problem| session.explain(problem))
    }

    /// Brings a commit and its files into the mirror and gives its full name.
    pub(crate) async fn fetch(&self, mirror: &Arc<Mirror>, offload: &Offload, wanted: &Wanted) -> Result<Oid, Problem> {
        let limit = self.timeouts.fetch;
        let fetched = tokio::time::timeout(limit, self.fetch_in_steps(mirror, offload, wanted)).await;
        fetched.map_err(|_| Problem::Timeout { doing: "fetching", limit })?
    }

    async fn fetch_in_steps(&self, mirror: &Arc<Mirror>, offload: &Offload, wanted: &Wanted) -> Result<Oid, Problem> {
        let (Wanted::Tip { commit, .. } | Wanted::Commit(commit)) = wanted else {
            return self.fetch_everything(mirror, offload, wanted).await;
        };
        let (haves, shallow) = mirror.haves();
        let request = fetch::FetchRequest {
            wants: vec![*commit],
            haves,
            shallow,
            blob_bytes_max: Some(self.limits.blob_bytes_max),
            ..fetch::FetchRequest::tips()
        };
        match self.bring(mirror, offload, request).await {
            // In their own words servers say that they do not give out commits by name, or do not have this one.
            Err(Problem::Refused { .. } | Problem::Gone { .. }) => self.fetch_everything(mirror, offload, wanted).await,
            Err(problem) => Err(problem),
            Ok(()) => complete(mirror, offload, *commit).await,
        }
    }

    /// Brings one object that is no commit: an annotated tag, with what it names.
    pub(crate) async fn fetch_object(
        &self,
        mirror: &Arc<Mirror>,
        offload: &Offload,
        object: Oid,
    ) -> Result<(), Problem> {
        let (haves, shallow) = mirror.haves();
        let blob_bytes_max = Some(self.limits.blob_bytes_max);
        let request =
            fetch::FetchRequest { wants: vec![object], haves, shallow, blob_bytes_max, ..fetch::FetchRequest::tips() };
        let limit = self.timeouts.fetch;
        let fetched = tokio::time::timeout(limit, self.bring(mirror, offload, request)).await;
        fetched.map_err(|_| Problem::Timeout { doing: "fetching", limit })?
    }

    /// Brings the commits that led to `tip`, without their files where the server can leave those out. They count as
    /// part of no complete commit: to the server the mirror's edge stays where it was.
    pub(crate) async fn fetch_history(&self, mirror: &Arc<Mirror>, offload: &Offload, tip: Oid) -> Result<(), Problem> {
        let request = fetch::FetchRequest {
            wants: vec![tip],
            haves: mirror.histories(),
            only_commits: true,
            blob_bytes_max: Some(self.limits.blob_bytes_max),
            ..fetch::FetchRequest::default()
        };
        let limit = self.timeouts.fetch;
        let fetched = tokio::time::timeout(limit, self.bring(mirror, offload, request)).await;
        fetched.map_err(|_| Problem::Timeout { doing: "fetching the history", limit })??;
        mirror.note_commits_of(tip);
        Ok(())
    }

    /// All branches and tags with all that came before them: then every commit that exists is here.
    async fn fetch_everything(&self, mirror: &Arc<Mirror>, offload: &Offload, wanted: &Wanted) -> Result<Oid, Problem> {
        let refs = self.list(&RefScope::default()).await?;
        let tips: BTreeSet<Oid> = refs.list.iter().map(|entry| entry.target).collect();
        let (wants, haves) = mirror.beyond_history(&tips);
        // Nothing new since the last time: asking for a commit that does not exist must not download the world again.
        if !wants.is_empty() {
            let request = fetch::FetchRequest {
                wants,
                haves,
                blob_bytes_max: Some(self.limits.blob_bytes_max),
                ..fetch::FetchRequest::default()
            };
            self.bring(mirror, offload, request).await?;
            mirror.note_history(tips);
        }
        let commit = match wanted {
            Wanted::Tip { commit, .. } | Wanted::Commit(commit) => *commit,
            Wanted::Abbreviated(prefix) => only_commit(mirror, offload, prefix).await?,
        };
        complete(mirror, offload, commit).await
    }

    /// One request, its pack taken in.
    async fn bring(
        &self,
        mirror: &Arc<Mirror>,
        offload: &Offload,
        request: fetch::FetchRequest,
    ) -> Result<(), Problem> {
        let mut session = self.transports.open(self.remote, Greet::Remembered).await?;
        let pace = Pace { idle: self.timeouts.idle, bytes_max: self.limits.pack_bytes_max, what: "the pack in bytes" };
        let bytes = fetch::request(&session.greeting, &request);
        let greeting = session.greeting.clone();
        let mut spool = mirror.spool();
        let mut sink = |piece: &[u8]| {
            let written = mirror.announce().and_then(|()| spool.write_all(piece));
            written.map_err(|error| mirror.disk_problem(&error))
        };
        let edge = match session.ask(bytes, pace).await {
            Ok(reader) => fetch::read(reader, &greeting, &request, &mut sink).await,
            Err(problem) => Err(problem),
        };
        let edge = edge.map_err(|problem| session.explain(problem));
        // Without a farewell: the server ends by itself after a pack.
        drop(session);
        let edge = edge?;
        let (mirror, limits) = (Arc::clone(mirror), self.limits);
        offload
            .run(move || {
                // The edge first: a commit whose parents are missing must never look as if they were there.
                mirror.move_edge(&edge.shallow, &edge.unshallow)?;
                mirror.take_in(&mut spool, &limits)
            })
            .await
    }
}

/// Checks that the commit really came, and notes it.
async fn complete(mirror: &Arc<Mirror>, offload: &Offload, commit: Oid) -> Result<Oid, Problem> {
    let mirror = Arc::clone(mirror);
    offload
        .run(move || {
            let (id, _) = mirror.objects().commit(commit)?.ok_or(Problem::gone(commit))?;
            mirror.check_files(id)?;
            mirror.mark_complete(id)?;
            Ok(id)
        })
        .await
}

async fn only_commit(mirror: &Arc<Mirror>, offload: &Offload, prefix: &str) -> Result<Oid, Problem> {
    let (mirror, prefix) = (Arc::clone(mirror), prefix.to_owned());
    offload
        .run(move || match mirror.objects().commits_with_prefix(&prefix)?.as_slice() {
            [] => Err(Problem::Gone { what: format!("commit {prefix}") }),
            [commit] => Ok(*commit),
            _ => Err(Problem::Ambiguous { prefix }),
        })
        .await
}
