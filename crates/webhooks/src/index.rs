//! Which applications a push concerns: a look into a table by repository, then a few comparisons each.

use crate::event::{DefaultBranch, Files, ImagePush, Push, RefChange};
use crate::paths::{Rendered, touches_paths, touches_reads};
use crate::repository::{Key, image_key, pushed_key, source_keys};
use goversion::{Constraints, Release, Version};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One source of an application.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Its repository, as the application writes it.
    pub repository: String,
    /// Its target revision: a branch, a tag, a version constraint, a commit, `HEAD` or nothing.
    pub target_revision: String,
    /// The chart, for charts of a registry or repository; empty otherwise.
    pub chart: String,
    /// What the application says its manifests are made of; see [`crate::generate_paths`]. Empty: it does not say.
    pub generate_paths: Vec<String>,
    /// What has to be done when it changed.
    pub role: SourceRole,
}

/// What a source is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum SourceRole {
    /// It is synced.
    #[default]
    Synced,
    /// It is rendered into another branch, which is synced.
    Dry,
}

/// Why an application is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// A source that is synced may have changed.
    Refresh,
    /// A source that is rendered into another branch may have changed.
    Hydrate,
}

/// Sources by repository. `K` names an application.
#[derive(Debug, Clone)]
pub struct Index<K> {
    sources: BTreeMap<Key, BTreeMap<K, Vec<Arc<Placed>>>>,
    images: BTreeMap<Key, BTreeMap<K, Vec<Arc<Placed>>>>,
    keys: BTreeMap<K, Keys>,
}

/// A source, and its place among those of its application.
#[derive(Debug)]
struct Placed {
    place: usize,
    source: Source,
}

#[derive(Debug, Clone, Default)]
struct Keys {
    sources: BTreeSet<Key>,
    images: BTreeSet<Key>,
}

impl<K> Default for Index<K> {
    fn default() -> Self {
        Index { sources: BTreeMap::new(), images: BTreeMap::new(), keys: BTreeMap::new() }
    }
}

impl<K: Ord + Clone> Index<K> {
    /// An application came or changed: these are its sources now.
    pub fn set(&mut self, application: K, sources: Vec<Source>) {
        self.remove(&application);
        let mut keys = Keys::default();
        for (place, source) in sources.into_iter().enumerate() {
            let placed = Arc::new(Placed { place, source });
            for key in source_keys(&placed.source.repository) {
                add(&mut self.sources, key.clone(), &application, &placed);
                keys.sources.insert(key);
            }
            for key in image_keys(&placed.source) {
                add(&mut self.images, key.clone(), &application, &placed);
                keys.images.insert(key);
            }
        }
        self.keys.insert(application, keys);
    }

    /// An application went.
    pub fn remove(&mut self, application: &K) {
        let Some(keys) = self.keys.remove(application) else { return };
        for (table, keys) in [(&mut self.sources, keys.sources), (&mut self.images, keys.images)] {
            for key in keys {
                if let Some(applications) = table.get_mut(&key) {
                    applications.remove(application);
                    if applications.is_empty() {
                        table.remove(&key);
                    }
                }
            }
        }
    }

    /// How many applications are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no application is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The applications that a push concerns. `rendered` tells what the last render of an application's source, by its
    /// place among those that were set, has read, if that is known; it is asked only where it may matter.
    ///
    /// Guarantee: none is left out whose manifests the push may have changed; it may name some whose manifests it did not.
    #[must_use]
    pub fn affected(&self, push: &Push, rendered: impl Fn(&K, usize) -> Option<Arc<Rendered>>) -> BTreeMap<K, Concern> {
        let keys: BTreeSet<Key> = push.repositories.iter().filter_map(|address| pushed_key(address)).collect();
        let mut affected = BTreeMap::new();
        for (application, sources) in keys.iter().filter_map(|key| self.sources.get(key)).flatten() {
            for placed in sources {
                if concerns(&placed.source, push, || rendered(application, placed.place)) {
                    note(&mut affected, application, placed.source.role);
                }
            }
        }
        affected
    }

    /// The applications with a chart or manifests in the registry repository that was pushed to.
    #[must_use]
    pub fn affected_by_image(&self, push: &ImagePush) -> BTreeMap<K, Concern> {
        let key = image_key(&format!("{}/{}", push.registry, push.repository));
        let mut affected = BTreeMap::new();
        for (application, sources) in self.images.get(&key).into_iter().flatten() {
            for placed in sources.iter().filter(|placed| is_revision(&push.tag, &placed.source.target_revision)) {
                note(&mut affected, application, placed.source.role);
            }
        }
        affected
    }
}

fn add<K: Ord + Clone>(
    table: &mut BTreeMap<Key, BTreeMap<K, Vec<Arc<Placed>>>>,
    key: Key,
    application: &K,
    placed: &Arc<Placed>,
) {
    table.entry(key).or_default().entry(application.clone()).or_default().push(Arc::clone(placed));
}

/// A hydration outweighs a refresh: it ends in one.
fn note<K: Ord + Clone>(affected: &mut BTreeMap<K, Concern>, application: &K, role: SourceRole) {
    let concern = match role {
        SourceRole::Synced => Concern::Refresh,
        SourceRole::Dry => Concern::Hydrate,
    };
    let noted = affected.entry(application.clone()).or_insert(concern);
    *noted = (*noted).max(concern);
}

/// A chart's repository may be named with the chart or without.
fn image_keys(source: &Source) -> BTreeSet<Key> {
    let own = image_key(&source.repository);
    let is_registry = source.repository.starts_with("oci://") || !source.repository.contains("://");
    let with_chart = (!source.chart.is_empty()).then(|| image_key(&format!("{own}/{}", source.chart)));
    std::iter::once(own).chain(with_chart).filter(|_| is_registry).collect()
}

fn concerns(source: &Source, push: &Push, rendered: impl Fn() -> Option<Arc<Rendered>>) -> bool {
    push.changes.iter().any(|change| is_followed(source, change) && touches(source, change, push, &rendered))
}

/// Whether the source follows the branch or tag that moved.
fn is_followed(source: &Source, change: &RefChange) -> bool {
    let target = source.target_revision.as_str();
    if matches!(target, "" | "HEAD") {
        return change.default_branch != DefaultBranch::No;
    }
    let stripped = ["refs/heads/", "refs/tags/"].into_iter().find_map(|prefix| target.strip_prefix(prefix));
    is_revision(&change.name, stripped.unwrap_or(target))
}

/// The same name, or a version that the constraint admits.
fn is_revision(name: &str, target: &str) -> bool {
    if name == target {
        return true;
    }
    let release = Release::default();
    let Ok(constraints) = Constraints::parse(target, release) else { return false };
    Version::parse(name, release).is_ok_and(|version| constraints.check(&version))
}

/// Whether the files that were touched can matter. When they are not known, they do.
fn touches(source: &Source, change: &RefChange, push: &Push, rendered: &impl Fn() -> Option<Arc<Rendered>>) -> bool {
    let Files::Known(files) = &push.files else { return true };
    if !source.generate_paths.is_empty() {
        return touches_paths(files, &source.generate_paths);
    }
    match rendered() {
        // What was read says nothing about commits between the one that was rendered and the one that was pushed onto.
        Some(rendered) if change.before.as_ref() == Some(&rendered.revision) => touches_reads(files, &rendered.reads),
        _ => true,
    }
}
