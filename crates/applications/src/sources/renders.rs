//! Renders by what they read.

use git::{Oid, Remote};
use render::{Input, Rendered};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// How many different contents are kept of one source: the current one and the one a rollback or a pinned operation
/// works on.
const CONTENTS_MAX: usize = 2;
/// How many commits are remembered as having one content: enough for the applications that follow different revisions.
const COMMITS_MAX: usize = 8;

/// One source as far as rendering goes: applications with equal ids share their renders.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceId {
    /// The repository.
    pub remote: Remote,
    /// What is rendered of it, as text: equal texts are equal inputs.
    input: String,
}

impl SourceId {
    /// The id of `input` in `remote`.
    #[must_use]
    pub fn new(remote: Remote, input: &Input) -> Self {
        SourceId { remote, input: format!("{input:?}") }
    }
}

/// What some commits of a source render to.
#[derive(Debug)]
pub struct Content {
    /// The manifests and problems.
    pub rendered: Rendered,
    /// Distinguishes this content from every other one this process rendered.
    pub number: u64,
}

#[derive(Debug)]
struct Known {
    content: Arc<Content>,
    commits: VecDeque<Oid>,
}

/// The renders of all sources.
#[derive(Debug, Default)]
pub(crate) struct Renders {
    sources: BTreeMap<SourceId, VecDeque<Known>>,
    made: u64,
}

impl Renders {
    /// The content of a source at a commit, if it is known.
    pub fn get(&self, source: &SourceId, commit: Oid) -> Option<Arc<Content>> {
        let known = self.sources.get(source)?.iter().find(|known| known.commits.contains(&commit))?;
        Some(Arc::clone(&known.content))
    }

    /// The contents of a source, the one used last first.
    pub fn contents(&self, source: &SourceId) -> Vec<Arc<Content>> {
        self.sources.get(source).into_iter().flatten().map(|known| Arc::clone(&known.content)).collect()
    }

    /// Notes that a commit has this content.
    pub fn confirm(&mut self, source: &SourceId, content: &Arc<Content>, commit: Oid) {
        let Some(all) = self.sources.get_mut(source) else { return };
        let Some(place) = all.iter().position(|known| Arc::ptr_eq(&known.content, content)) else { return };
        if let Some(mut known) = all.remove(place) {
            if !known.commits.contains(&commit) {
                known.commits.push_front(commit);
                known.commits.truncate(COMMITS_MAX);
            }
            all.push_front(known);
        }
    }

    /// Keeps a new render.
    pub fn insert(&mut self, source: &SourceId, commit: Oid, rendered: Rendered) -> Arc<Content> {
        self.made += 1;
        let content = Arc::new(Content { rendered, number: self.made });
        let all = self.sources.entry(source.clone()).or_default();
        all.push_front(Known { content: Arc::clone(&content), commits: VecDeque::from([commit]) });
        all.truncate(CONTENTS_MAX);
        content
    }

    /// The commits of a repository whose contents are known.
    pub fn commits(&self, remote: &Remote) -> BTreeSet<Oid> {
        let of = self.sources.iter().filter(|(source, _)| source.remote == *remote);
        of.flat_map(|(_, all)| all).flat_map(|known| &known.commits).copied().collect()
    }

    /// Forgets a source that nobody uses.
    pub fn forget(&mut self, source: &SourceId) {
        self.sources.remove(source);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(byte: u8) -> Oid {
        Oid::from_bytes([byte; 20])
    }

    #[test]
    fn commits_of_one_content_share_it_and_old_contents_go() {
        let mut renders = Renders::default();
        let input = Input::at("app");
        let source = SourceId::new(Remote::parse("https://git.example/r.git").expect("a URL"), &input);
        let first = renders.insert(&source, commit(1), Rendered::default());
        renders.confirm(&source, &first, commit(2));
        let number = |renders: &Renders, byte| renders.get(&source, commit(byte)).map(|content| content.number);
        assert_eq!((number(&renders, 1), number(&renders, 2), number(&renders, 3)), (Some(1), Some(1), None));
        renders.insert(&source, commit(3), Rendered::default());
        renders.confirm(&source, &first, commit(4));
        renders.insert(&source, commit(5), Rendered::default());
        assert_eq!((number(&renders, 4), number(&renders, 3), number(&renders, 5)), (Some(1), None, Some(3)));
    }
}
