//! All Rollouts at one moment. What has not changed since the moment before is kept, with everything made of it.

use crate::entry::{Entry, Found};
use object::Object;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Objects by kind, as they were read at one moment.
#[derive(Debug, Default)]
pub struct World {
    /// Rollouts.
    pub rollouts: Vec<Object>,
    /// ReplicaSets.
    pub sets: Vec<Object>,
    /// Pods.
    pub pods: Vec<Object>,
    /// Experiments.
    pub experiments: Vec<Object>,
    /// AnalysisRuns.
    pub runs: Vec<Object>,
    /// Deployments.
    pub deployments: Vec<Object>,
}

/// All Rollouts at one moment.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Those that can be read, by namespace and name.
    pub entries: BTreeMap<(String, String), Arc<Entry>>,
    /// Why the others cannot be read.
    pub unreadable: BTreeMap<(String, String), String>,
    /// Kinds that cannot be read, and why.
    pub blind: Vec<(String, String)>,
}

/// Objects by the uid of each owner.
type Owned<'w> = BTreeMap<&'w str, Vec<&'w Object>>;

fn by_owner(objects: &[Object]) -> Owned<'_> {
    let mut owned = Owned::new();
    for object in objects {
        for owner in &object.meta().owner_references {
            owned.entry(&owner.uid).or_default().push(object);
        }
    }
    owned
}

fn of(owned: &Owned<'_>, owners: &[&Object]) -> Vec<Object> {
    let own = owners.iter().filter_map(|owner| owned.get(&*owner.meta().uid));
    own.flatten().map(|object| Object::clone(object)).collect()
}

impl Snapshot {
    /// Looks at the world; `before` is the snapshot before this one.
    pub fn of(world: &World, before: &Snapshot) -> Self {
        let [sets, pods] = [&world.sets, &world.pods].map(|objects| by_owner(objects));
        let [experiments, runs] = [&world.experiments, &world.runs].map(|objects| by_owner(objects));
        let mut snapshot = Snapshot::default();
        for rollout in &world.rollouts {
            let experiments = of(&experiments, &[rollout]);
            let owners: Vec<&Object> = std::iter::once(rollout).chain(&experiments).collect();
            let sets = of(&sets, &owners);
            let pods = of(&pods, &sets.iter().collect::<Vec<_>>());
            let runs = of(&runs, &owners);
            let workload = world.workload(rollout).cloned();
            snapshot.add(Found { rollout: rollout.clone(), sets, pods, experiments, runs, workload }, before);
        }
        snapshot
    }

    fn add(&mut self, found: Found, before: &Snapshot) {
        let key = (found.rollout.namespace().unwrap_or_default().to_owned(), found.rollout.name().to_owned());
        if let Some(entry) = before.entries.get(&key).filter(|entry| entry.found.versions().eq(found.versions())) {
            self.entries.insert(key, Arc::clone(entry));
            return;
        }
        match Entry::read(found) {
            Ok(entry) => drop(self.entries.insert(key, Arc::new(entry))),
            Err(error) => drop(self.unreadable.insert(key, error.to_string())),
        }
    }

    /// The Rollouts of a namespace, or all.
    pub fn entries_in(&self, namespace: Option<&str>) -> impl Iterator<Item = &Arc<Entry>> {
        let is_there = move |key: &&(String, String)| namespace.is_none_or(|namespace| key.0 == namespace);
        self.entries.iter().filter(move |(key, _)| is_there(key)).map(|(_, entry)| entry)
    }

    /// One Rollout.
    pub fn entry(&self, namespace: &str, name: &str) -> Option<&Arc<Entry>> {
        self.entries.get(&(namespace.to_owned(), name.to_owned()))
    }

    /// The namespaces that have Rollouts.
    pub fn namespaces(&self) -> BTreeSet<&str> {
        self.entries.keys().chain(self.unreadable.keys()).map(|(namespace, _)| namespace.as_str()).collect()
    }
}

impl World {
    /// The Deployment that a Rollout takes its pods from.
    fn workload(&self, rollout: &Object) -> Option<&Object> {
        if self.deployments.is_empty() {
            return None;
        }
        let reference = rollout.get("/spec/workloadRef").filter(|reference| reference["kind"] == "Deployment")?;
        let is_it = |it: &&Object| it.namespace() == rollout.namespace() && reference["name"] == it.name();
        self.deployments.iter().find(is_it)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn object(value: &Value) -> Object {
        Object::from_value(value).expect("an object")
    }

    fn rollout(name: &str, version: &str) -> Object {
        object(&json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "spec": {},
            "metadata": {"name": name, "namespace": "shop", "uid": name, "resourceVersion": version}}))
    }

    #[test]
    fn what_has_not_changed_is_kept() {
        let mut world = World { rollouts: vec![rollout("a", "1"), rollout("b", "1")], ..World::default() };
        let first = Snapshot::of(&world, &Snapshot::default());
        world.rollouts[1] = rollout("b", "2");
        let second = Snapshot::of(&world, &first);
        let same = |name: &str| {
            let [one, other] = [&first, &second].map(|snapshot| snapshot.entry("shop", name).expect("it is there"));
            Arc::ptr_eq(one, other)
        };
        assert!(same("a"));
        assert!(!same("b"));
    }

    #[test]
    fn one_that_cannot_be_read_is_told_and_hides_no_other() {
        let bad =
            object(&json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "spec": {"replicas": "many"},
            "metadata": {"name": "bad", "namespace": "shop", "uid": "bad", "resourceVersion": "1"}}));
        let world = World { rollouts: vec![rollout("a", "1"), bad], ..World::default() };
        let snapshot = Snapshot::of(&world, &Snapshot::default());
        assert_eq!(snapshot.entries.len(), 1);
        assert_eq!(snapshot.unreadable.len(), 1);
    }
}
