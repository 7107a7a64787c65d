//! The objects that nobody manages, by namespace: what a new owner may take up, without searching.

use crate::controller::Change;
use apiserver::{Api, EventKind, GroupResource, Object};
use std::collections::{BTreeMap, BTreeSet};

/// The unmanaged objects of one resource.
#[derive(Debug)]
pub(crate) struct Orphans {
    resource: GroupResource,
    names: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
}

impl Orphans {
    pub(crate) fn of(resource: GroupResource) -> Self {
        Orphans { resource, names: BTreeMap::new() }
    }

    /// Notes a change. Whether the object is an orphan now.
    pub(crate) fn notice(&mut self, change: &Change<'_>) -> bool {
        if *change.resource != self.resource {
            return false;
        }
        let namespace = change.object.namespace().unwrap_or_default();
        let alone = change.kind != EventKind::Deleted && change.object.meta().controller().is_none();
        if alone {
            self.names.entry(namespace.into()).or_default().insert(change.object.name().into());
        } else if let Some(names) = self.names.get_mut(namespace) {
            names.remove(change.object.name());
            if names.is_empty() {
                self.names.remove(namespace);
            }
        }
        alone
    }

    /// The orphans of a namespace as they are now.
    pub(crate) fn in_namespace(&self, api: &Api, namespace: &str) -> Vec<Object> {
        let names = self.names.get(namespace).into_iter().flatten();
        let current = names.filter_map(|name| api.get(&self.resource, namespace, name));
        current.filter(|object| object.meta().controller().is_none()).collect()
    }
}
