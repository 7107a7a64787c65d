//! The objects of one cluster and the ways to find them. Pure: what happens comes in as values, and what it concerns
//! comes out.

use super::notice::{Cached, Notice, Place, Presence};
use super::ownership::{Instance, Ownership};
use crate::{GroupKind, Keep};
use object::{Fetched, Key, Object};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many owners upwards are followed to find the tracked root. Kubernetes' own chains have three; a loop ends here.
const OWNERS_MAX: usize = 16;

/// Where the objects of a kind are followed: in one namespace, or everywhere.
pub(super) type Region = Option<Box<str>>;

/// What is known of one kind in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Followed {
    /// Why it cannot be said what is not there; `None` when it can.
    unknown: Option<String>,
    /// The revision up to which everything is known.
    seen: u64,
}

/// The objects of one cluster.
pub(super) struct Store {
    ownership: Arc<dyn Ownership>,
    objects: BTreeMap<Key, Cached>,
    by_uid: BTreeMap<Box<str>, Key>,
    roots: BTreeMap<Instance, BTreeSet<Key>>,
    /// Owners' uids with what they own. One flat set: most owners own one or two objects, and a set of its own for each
    /// would take more memory than these.
    children: BTreeSet<(Box<str>, Key)>,
    followed: BTreeMap<GroupKind, BTreeMap<Region, Followed>>,
}

impl Store {
    pub(super) fn new(ownership: Arc<dyn Ownership>) -> Self {
        Store {
            ownership,
            objects: BTreeMap::new(),
            by_uid: BTreeMap::new(),
            roots: BTreeMap::new(),
            children: BTreeSet::new(),
            followed: BTreeMap::new(),
        }
    }

    /// A kind is about to be listed: until then nothing is known of it.
    pub(super) fn begin(&mut self, kind: &GroupKind, region: &Region) {
        let unknown = Some(format!("{kind} has not been listed yet"));
        let regions = self.followed.entry(kind.clone()).or_default();
        regions.entry(region.clone()).or_insert(Followed { unknown, seen: 0 });
    }

    /// A kind was listed in whole.
    pub(super) fn listed(
        &mut self,
        kind: &GroupKind,
        region: &Region,
        objects: Vec<(Object, Keep)>,
        revision: &str,
    ) -> Vec<Notice> {
        let listed: BTreeSet<Key> = objects.iter().map(|(object, _)| object.key()).collect();
        let gone: Vec<Key> = self.keys_of(kind, region).filter(|key| !listed.contains(key)).cloned().collect();
        let mut changes: Vec<Notice> = gone.iter().filter_map(|key| self.remove(key)).collect();
        for (object, keep) in objects {
            changes.extend(self.applied(object, keep));
        }
        if self.set_followed(kind, region, None) {
            changes.push(Notice::Kind(kind.clone()));
        }
        self.seen(kind, region, revision);
        changes
    }

    /// A kind can no longer be followed: what is there stays, what is not is not certain.
    pub(super) fn lost(&mut self, kind: &GroupKind, region: &Region, cause: String) -> Option<Notice> {
        self.set_followed(kind, region, Some(cause)).then(|| Notice::Kind(kind.clone()))
    }

    /// A kind that was lost is followed again, without a gap.
    pub(super) fn regained(&mut self, kind: &GroupKind, region: &Region) -> Option<Notice> {
        self.set_followed(kind, region, None).then(|| Notice::Kind(kind.clone()))
    }

    /// The cluster no longer serves a kind, or it is no longer to be followed.
    pub(super) fn dropped(&mut self, kind: &GroupKind) -> Vec<Notice> {
        let gone: Vec<Key> = self.keys_of(kind, &None).cloned().collect();
        let mut changes: Vec<Notice> = gone.iter().filter_map(|key| self.remove(key)).collect();
        if self.followed.remove(kind).is_some() {
            changes.push(Notice::Kind(kind.clone()));
        }
        changes
    }

    /// Everything about the kind up to `revision` is in.
    pub(super) fn seen(&mut self, kind: &GroupKind, region: &Region, revision: &str) {
        let Some(followed) = self.followed.get_mut(kind).and_then(|regions| regions.get_mut(region)) else { return };
        // Kubernetes promises comparable revisions since 1.35; one that is no number says nothing.
        followed.seen = followed.seen.max(revision.parse().unwrap_or(0));
    }

