//! Observes ReplicaSets for their planner.

use crate::controller::{Change, Context, Controller, Item};
use crate::orphans::Orphans;
use crate::plan::Plan;
use crate::reading::is_controlled_by;
use crate::replica_set::{self, Observed};
use crate::selectors::Selectors;
use apiserver::{Api, Object, resources};

/// The ReplicaSet controller.
pub(crate) struct ReplicaSets {
    orphans: Orphans,
    selectors: Selectors,
}

impl ReplicaSets {
    pub(crate) fn new() -> Self {
        ReplicaSets { orphans: Orphans::of(resources::PODS), selectors: Selectors::of(resources::REPLICA_SETS) }
    }
}

impl Controller for ReplicaSets {
    fn name(&self) -> &'static str {
        "replicaset"
    }

    fn notice(&mut self, change: &Change<'_>, _: &Api) -> Vec<Item> {
        if self.selectors.notice(change) {
            return vec![Item::of(change.object)];
        }
        let orphan = self.orphans.notice(change);
        let mut items = Vec::new();
        if *change.resource == resources::PODS {
            items = change.controllers("ReplicaSet");
            if orphan {
                items.extend(self.selectors.matching(change.object));
            }
        }
        items
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let api = context.api;
        let Some(set) = api.get(&resources::REPLICA_SETS, &item.namespace, &item.name) else {
            return Plan::nothing();
        };
        let owned = owned_pods(api, &set);
        let observed = Observed {
            related: if is_too_large(&set, owned.len()) { related_pods(api, &set, &owned) } else { Vec::new() },
            adoptable: self.orphans.in_namespace(api, &item.namespace),
            refused: context.refused.cloned(),
            replica_set: set,
            owned,
        };
        replica_set::plan(&observed, context.now)
    }
}

fn owned_pods(api: &Api, owner: &Object) -> Vec<Object> {
    let uid = &owner.meta().uid;
    let owned = api.owned_by(uid).into_iter().filter(|(resource, _)| *resource == resources::PODS);
    owned.map(|(_, pod)| pod).filter(|pod| is_controlled_by(pod, uid)).collect()
}

/// Whether pods may have to go: only then does it matter which nodes are crowded.
fn is_too_large(set: &Object, pods: usize) -> bool {
    let replicas = set.get("/spec/replicas").and_then(|replicas| replicas.as_u64()).unwrap_or(1);
    u64::try_from(pods).is_ok_and(|pods| pods > replicas)
}

fn related_pods(api: &Api, set: &Object, own: &[Object]) -> Vec<Object> {
    let Some(owner) = set.meta().controller() else { return own.to_vec() };
    let siblings = api.owned_by(&owner.uid).into_iter().filter(|(resource, _)| *resource == resources::REPLICA_SETS);
    siblings.flat_map(|(_, sibling)| owned_pods(api, &sibling)).collect()
}
