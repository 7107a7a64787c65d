//! Ambassador, now Emissary: beside each Mapping one with a weight, that leads to the new version. It is there only as
//! long as it has a share.

use crate::edit::{controller_of, create, delete, owner_reference, update};
use crate::objects::{Objects, Place};
use crate::routing::{Note, Routed, Router, Routing};
use api::rollouts::{AmbassadorRouting, Rollout};
use serde_json::{Value, json};
use std::sync::Arc;

/// The kinds of Mappings: that of today, and that of the preview of its API.
pub const MAPPINGS: [(&str, &str); 2] = [("getambassador.io", "Mapping"), ("x.getambassador.io", "AmbassadorMapping")];

const ROUTER: &str = "Ambassador";
const SUFFIX: &str = "-canary";
// Compat: seven less than the longest name of an object.
const NAME_LENGTH_MAX: usize = 246;

/// Ambassador for one Rollout.
pub struct Ambassador<'a> {
    /// The Rollout.
    pub rollout: &'a Rollout,
    /// Its block.
    pub ambassador: &'a AmbassadorRouting,
    /// What is there.
    pub objects: &'a Objects,
}

/// The Mappings that the block names, and those made beside them.
pub fn needed(rollout: &Rollout, ambassador: &AmbassadorRouting) -> Vec<Place> {
    let namespace = &rollout.metadata.namespace;
    let names = ambassador.mappings.iter().flat_map(|name| [name.clone(), canary_name(name)]);
    names.flat_map(|name| MAPPINGS.map(|kind| Place::new(kind, namespace, &name))).collect()
}

/// The name of the Mapping that is made beside another.
fn canary_name(name: &str) -> String {
    let mut length = name.len().min(NAME_LENGTH_MAX);
    while !name.is_char_boundary(length) {
        length -= 1;
    }
    format!("{}{SUFFIX}", &name[..length])
}

impl Router for Ambassador<'_> {
    fn route(&self, wanted: &Routing) -> Routed {
        let names = self.ambassador.mappings.iter().enumerate();
        names.fold(Routed::default(), |all, (at, name)| {
            let routed = self.route_mapping(at, name, wanted.canary.weight);
            all.and(routed.unwrap_or_else(|problem| Routed::refuse(ROUTER, problem)))
        })
    }
}

impl Ambassador<'_> {
    fn route_mapping(&self, at: usize, name: &str, weight: i32) -> Result<Routed, String> {
        let field = format!("spec.strategy.canary.trafficRouting.ambassador.mappings[{at}]");
        let (base_place, base) = self.base(name).map_err(|problem| format!("{problem}: {field} names it"))?;
        if base.pointer("/spec/weight").is_some_and(|weight| weight.as_i64() != Some(0)) {
            return Err(format!(
                "Ambassador mapping {name:?} can not define weight: take spec.weight out of {base_place}"
            ));
        }
        let place = Place { name: canary_name(name), ..base_place.clone() };
        match self.objects.find_maybe(&place)? {
            Some(canary) => self.change(&place, base, canary, weight),
            None if weight == 0 => Ok(Routed::default()),
            None => Ok(told(vec![create(&place, self.beside(&place, base, weight)?)], weight)),
        }
    }

    /// The Mapping of either kind.
    fn base(&self, name: &str) -> Result<(Place, &Arc<Value>), String> {
        let places = MAPPINGS.map(|kind| Place::new(kind, &self.rollout.metadata.namespace, name));
        for place in &places {
            if let Some(found) = self.objects.find_maybe(place)? {
                return Ok((place.clone(), found));
            }
        }
        let [today, _] = &places;
        Err(format!("Ambassador mapping {name:?} not found: {today} is not there"))
    }

    /// Without a share it first gets none, and then goes: no request is on its way to it then.
    fn change(&self, place: &Place, base: &Value, canary: &Value, weight: i32) -> Result<Routed, String> {
        // Compat: upstream makes it without an owner, so one without is its.
        let owner = controller_of(canary);
        if !owner.is_empty() && owner != self.rollout.metadata.uid {
            return Err(format!(
                "{place} controlled by different object: rename it, or the Mapping it was made beside"
            ));
        }
        if weight == 0 {
            if canary["spec"]["weight"] == 0 {
                return Ok(Routed { writes: vec![delete(place, canary)], ..Routed::default() });
            }
            let mut after = canary.clone();
            after["spec"]["weight"] = json!(0);
            return Ok(told(update(place, canary, &after), weight));
        }
        let mut after = canary.clone();
        after["spec"] = self.spec(base, weight)?;
        Ok(told(update(place, canary, &after), weight))
    }

    fn beside(&self, place: &Place, base: &Value, weight: i32) -> Result<Value, String> {
        Ok(json!({
            "apiVersion": base["apiVersion"],
            "kind": place.kind,
            "metadata": {
                "name": place.name,
                "namespace": place.namespace,
                "ownerReferences": [owner_reference(self.rollout)],
            },
            "spec": self.spec(base, weight)?,
        }))
    }

    fn spec(&self, base: &Value, weight: i32) -> Result<Value, String> {
        let canary = self.rollout.spec.strategy.canary.as_ref();
        let (stable, canary) =
            canary.map_or(("", ""), |canary| (canary.stable_service.as_str(), canary.canary_service.as_str()));
        let mut spec = base["spec"].clone();
        let service = spec["service"].as_str().unwrap_or_default();
        if stable.is_empty() || !service.contains(stable) {
            return Err(format!(
                "Ambassador mapping: spec.service {service:?} does not lead to the stable Service {stable}"
            ));
        }
        let service = service.replacen(stable, canary, 1);
        spec["service"] = json!(service);
        spec["weight"] = json!(weight);
        Ok(spec)
    }
}

fn told(writes: Vec<crate::routing::Write>, weight: i32) -> Routed {
    let message = format!("Set canary mapping weight to {weight}");
    let note = (!writes.is_empty()).then_some(Note { reason: "CanaryMappingWeightUpdate", message });
    Routed { writes, notes: note.into_iter().collect(), ..Routed::default() }
}
