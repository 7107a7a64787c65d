//! Renders by what they read.

use super::basis::Basis;
use super::content::{Content, Pace};
use super::lender::SourceId;
use super::origin::Point;
use git::{Oid, Remote};
use render::Rendered;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// How many different contents are kept of one source: the current one and the one a rollback or a pinned operation
/// works on.
const CONTENTS_MAX: usize = 2;
/// How many bases are remembered as having one content: enough for the applications that follow different revisions.
const BASES_MAX: usize = 8;

#[derive(Debug)]
struct Known {
    content: Arc<Content>,
    bases: VecDeque<Basis>,
}

/// The renders of all sources.
#[derive(Debug, Default)]
pub(crate) struct Renders {
    sources: BTreeMap<SourceId, VecDeque<Known>>,
    made: u64,
}

impl Renders {
    /// The content of a source on a basis, if it is known.
    pub fn get(&self, source: &SourceId, basis: &Basis) -> Option<Arc<Content>> {
        let known = self.sources.get(source)?.iter().find(|known| known.bases.contains(basis))?;
        Some(Arc::clone(&known.content))
    }

    /// A basis at that point that has this content.
    pub fn basis(&self, source: &SourceId, content: &Arc<Content>, own: &Point) -> Option<Basis> {
        let known = self.sources.get(source)?.iter().find(|known| Arc::ptr_eq(&known.content, content))?;
        known.bases.iter().find(|basis| basis.own == *own).cloned()
    }

    /// The contents of a source, the one used last first.
    pub fn contents(&self, source: &SourceId) -> Vec<Arc<Content>> {
        self.sources.get(source).into_iter().flatten().map(|known| Arc::clone(&known.content)).collect()
    }

    /// Notes that a basis has this content.
    pub fn confirm(&mut self, source: &SourceId, content: &Arc<Content>, basis: Basis) {
        let Some(all) = self.sources.get_mut(source) else { return };
        let Some(place) = all.iter().position(|known| Arc::ptr_eq(&known.content, content)) else { return };
        all.iter_mut().for_each(|known| known.bases.retain(|other| *other != basis));
        if let Some(mut known) = all.remove(place) {
            known.bases.push_front(basis);
            known.bases.truncate(BASES_MAX);
            all.push_front(known);
        }
    }

    /// Keeps a new render. One that gives what an earlier one gave, of other files, has that one's number: for those who
    /// go on from it nothing has changed.
    pub fn insert(&mut self, source: &SourceId, basis: Basis, rendered: Rendered, pace: Pace) -> Arc<Content> {
        let all = self.sources.entry(source.clone()).or_default();
        let same = all.iter().find(|known| gives_the_same(&known.content.rendered, &rendered));
        let number = same.map(|known| known.content.number).unwrap_or_else(|| {
            self.made += 1;
            self.made
        });
        all.retain(|known| known.content.number != number);
        // What was fetched from elsewhere may have changed since.
        all.iter_mut().for_each(|known| known.bases.retain(|other| *other != basis));
        let content = Arc::new(Content { rendered, number, pace });
        all.push_front(Known { content: Arc::clone(&content), bases: VecDeque::from([basis]) });
        all.truncate(CONTENTS_MAX);
        content
    }

    /// The commits of a repository whose contents are known.
    pub fn commits(&self, remote: &Remote) -> BTreeSet<Oid> {
        let mut commits = BTreeSet::new();
        for (source, all) in &self.sources {
            for basis in all.iter().flat_map(|known| &known.bases) {
                let own = basis.own.commit().filter(|_| source.origin.repository() == Some(remote));
                commits.extend(own);
                let lent = basis.refs.iter().filter(|(name, _)| source.refs.get(*name) == Some(remote));
                commits.extend(lent.map(|(_, commit)| *commit));
            }
        }
        commits
    }

    /// Forgets a source that nobody uses.
    pub fn forget(&mut self, source: &SourceId) {
        self.sources.remove(source);
    }
}

fn gives_the_same(one: &Rendered, other: &Rendered) -> bool {
    one.source_type == other.source_type && one.problems == other.problems && one.objects == other.objects
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::Object;
    use render::{Input, Manifest, Origin};
    use serde_json::json;

    fn commit(byte: u8) -> Basis {
        Basis { own: Point::Commit(Oid::from_bytes([byte; 20])), refs: BTreeMap::new(), capabilities: None }
    }

    fn rendered(name: &str) -> Rendered {
        let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
        let origin = Origin { path: tree::TreePath::root(), line: 1 };
        let object = Object::from_value(&object).expect("an object");
        Rendered { objects: vec![Manifest { object, origin }], ..Rendered::default() }
    }

    #[test]
    fn bases_of_one_content_share_it_and_old_contents_go() {
        let mut renders = Renders::default();
        let input = Input::at("app");
        let remote = Remote::parse("https://git.example/r.git").expect("a URL");
        let source = SourceId::new(crate::sources::origin::Origin::Repository(remote), &input, &BTreeMap::new());
        let insert =
            |renders: &mut Renders, byte, name| renders.insert(&source, commit(byte), rendered(name), Pace::Quick);
        let first = insert(&mut renders, 1, "a");
        renders.confirm(&source, &first, commit(2));
        let number = |renders: &Renders, byte| renders.get(&source, &commit(byte)).map(|content| content.number);
        assert_eq!((number(&renders, 1), number(&renders, 2), number(&renders, 3)), (Some(1), Some(1), None));
        insert(&mut renders, 3, "b");
        renders.confirm(&source, &first, commit(4));
        insert(&mut renders, 5, "c");
        assert_eq!((number(&renders, 4), number(&renders, 3), number(&renders, 5)), (Some(1), None, Some(3)));
        insert(&mut renders, 6, "c");
        assert_eq!((number(&renders, 6), number(&renders, 4)), (Some(3), Some(1)), "other files, the same objects");
    }
}
