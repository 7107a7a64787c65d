//! What registries have said: lists of tags with what tells whether they changed, and builds, which by their digest cannot.

use crate::build::Build;
use crate::listing::Listing;
use crate::options::Limits;
use crate::registry::Repository;
use reqwest::header::HeaderValue;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A list of tags, and what the registry calls this state of it.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) listing: Listing,
    pub(crate) etag: Option<HeaderValue>,
}

/// All that is remembered.
#[derive(Debug)]
pub(crate) struct Remembered {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    tags: BTreeMap<Repository, Listed>,
    tag_bytes: usize,
    builds: BTreeMap<(Repository, String), Build>,
}

impl Remembered {
    pub(crate) fn new(limits: Limits) -> Self {
        Remembered { limits, state: Mutex::default() }
    }

    pub(crate) fn tags(&self, repository: &Repository) -> Option<Listed> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).tags.get(repository).cloned()
    }

    pub(crate) fn keep_tags(&self, repository: &Repository, listed: Listed) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = state.tags.remove(repository) {
            state.tag_bytes -= bytes(&old);
        }
        let more = bytes(&listed);
        if listed.etag.is_none() || more > self.limits.tag_bytes_max {
            return;
        }
        while state.tag_bytes + more > self.limits.tag_bytes_max {
            let Some((_, old)) = state.tags.pop_first() else { break };
            state.tag_bytes -= bytes(&old);
        }
        state.tag_bytes += more;
        state.tags.insert(repository.clone(), listed);
    }

    pub(crate) fn build(&self, repository: &Repository, digest: &str) -> Option<Build> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.builds.get(&(repository.clone(), digest.to_owned())).cloned()
    }

    pub(crate) fn keep_build(&self, repository: &Repository, build: &Build) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.builds.len() >= self.limits.builds_max {
            state.builds.pop_first();
        }
        state.builds.insert((repository.clone(), build.digest.clone()), build.clone());
    }
}

fn bytes(listed: &Listed) -> usize {
    let names =
        |names: &mut dyn Iterator<Item = &String>| names.map(|tag| tag.len() + size_of::<String>()).sum::<usize>();
    names(&mut listed.listing.tags.iter()) + names(&mut listed.listing.created.keys())
}