    /// An object appeared or changed.
    pub(super) fn applied(&mut self, object: Object, keep: Keep) -> Option<Notice> {
        let key = object.key();
        if self.objects.get(&key).is_some_and(|known| known.object == object) {
            return None;
        }
        let before = self.concerned(&key);
        self.unlink(&key);
        let instance = self.instance_of(&object);
        self.link(&key, &object, instance.as_ref());
        self.objects.insert(key.clone(), Cached { object, keep, instance });
        let (place, after) = self.concerned(&key);
        let place = if before.0 == Place::Root { Place::Root } else { place };
        Some(Notice::Object { presence: Presence::Present, place, instances: merged(before.1, after), key })
    }

    /// An object is gone.
    pub(super) fn remove(&mut self, key: &Key) -> Option<Notice> {
        let (place, instances) = self.concerned(key);
        self.unlink(key);
        self.objects.remove(key)?;
        Some(Notice::Object { key: key.clone(), presence: Presence::Gone, place, instances })
    }

    /// One object, or certainty that it is not there, or neither.
    pub(super) fn get(&self, key: &Key) -> Fetched<&Cached> {
        match self.objects.get(key) {
            Some(cached) => Fetched::Known(cached),
            None => match self.absence(key) {
                None => Fetched::Absent,
                Some(cause) => Fetched::Unknown(cause),
            },
        }
    }

    /// Why it is not certain that `key` is absent.
    fn absence(&self, key: &Key) -> Option<String> {
        let kind = GroupKind::of(key);
        let Some(regions) = self.followed.get(&kind) else { return Some(format!("{kind} is not followed")) };
        match regions.get(&None).or_else(|| regions.get(&key.namespace)) {
            Some(followed) => followed.unknown.clone(),
            None => Some(format!("{kind} is not followed in this namespace")),
        }
    }

    /// What is known of a kind as a whole: `Known` when it can be said what is there, `Absent` when it is not followed.
    pub(super) fn kind(&self, kind: &GroupKind) -> Fetched<()> {
        match self.followed.get(kind) {
            None => Fetched::Absent,
            Some(regions) => match regions.values().find_map(|followed| followed.unknown.clone()) {
                Some(cause) => Fetched::Unknown(cause),
                None => Fetched::Known(()),
            },
        }
    }

    /// Kinds of which it cannot be said what is not there, and why. Sorted.
    pub(super) fn unknown_kinds(&self) -> Vec<(GroupKind, String)> {
        let unknown = |(kind, regions): (&GroupKind, &BTreeMap<Region, Followed>)| {
            let cause = regions.values().find_map(|followed| followed.unknown.clone())?;
            Some((kind.clone(), cause))
        };
        self.followed.iter().filter_map(unknown).collect()
    }

    /// Up to which revision everything about the kind is in; `None` when it is not followed everywhere it is asked for.
    pub(super) fn seen_revision(&self, kind: &GroupKind, namespace: Option<&str>) -> Option<u64> {
        let regions = self.followed.get(kind)?;
        regions.get(&None).or_else(|| regions.get(&namespace.map(Into::into))).map(|followed| followed.seen)
    }

    /// What an instance tracks, by key.
    pub(super) fn roots(&self, instance: &Instance) -> Vec<Cached> {
        let keys = self.roots.get(instance).into_iter().flatten();
        keys.filter_map(|key| self.objects.get(key).cloned()).collect()
    }

    /// What names `uid` as its owner, by key.
    pub(super) fn children(&self, uid: &str) -> Vec<Cached> {
        let first = Key { group: "".into(), kind: "".into(), namespace: None, name: "".into() };
        let from = self.children.range((Box::<str>::from(uid), first)..);
        let keys = from.take_while(|(owner, _)| **owner == *uid).map(|(_, key)| key);
        keys.filter_map(|key| self.objects.get(key).cloned()).collect()
    }

    /// The objects of a kind, by namespace and name.
    pub(super) fn objects_of(&self, kind: &GroupKind) -> Vec<Cached> {
        self.keys_of(kind, &None).filter_map(|key| self.objects.get(key).cloned()).collect()
    }

