//! Secondary indexes over all resources: by uid and by owner.

use crate::group_resource::GroupResource;
use object::Object;
use std::collections::{BTreeMap, BTreeSet};

/// Where an object is: its resource and its key there.
pub type Location = (GroupResource, Box<str>);

/// Who has which uid and who is owned by whom.
#[derive(Debug, Default)]
pub struct Index {
    by_uid: BTreeMap<Box<str>, Location>,
    by_owner: BTreeMap<Box<str>, BTreeSet<Location>>,
}

impl Index {
    /// Notes an object.
    pub fn insert(&mut self, resource: &GroupResource, key: &str, object: &Object) {
        let location = || (resource.clone(), Box::from(key));
        self.by_uid.insert(object.meta().uid.clone(), location());
        for owner in &object.meta().owner_references {
            self.by_owner.entry(owner.uid.clone()).or_default().insert(location());
        }
    }

    /// Forgets an object, given as it was noted.
    pub fn remove(&mut self, resource: &GroupResource, key: &str, object: &Object) {
        self.by_uid.remove(&object.meta().uid);
        let location = (resource.clone(), Box::from(key));
        for owner in &object.meta().owner_references {
            if let Some(owned) = self.by_owner.get_mut(&owner.uid) {
                owned.remove(&location);
                if owned.is_empty() {
                    self.by_owner.remove(&owner.uid);
                }
            }
        }
    }

    /// Notes a change; does nothing when identity and owners stay, which is nearly always.
    pub fn replace(&mut self, resource: &GroupResource, key: &str, old: &Object, new: &Object) {
        if old.meta().uid != new.meta().uid || old.meta().owner_references != new.meta().owner_references {
            self.remove(resource, key, old);
            self.insert(resource, key, new);
        }
    }

    /// The object of that uid.
    #[must_use]
    pub fn by_uid(&self, uid: &str) -> Option<&Location> {
        self.by_uid.get(uid)
    }

    /// The objects whose owner references name that uid.
    pub fn owned_by(&self, uid: &str) -> impl Iterator<Item = &Location> {
        self.by_owner.get(uid).into_iter().flatten()
    }
}
