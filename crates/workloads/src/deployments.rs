//! Observes Deployments for their planner.

use crate::controller::{Change, Context, Controller, Item};
use crate::deployment::{self, Observed, OldPod};
use crate::orphans::Orphans;
use crate::plan::Plan;
use crate::pod::Pod;
use crate::reading::is_controlled_by;
use crate::selectors::Selectors;
use apiserver::{Api, EventKind, Object, resources};

/// The Deployment controller.
pub(crate) struct Deployments {
    orphans: Orphans,
    selectors: Selectors,
}

impl Deployments {
    pub(crate) fn new() -> Self {
        Deployments { orphans: Orphans::of(resources::REPLICA_SETS), selectors: Selectors::of(resources::DEPLOYMENTS) }
    }
}

impl Controller for Deployments {
    fn name(&self) -> &'static str {
        "deployment"
    }

    fn notice(&mut self, change: &Change<'_>, api: &Api) -> Vec<Item> {
        if self.selectors.notice(change) {
            return vec![Item::of(change.object)];
        }
        let orphan = self.orphans.notice(change);
        if *change.resource == resources::REPLICA_SETS {
            let mut items = change.controllers("Deployment");
            if orphan {
                items.extend(self.selectors.matching(change.object));
            }
            return items;
        }
        // A Recreate rollout waits for the last old pod to be gone.
        if *change.resource == resources::PODS && change.kind == EventKind::Deleted {
            return deployment_of_pod(change.object, api).into_iter().collect();
        }
        Vec::new()
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let api = context.api;
        let Some(object) = api.get(&resources::DEPLOYMENTS, &item.namespace, &item.name) else {
            return Plan::nothing();
        };
        let owned = owned_sets(api, &object);
        let namesake = if deployment::has_new_replica_set(&object, &owned) {
            None
        } else {
            let name = deployment::next_replica_set_name(&object);
            api.get(&resources::REPLICA_SETS, &item.namespace, &name)
                .filter(|set| !is_controlled_by(set, &object.meta().uid))
        };
        let recreates = object.get("/spec/strategy/type").is_some_and(|kind| kind == "Recreate");
        let observed = Observed {
            old_pods: if recreates { living_pods(api, &owned) } else { Vec::new() },
            adoptable: self.orphans.in_namespace(api, &item.namespace),
            refused: context.refused.cloned(),
            deployment: object,
            owned,
            namesake,
        };
        deployment::plan(&observed, context.now)
    }
}

fn owned_sets(api: &Api, deployment: &Object) -> Vec<Object> {
    let uid = &deployment.meta().uid;
    let owned = api.owned_by(uid).into_iter().filter(|(resource, _)| *resource == resources::REPLICA_SETS);
    owned.map(|(_, set)| set).filter(|set| is_controlled_by(set, uid)).collect()
}

fn living_pods(api: &Api, sets: &[Object]) -> Vec<OldPod> {
    let pods = |set: &Object| {
        let pods = api.owned_by(&set.meta().uid).into_iter().filter(|(resource, _)| *resource == resources::PODS);
        let living = pods.filter(|(_, pod)| !Pod::read(pod).is_finished()).count();
        vec![OldPod { replica_set: set.meta().uid.clone() }; living]
    };
    sets.iter().flat_map(pods).collect()
}

fn deployment_of_pod(pod: &Object, api: &Api) -> Option<Item> {
    let set = pod.meta().controller().filter(|owner| &*owner.kind == "ReplicaSet")?;
    let set = api.get(&resources::REPLICA_SETS, pod.namespace()?, &set.name)?;
    let deployment = set.meta().controller().filter(|owner| &*owner.kind == "Deployment")?;
    Some(Item::new(pod.namespace()?, &deployment.name))
}