    /// How many objects there are, and how many bytes of text they hold.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.objects.len(), self.objects.values().map(|cached| cached.object.raw().len()).sum())
    }

    fn keys_of<'s>(&'s self, kind: &GroupKind, region: &Region) -> impl Iterator<Item = &'s Key> {
        let first = Key { group: kind.group.clone(), kind: kind.kind.clone(), namespace: None, name: "".into() };
        let (kind, region) = (kind.clone(), region.clone());
        self.objects
            .range(first..)
            .map(|(key, _)| key)
            .take_while(move |key| key.group == kind.group && key.kind == kind.kind)
            .filter(move |key| region.is_none() || key.namespace == region)
    }

    /// Sets whether a kind is known; says whether that is a change.
    fn set_followed(&mut self, kind: &GroupKind, region: &Region, unknown: Option<String>) -> bool {
        let regions = self.followed.entry(kind.clone()).or_default();
        let followed = regions.entry(region.clone()).or_insert(Followed { unknown: Some(String::new()), seen: 0 });
        let changed = followed.unknown.is_some() != unknown.is_some();
        followed.unknown = unknown;
        changed
    }

    /// Whom an object concerns: who tracks it, or else who tracks what owns it.
    fn concerned(&self, key: &Key) -> (Place, Vec<Instance>) {
        let Some(cached) = self.objects.get(key) else { return (Place::Elsewhere, Vec::new()) };
        if let Some(instance) = &cached.instance {
            return (Place::Root, vec![instance.clone()]);
        }
        let mut instances = BTreeSet::new();
        let mut seen = BTreeSet::from([key]);
        let mut level = vec![cached];
        for _ in 0..OWNERS_MAX {
            let owners = level.iter().flat_map(|cached| &cached.object.meta().owner_references);
            let keys: BTreeSet<&Key> = owners.filter_map(|owner| self.by_uid.get(&owner.uid)).collect();
            level = keys.into_iter().filter(|key| seen.insert(key)).filter_map(|key| self.objects.get(key)).collect();
            instances.extend(level.iter().filter_map(|cached| cached.instance.clone()));
            if level.is_empty() {
                break;
            }
        }
        let place = if instances.is_empty() { Place::Elsewhere } else { Place::Below };
        (place, instances.into_iter().collect())
    }

    fn instance_of(&self, object: &Object) -> Option<Instance> {
        // Compat: ownership counts for roots only; controllers copy annotations to what they make.
        let is_root = object.meta().owner_references.is_empty();
        if is_root { self.ownership.instance_of(object.meta()) } else { None }
    }

    fn link(&mut self, key: &Key, object: &Object, instance: Option<&Instance>) {
        let meta = object.meta();
        if !meta.uid.is_empty() {
            self.by_uid.insert(meta.uid.clone(), key.clone());
        }
        for owner in &meta.owner_references {
            self.children.insert((owner.uid.clone(), key.clone()));
        }
        if let Some(instance) = instance {
            self.roots.entry(instance.clone()).or_default().insert(key.clone());
        }
    }

    fn unlink(&mut self, key: &Key) {
        let Some(cached) = self.objects.get(key) else { return };
        let meta = cached.object.meta();
        if self.by_uid.get(&meta.uid) == Some(key) {
            self.by_uid.remove(&meta.uid);
        }
        for owner in &meta.owner_references {
            self.children.remove(&(owner.uid.clone(), key.clone()));
        }
        if let Some(instance) = &cached.instance {
            take(&mut self.roots, instance, key);
        }
    }
}

/// Takes `key` out of one set of an index, and the set out of the index when it was the last.
fn take<I: Ord>(index: &mut BTreeMap<I, BTreeSet<Key>>, at: &I, key: &Key) {
    if let Some(keys) = index.get_mut(at) {
        keys.remove(key);
        if keys.is_empty() {
            index.remove(at);
        }
    }
}

