//! Repositories of this machine, read in place: nothing is copied, nothing written, no hook or configuration obeyed.

use super::failure::gix_problem;
use super::local_watch::LocalWatch;
use super::objects::{Objects, our_id};
use crate::error::Problem;
use crate::oid::Oid;
use crate::refs::{Ref, RefScope, Refs};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// A repository at a path, bare or with a working directory (which is never looked at).
pub(crate) struct LocalRepository {
    pub(crate) objects: Arc<Objects>,
    watch: Mutex<LocalWatch>,
}

impl LocalRepository {
    /// Opens what is at `path`.
    pub(crate) fn open(path: &Path) -> Result<Self, Problem> {
        let repository = open(path)?;
        let objects = Arc::new(Objects::open(&repository.common_dir().join("objects"))?);
        let watch = LocalWatch::new(repository.git_dir(), repository.common_dir());
        Ok(LocalRepository { objects, watch: Mutex::new(watch) })
    }

    /// Whether its objects are still where they were: somebody may have moved or made the repository anew.
    pub(crate) fn is_there(&self) -> bool {
        self.objects.is_there()
    }

    /// A number that differs after every change of a ref.
    pub(crate) fn mark(&self) -> u64 {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner).mark()
    }
}

fn open(path: &Path) -> Result<gix::Repository, Problem> {
    if !path.exists() {
        return Err(Problem::NotFound);
    }
    // Isolated: neither the environment nor the machine's or the user's configuration count.
    let options = gix::open::Options::isolated().with(gix::sec::Trust::Full);
    let opened = options.open(path).map(|repository| repository.to_thread_local());
    opened.map_err(|error| Problem::BadUrl { why: format!("no Git repository there: {error}") })
}

/// Lists the refs of the repository at `path`.
pub(crate) fn list(path: &Path, scope: &RefScope, refs_max: usize) -> Result<Refs, Problem> {
    let repository = open(path)?;
    let failed = |error: gix::Error| gix_problem(path, &error);
    let head = repository.head().map_err(failed)?;
    let mut refs = Refs { scope: scope.clone(), ..Refs::default() };
    refs.head_target = head.referent_name().map(|name| name.as_bstr().to_string());
    if let Some(target) = head.id().and_then(|id| our_id(&id)) {
        refs.list.push(Ref { name: "HEAD".into(), target, peeled: None });
    }
    let platform = repository.references().map_err(failed)?;
    for reference in platform.all().map_err(failed)? {
        // A single unreadable ref is skipped, as git does with a warning.
        let Ok(mut reference) = reference else { continue };
        let name = reference.name().as_bstr().to_string();
        if !scope.prefixes().any(|prefix| name.starts_with(prefix)) {
            continue;
        }
        if refs.list.len() >= refs_max {
            return Err(Problem::TooLarge { what: "the number of refs", limit: refs_max as u64 });
        }
        if let Some(listed) = read_ref(name, &mut reference) {
            refs.list.push(listed);
        }
    }
    refs.list[..].sort_by(|left, right| (left.name != "HEAD", &left.name).cmp(&(right.name != "HEAD", &right.name)));
    Ok(refs)
}

fn read_ref(name: String, reference: &mut gix::Reference<'_>) -> Option<Ref> {
    let target: Option<Oid> = reference.try_id().and_then(|id| our_id(&id));
    let peeled = reference.peel_to_id().ok().and_then(|id| our_id(&id));
    let target = target.or(peeled)?;
    Some(Ref { name, target, peeled: peeled.filter(|peeled| *peeled != target) })
}
