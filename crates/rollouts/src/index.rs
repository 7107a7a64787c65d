//! Which Rollouts an object concerns: by what they name, and by what they own. Pure.

use crate::key::{RolloutKey, WorkKey};
use crate::overlap::Overlaps;
use crate::references::{Referent, destination_rule_of};
use std::collections::{BTreeMap, BTreeSet};

/// An object that Rollouts may name, in its namespace; empty for kinds of the whole cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    referent: Referent,
    namespace: Box<str>,
    name: Box<str>,
}

/// A kind of object that Rollouts own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owned {
    /// A ReplicaSet.
    ReplicaSet,
    /// An AnalysisRun.
    AnalysisRun,
    /// An Experiment.
    Experiment,
}

/// What one Rollout names.
#[derive(Debug, Default)]
struct Names {
    /// The generation and identity that this is of.
    of: (i64, Box<str>),
    names: BTreeSet<(Referent, Box<str>)>,
}

/// Which Rollouts an object concerns.
#[derive(Debug, Default)]
pub struct Index {
    rollouts: BTreeMap<RolloutKey, Names>,
    named: BTreeMap<Named, BTreeSet<Box<str>>>,
    owners: BTreeMap<(Owned, RolloutKey), Box<str>>,
    /// ReplicaSets that nobody owns, by namespace.
    orphans: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    /// Rollouts that may match each other's pods.
    pub overlaps: Overlaps,
}

impl Index {
    /// Whether what a Rollout names is known as of this generation.
    #[must_use]
    pub fn knows(&self, key: &RolloutKey, generation: i64, uid: &str) -> bool {
        self.rollouts.get(key).is_some_and(|names| names.of.0 == generation && *names.of.1 == *uid)
    }

    /// Notes what a Rollout names. Gives what it no longer names.
    pub fn rollout_is(
        &mut self,
        key: &RolloutKey,
        of: (i64, Box<str>),
        names: BTreeSet<(Referent, Box<str>)>,
    ) -> Vec<WorkKey> {
        let before = self.rollouts.remove(key).unwrap_or_default();
        let left: Vec<_> = before.names.difference(&names).cloned().collect();
        let added: Vec<_> = names.difference(&before.names).cloned().collect();
        for (referent, name) in &left {
            self.unname(key, *referent, name);
        }
        for (referent, name) in added {
            self.named.entry(named(key, referent, &name)).or_default().insert(key.name.clone());
        }
        self.rollouts.insert(key.clone(), Names { of, names });
        left_behind(key, left)
    }

    /// A Rollout is gone. Gives what it named.
    pub fn rollout_gone(&mut self, key: &RolloutKey) -> Vec<WorkKey> {
        let Some(before) = self.rollouts.remove(key) else { return Vec::new() };
        for (referent, name) in &before.names {
            self.unname(key, *referent, name);
        }
        left_behind(key, before.names)
    }

    fn unname(&mut self, key: &RolloutKey, referent: Referent, name: &str) {
        let at = named(key, referent, name);
        if let Some(rollouts) = self.named.get_mut(&at) {
            rollouts.remove(&key.name);
            if rollouts.is_empty() {
                self.named.remove(&at);
            }
        }
    }

    /// Notes who owns an object; gives whom that concerns, before and after.
    pub fn owner_is(&mut self, owned: Owned, object: &RolloutKey, owner: Option<&str>) -> BTreeSet<RolloutKey> {
        let at = (owned, object.clone());
        let before = match owner {
            Some(owner) if self.owners.get(&at).is_some_and(|known| **known == *owner) => None,
            Some(owner) => self.owners.insert(at, owner.into()),
            None => self.owners.remove(&at),
        };
        before.as_deref().into_iter().chain(owner).map(|name| RolloutKey::new(&object.namespace, name)).collect()
    }

    /// Notes whether a ReplicaSet is without an owner.
    pub fn orphan_is(&mut self, set: &RolloutKey, is_orphan: bool) {
        if is_orphan {
            self.orphans.entry(set.namespace.clone()).or_default().insert(set.name.clone());
        } else if let Some(names) = self.orphans.get_mut(&set.namespace) {
            names.remove(&set.name);
            if names.is_empty() {
                self.orphans.remove(&set.namespace);
            }
        }
    }

    /// The ReplicaSets of a namespace that nobody owns.
    #[must_use]
    pub fn orphans(&self, namespace: &str) -> Vec<Box<str>> {
        self.orphans.get(namespace).into_iter().flatten().cloned().collect()
    }

