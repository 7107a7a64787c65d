//! The Service Mesh Interface: a TrafficSplit that is made for the Rollout.

use crate::edit::{create, is_made_for, owner_reference, update};
use crate::objects::{Objects, Place};
use crate::routing::{Note, Routed, Router, Routing};
use api::rollouts::{Rollout, SmiRouting};
use serde_json::{Value, json};

/// The TrafficSplit's group and kind.
pub const TRAFFIC_SPLIT: (&str, &str) = ("split.smi-spec.io", "TrafficSplit");

const ROUTER: &str = "SMI";
// Compat: the version that is taken where nobody says which is served.
const OLDEST: &str = "v1alpha1";

/// The Service Mesh Interface for one Rollout.
pub struct Smi<'a> {
    /// The Rollout.
    pub rollout: &'a Rollout,
    /// Its block.
    pub smi: &'a SmiRouting,
    /// What is there.
    pub objects: &'a Objects,
}

/// The TrafficSplit.
pub fn needed(rollout: &Rollout, smi: &SmiRouting) -> Vec<Place> {
    let own = &rollout.metadata;
    let name = if smi.traffic_split_name.is_empty() { &own.name } else { &smi.traffic_split_name };
    vec![Place::new(TRAFFIC_SPLIT, &own.namespace, name)]
}

impl Router for Smi<'_> {
    fn route(&self, wanted: &Routing) -> Routed {
        let places = needed(self.rollout, self.smi);
        places.iter().fold(Routed::default(), |all, place| all.and(self.route_split(place, wanted)))
    }
}

impl Smi<'_> {
    fn route_split(&self, place: &Place, wanted: &Routing) -> Routed {
        let before = match self.objects.find_maybe(place) {
            Ok(before) => before,
            Err(problem) => return Routed::refuse(ROUTER, problem),
        };
        let Some(before) = before else { return self.made(place, wanted) };
        if !is_made_for(before, self.rollout) {
            let name = &place.name;
            let rule = "name another in spec.strategy.canary.trafficRouting.smi.trafficSplitName, or delete it";
            return Routed::refuse(ROUTER, format!("Rollout does not own TrafficSplit `{name}`: {rule}"));
        }
        let mut after = Value::clone(before);
        let version = before["apiVersion"].as_str().and_then(|text| text.rsplit('/').next()).unwrap_or(OLDEST);
        for (field, value) in self.spec(version, wanted) {
            after["spec"][field] = value;
        }
        Routed { writes: update(place, before, &after), ..Routed::default() }
    }

    fn made(&self, place: &Place, wanted: &Routing) -> Routed {
        let version = self.objects.versions.get(&TRAFFIC_SPLIT).map_or(OLDEST, String::as_str);
        let mut split = json!({
            "apiVersion": format!("{}/{version}", place.group),
            "kind": place.kind,
            "metadata": {
                "name": place.name,
                "namespace": place.namespace,
                "ownerReferences": [owner_reference(self.rollout)],
            },
            "spec": {},
        });
        for (field, value) in self.spec(version, wanted) {
            split["spec"][field] = value;
        }
        let message = format!("TrafficSplit `{}` created", place.name);
        Routed {
            writes: vec![create(place, split)],
            notes: vec![Note { reason: "TrafficSplitCreated", message }],
            ..Routed::default()
        }
    }

    /// The fields of the spec that are ours.
    fn spec(&self, version: &str, wanted: &Routing) -> [(&'static str, Value); 2] {
        let canary = self.rollout.spec.strategy.canary.as_ref();
        let (canary, stable) =
            canary.map_or(("", ""), |canary| (canary.canary_service.as_str(), canary.stable_service.as_str()));
        let root = if self.smi.root_service.is_empty() { stable } else { &self.smi.root_service };
        // The first version has quantities for weights, which are text.
        let weight = |weight: i32| if version == OLDEST { json!(weight.to_string()) } else { json!(weight) };
        let backend = |service: &str, share: i32| json!({"service": service, "weight": weight(share)});
        let others: i32 = wanted.additional.iter().map(|share| share.weight).sum();
        let mut backends = vec![backend(canary, wanted.canary.weight)];
        backends.extend(wanted.additional.iter().map(|share| backend(&share.service, share.weight)));
        backends.push(backend(stable, 100 - wanted.canary.weight - others));
        [("service", json!(root)), ("backends", Value::Array(backends))]
    }
}
