//! Traefik: the weights of a weighted TraefikService.

use crate::edit::update;
use crate::objects::{Objects, Place};
use crate::routing::{Routed, Router, Routing};
use api::rollouts::{Rollout, TraefikRouting};
use serde_json::{Value, json};

/// The kinds of TraefikServices: that of today, and that of Traefik 2.
pub const TRAEFIK_SERVICES: [(&str, &str); 2] =
    [("traefik.io", "TraefikService"), ("traefik.containo.us", "TraefikService")];

const ROUTER: &str = "Traefik";
const FIELD: &str = "spec.strategy.canary.trafficRouting.traefik.weightedTraefikServiceName";

/// Traefik for one Rollout.
pub struct Traefik<'a> {
    /// The Rollout.
    pub rollout: &'a Rollout,
    /// Its block.
    pub traefik: &'a TraefikRouting,
    /// What is there.
    pub objects: &'a Objects,
}

/// The TraefikService, of either group.
pub fn needed(rollout: &Rollout, traefik: &TraefikRouting) -> Vec<Place> {
    let name = &traefik.weighted_traefik_service_name;
    TRAEFIK_SERVICES.map(|kind| Place::new(kind, &rollout.metadata.namespace, name)).to_vec()
}

impl Router for Traefik<'_> {
    fn route(&self, wanted: &Routing) -> Routed {
        self.try_route(wanted).unwrap_or_else(|problem| Routed::refuse(ROUTER, problem))
    }
}

impl Traefik<'_> {
    fn try_route(&self, wanted: &Routing) -> Result<Routed, String> {
        let places = needed(self.rollout, self.traefik);
        for place in &places {
            if let Some(before) = self.objects.find_maybe(place)? {
                let mut after = Value::clone(before);
                self.weigh(&mut after, wanted).map_err(|problem| format!("{place}: {problem}"))?;
                return Ok(Routed { writes: update(place, before, &after), ..Routed::default() });
            }
        }
        let name = &self.traefik.weighted_traefik_service_name;
        Err(format!("TraefikService `{name}` is not there: {FIELD} names it"))
    }

    /// Gives both versions their shares; other services keep theirs.
    fn weigh(&self, object: &mut Value, wanted: &Routing) -> Result<(), String> {
        let Some(services) = object.pointer_mut("/spec/weighted/services").and_then(Value::as_array_mut) else {
            return Err("spec.weighted.services was not found in traefik service manifest".to_owned());
        };
        let canary = self.rollout.spec.strategy.canary.as_ref();
        let (stable, canary) =
            canary.map_or(("", ""), |canary| (canary.stable_service.as_str(), canary.canary_service.as_str()));
        let shares = [("canary", canary, wanted.canary.weight), ("stable", stable, 100 - wanted.canary.weight)];
        for (role, name, weight) in shares {
            let Some(service) = services.iter_mut().find(|service| service["name"] == *name) else {
                return Err(format!("traefik {role} service was not found: spec.weighted.services has no `{name}`"));
            };
            service["weight"] = json!(weight);
        }
        Ok(())
    }
}