    /// The Rollouts of a namespace.
    #[must_use]
    pub fn rollouts_in(&self, namespace: &str) -> Vec<RolloutKey> {
        let first = RolloutKey::new(namespace, "");
        let all = self.rollouts.range(first..).map(|(key, _)| key);
        all.take_while(|key| *key.namespace == *namespace).cloned().collect()
    }

    /// All Rollouts.
    #[must_use]
    pub fn all(&self) -> Vec<RolloutKey> {
        self.rollouts.keys().cloned().collect()
    }

    /// The Rollouts that name an object, as far as one namespace is concerned.
    #[must_use]
    pub fn naming(&self, referent: Referent, namespace: &str, name: &str) -> Vec<RolloutKey> {
        let at = Named { referent, namespace: namespace.into(), name: name.into() };
        let names = self.named.get(&at).into_iter().flatten();
        names.map(|rollout| RolloutKey::new(namespace, rollout)).collect()
    }

    /// The Rollouts that name an object of the whole cluster.
    #[must_use]
    pub fn naming_anywhere(&self, referent: Referent, name: &str) -> Vec<RolloutKey> {
        let namespaces: BTreeSet<&str> = self.rollouts.keys().map(|key| &*key.namespace).collect();
        namespaces.into_iter().flat_map(|namespace| self.naming(referent, namespace, name)).collect()
    }
}

fn named(key: &RolloutKey, referent: Referent, name: &str) -> Named {
    Named { referent, namespace: key.namespace.clone(), name: name.into() }
}

/// Objects that a Rollout has changed and must leave as they were.
fn left_behind(key: &RolloutKey, names: impl IntoIterator<Item = (Referent, Box<str>)>) -> Vec<WorkKey> {
    let namespace = || key.namespace.clone();
    let one = |(referent, name)| match referent {
        Referent::Service => Some(WorkKey::Service { namespace: namespace(), name }),
        Referent::Ingress => Some(WorkKey::Ingress { namespace: namespace(), name }),
        Referent::Routed => destination_rule_of(&name)
            .map(|(namespace, name)| WorkKey::DestinationRule { namespace: namespace.into(), name: name.into() }),
        _ => None,
    };
    names.into_iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> RolloutKey {
        RolloutKey::new("shop", name)
    }

    fn services(names: &[&str]) -> BTreeSet<(Referent, Box<str>)> {
        names.iter().map(|name| (Referent::Service, Box::from(*name))).collect()
    }

    #[test]
    fn a_service_concerns_whoever_names_it() {
        let mut index = Index::default();
        index.rollout_is(&key("a"), (1, "u".into()), services(&["x", "y"]));
        index.rollout_is(&key("b"), (1, "v".into()), services(&["y"]));
        assert_eq!(index.naming(Referent::Service, "shop", "y"), [key("a"), key("b")]);
        assert!(index.naming(Referent::Service, "other", "y").is_empty());
        assert!(index.knows(&key("a"), 1, "u") && !index.knows(&key("a"), 2, "u"));
        let left = index.rollout_is(&key("a"), (2, "u".into()), services(&["x"]));
        assert_eq!(left, [WorkKey::Service { namespace: "shop".into(), name: "y".into() }]);
        assert_eq!(index.naming(Referent::Service, "shop", "y"), [key("b")]);
        assert_eq!(index.rollout_gone(&key("b")).len(), 1);
        assert!(index.naming(Referent::Service, "shop", "y").is_empty());
    }

    #[test]
    fn a_replica_set_that_changes_hands_concerns_both() {
        let mut index = Index::default();
        let set = key("web-1");
        assert_eq!(index.owner_is(Owned::ReplicaSet, &set, Some("a")), BTreeSet::from([key("a")]));
        assert_eq!(index.owner_is(Owned::ReplicaSet, &set, Some("b")), BTreeSet::from([key("a"), key("b")]));
        assert_eq!(index.owner_is(Owned::ReplicaSet, &set, None), BTreeSet::from([key("b")]));
        assert!(index.owner_is(Owned::ReplicaSet, &set, None).is_empty());
    }

    #[test]
    fn orphans_are_known_by_namespace() {
        let mut index = Index::default();
        index.orphan_is(&key("x"), true);
        assert_eq!(index.orphans("shop"), ["x".into()]);
        index.orphan_is(&key("x"), false);
        assert!(index.orphans("shop").is_empty());
    }
}