fn merged(before: Vec<Instance>, after: Vec<Instance>) -> Vec<Instance> {
    let all: BTreeSet<Instance> = before.into_iter().chain(after).collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::Meta;
    use serde_json::json;
    struct ByLabel;

    impl Ownership for ByLabel {
        fn instance_of(&self, meta: &Meta) -> Option<Instance> {
            meta.labels.get("app").map(|name| Instance::named(name))
        }
    }

    fn store() -> Store {
        Store::new(Arc::new(ByLabel))
    }

    fn object(kind: &str, name: &str, app: Option<&str>, owner: Option<&str>) -> Object {
        let mut value = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "shop",
            "uid": format!("uid-{name}"), "resourceVersion": "1"}});
        if let Some(app) = app {
            value["metadata"]["labels"] = json!({"app": app});
        }
        if let Some(owner) = owner {
            value["metadata"]["ownerReferences"] = json!([{"uid": format!("uid-{owner}")}]);
        }
        Object::from_value(&value).expect("an object")
    }

    fn apply(store: &mut Store, object: Object) -> Option<(Place, Vec<String>)> {
        match store.applied(object, Keep::Everything)? {
            Notice::Object { place, instances, .. } => {
                Some((place, instances.iter().map(ToString::to_string).collect()))
            }
            Notice::Kind(_) => None,
        }
    }

    fn names(cached: &[Cached]) -> Vec<&str> {
        cached.iter().map(|cached| cached.object.name()).collect()
    }

    #[test]
    fn a_pod_concerns_whoever_tracks_its_deployment() {
        let mut store = store();
        apply(&mut store, object("Deployment", "web", Some("shop"), None));
        apply(&mut store, object("ReplicaSet", "web-1", None, Some("web")));
        let pod = apply(&mut store, object("Pod", "web-1-a", None, Some("web-1")));
        assert_eq!(pod, Some((Place::Below, vec!["shop".to_owned()])));
        assert_eq!(names(&store.children("uid-web")), ["web-1"]);
        assert_eq!(names(&store.roots(&Instance::named("shop"))), ["web"]);
    }

    #[test]
    fn a_label_copied_to_an_owned_object_tracks_nothing() {
        let mut store = store();
        apply(&mut store, object("ReplicaSet", "web-1", Some("shop"), Some("web")));
        assert!(store.roots(&Instance::named("shop")).is_empty());
    }

    #[test]
    fn an_object_that_changes_hands_concerns_both() {
        let mut store = store();
        apply(&mut store, object("Service", "web", Some("old"), None));
        let change = apply(&mut store, object("Service", "web", Some("new"), None));
        assert_eq!(change, Some((Place::Root, vec!["new".to_owned(), "old".to_owned()])));
        assert!(store.roots(&Instance::named("old")).is_empty());
        let lost = apply(&mut store, object("Service", "web", None, None));
        assert_eq!(lost, Some((Place::Root, vec!["new".to_owned()])));
    }

    #[test]
    fn owners_that_own_each_other_end() {
        let mut store = store();
        apply(&mut store, object("A", "a", None, Some("b")));
        assert_eq!(apply(&mut store, object("B", "b", None, Some("a"))), Some((Place::Elsewhere, vec![])));
    }

    #[test]
    fn only_what_was_listed_can_be_absent() {
        let mut store = store();
        let kind = GroupKind::new("", "Pod");
        let key = Key::new("", "Pod", Some("shop"), "x");
        assert_eq!(store.get(&key), Fetched::Unknown("Pod is not followed".into()));
        store.begin(&kind, &None);
        assert_eq!(store.get(&key), Fetched::Unknown("Pod has not been listed yet".into()));
        let changes = store.listed(&kind, &None, vec![(object("Pod", "x", None, None), Keep::Everything)], "7");
        assert_eq!(changes.last(), Some(&Notice::Kind(kind.clone())));
        assert_eq!(store.get(&Key::new("", "Pod", Some("shop"), "y")), Fetched::Absent);
        store.lost(&kind, &None, "forbidden".into());
        assert_eq!(store.get(&Key::new("", "Pod", Some("shop"), "y")), Fetched::Unknown("forbidden".into()));
        assert!(store.get(&key).known().is_some(), "what was seen is still there");
    }

    #[test]
    fn a_second_list_takes_away_what_is_gone() {
        let mut store = store();
        let kind = GroupKind::new("", "Pod");
        let both = vec![object("Pod", "x", Some("shop"), None), object("Pod", "y", None, None)];
        store.listed(&kind, &None, both.into_iter().map(|object| (object, Keep::Everything)).collect(), "7");
        let changes = store.listed(&kind, &None, vec![(object("Pod", "y", None, None), Keep::Everything)], "9");
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!(names(&store.objects_of(&kind)), ["y"]);
        assert_eq!(store.seen_revision(&kind, Some("shop")), Some(9));
    }

    #[test]
    fn regions_are_known_one_by_one() {
        let mut store = store();
        let kind = GroupKind::new("", "Pod");
        let (shop, bank): (Region, Region) = (Some("shop".into()), Some("bank".into()));
        store.listed(&kind, &shop, vec![(object("Pod", "x", None, None), Keep::Everything)], "7");
        store.begin(&kind, &bank);
        store.listed(&kind, &bank, vec![], "8");
        assert_eq!(names(&store.objects_of(&kind)), ["x"], "listing one namespace says nothing of another");
        assert_eq!(store.get(&Key::new("", "Pod", Some("bank"), "x")), Fetched::Absent);
        assert!(matches!(store.get(&Key::new("", "Pod", Some("else"), "x")), Fetched::Unknown(_)));
    }
}
