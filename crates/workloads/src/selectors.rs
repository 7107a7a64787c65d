//! The selectors of the objects of one resource, by namespace: who a changed pod or ReplicaSet concerns.

use crate::controller::{Change, Item};
use apiserver::{EventKind, GroupResource, LabelSelector, Object};
use std::collections::BTreeMap;

/// The selectors of one resource's objects.
#[derive(Debug)]
pub(crate) struct Selectors {
    resource: GroupResource,
    by_namespace: BTreeMap<Box<str>, BTreeMap<Box<str>, LabelSelector>>,
}

impl Selectors {
    pub(crate) fn of(resource: GroupResource) -> Self {
        Selectors { resource, by_namespace: BTreeMap::new() }
    }

    /// Notes a change of an object that has a selector. Whether it was one.
    pub(crate) fn notice(&mut self, change: &Change<'_>) -> bool {
        if *change.resource != self.resource {
            return false;
        }
        // A status that changed has left the selector as it is.
        let generation = change.object.meta().generation;
        let is_same = |previous: &Object| generation > 0 && previous.meta().generation == generation;
        if change.kind == EventKind::Modified && change.previous.is_some_and(is_same) {
            return true;
        }
        let selectors = self.by_namespace.entry(change.object.namespace().unwrap_or_default().into()).or_default();
        if change.kind == EventKind::Deleted {
            selectors.remove(change.object.name());
        } else {
            let selector = LabelSelector::from_value(change.object.get("/spec/selector").as_ref());
            selectors.insert(change.object.name().into(), selector);
        }
        true
    }

    /// Whose selectors match the object.
    pub(crate) fn matching<'a>(&'a self, object: &'a Object) -> impl Iterator<Item = Item> + 'a {
        let namespace = object.namespace().unwrap_or_default();
        let selectors = self.by_namespace.get(namespace).into_iter().flatten();
        let matching =
            selectors.filter(|(_, selector)| !selector.is_empty() && selector.matches(&object.meta().labels));
        matching.map(move |(name, _)| Item::new(namespace, name))
    }
}
