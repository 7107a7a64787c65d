//! Apache APISIX: the weights of backends in an ApisixRoute; requests with certain headers have a route of their own.

mod headers;
mod rules;

use crate::edit::{create, delete, is_made_for, owner_reference, update};
use crate::objects::{Objects, Place};
use crate::routes::managed;
use crate::routing::{Managed, Note, Routed, Router, Routing};
use api::rollouts::{ApisixRoute, ApisixRouting, Rollout, SetHeaderRoute};
use rules::{find_rule, set_weight};
use serde_json::{Value, json};

/// The ApisixRoute's group and kind.
pub const APISIX_ROUTE: (&str, &str) = ("apisix.apache.org", "ApisixRoute");

const ROUTER: &str = "Apisix";
const FIELD: &str = "spec.strategy.canary.trafficRouting.apisix.route";

/// Apache APISIX for one Rollout.
pub struct Apisix<'a> {
    /// The Rollout.
    pub rollout: &'a Rollout,
    /// Its block.
    pub apisix: &'a ApisixRouting,
    /// What is there.
    pub objects: &'a Objects,
}

/// The ApisixRoute that the block names, and those that steps make.
pub fn needed(rollout: &Rollout, apisix: &ApisixRouting) -> Vec<Place> {
    let named = apisix.route.iter().map(|route| route.name.as_str());
    named.chain(managed(rollout)).map(|name| place(rollout, name)).collect()
}

fn place(rollout: &Rollout, name: &str) -> Place {
    Place::new(APISIX_ROUTE, &rollout.metadata.namespace, name)
}

impl Router for Apisix<'_> {
    fn route(&self, wanted: &Routing) -> Routed {
        self.try_route(wanted).unwrap_or_else(|problem| Routed::refuse(ROUTER, problem))
    }
}

impl Apisix<'_> {
    fn try_route(&self, wanted: &Routing) -> Result<Routed, String> {
        let block = self.apisix.route.as_ref().ok_or_else(|| format!("{FIELD} is not given"))?;
        let base_place = place(self.rollout, &block.name);
        let base = self.objects.find(&base_place).map_err(|problem| format!("{problem}: {FIELD}.name names it"))?;
        let mut routed = Routed::default();
        if wanted.managed == Managed::Remove {
            routed = routed.and(self.remove_all(block)?);
        }
        if let Some(header) = &wanted.header {
            routed = routed.and(self.set_header(header, base, block)?);
        }
        let mut after = Value::clone(base);
        self.weigh(&mut after, block, wanted).map_err(|problem| format!("{base_place}: {problem}"))?;
        let weighed = Routed { writes: update(&base_place, base, &after), ..Routed::default() };
        Ok(routed.and(weighed))
    }

    fn services(&self) -> (&str, &str) {
        let canary = self.rollout.spec.strategy.canary.as_ref();
        canary.map_or(("", ""), |canary| (canary.stable_service.as_str(), canary.canary_service.as_str()))
    }

    /// Gives both versions their shares in each rule; other backends keep theirs.
    fn weigh(&self, route: &mut Value, block: &ApisixRoute, wanted: &Routing) -> Result<(), String> {
        let (stable, canary) = self.services();
        for rule in chosen(block) {
            let rule = find_rule(route, rule)?;
            set_weight(rule, canary, wanted.canary.weight)?;
            set_weight(rule, stable, 100 - wanted.canary.weight)?;
        }
        Ok(())
    }

    fn remove_all(&self, block: &ApisixRoute) -> Result<Routed, String> {
        let mut writes = Vec::new();
        for name in managed(self.rollout).into_iter().filter(|name| *name != block.name) {
            let place = place(self.rollout, name);
            let found = self.objects.find_maybe(&place)?;
            let own = found.filter(|route| is_made_for(route, self.rollout));
            writes.extend(own.map(|route| delete(&place, route)));
        }
        Ok(Routed { writes, ..Routed::default() })
    }

    /// The route for requests with certain headers; none takes it away.
    fn set_header(&self, header: &SetHeaderRoute, base: &Value, block: &ApisixRoute) -> Result<Routed, String> {
        let place = place(self.rollout, &header.name);
        let found = self.objects.find_maybe(&place)?;
        if found.is_some_and(|route| !is_made_for(route, self.rollout)) {
            let name = &header.name;
            return Err(format!("duplicate ApisixRoute [{name}] already exists: give the step's route another name"));
        }
        if header.matches.is_empty() {
            let writes = found.map(|route| delete(&place, route)).into_iter().collect();
            return Ok(Routed { writes, ..Routed::default() });
        }
        let mut spec = headers::spec(base, chosen(block), self.services(), header)?;
        let message = format!("ApisixRoute `{}` set headerRoute '{}'", block.name, header.name);
        let writes = match found {
            Some(before) => {
                let mut after = Value::clone(before);
                after["spec"] = spec.take();
                update(&place, before, &after)
            }
            None => vec![create(
                &place,
                json!({
                    "apiVersion": base["apiVersion"],
                    "kind": place.kind,
                    "metadata": {
                        "name": place.name,
                        "namespace": place.namespace,
                        "ownerReferences": [owner_reference(self.rollout)],
                    },
                    "spec": spec,
                }),
            )],
        };
        let note = (!writes.is_empty()).then_some(Note { reason: "ApisixHeaderRoute", message });
        Ok(Routed { writes, notes: note.into_iter().collect(), ..Routed::default() })
    }
}

/// The rules that are weighted: those named, or that of the route's name.
fn chosen(block: &ApisixRoute) -> Vec<&str> {
    if block.rules.is_empty() { vec![&block.name] } else { block.rules.iter().map(String::as_str).collect() }
}
