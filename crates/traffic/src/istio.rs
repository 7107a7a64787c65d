//! Istio: weights in VirtualServices, and versions as subsets of a DestinationRule where the Rollout names one.
//!
//! Start reading at [`Istio::route`]; `select` says which routes are weighted, `weights` what their destinations get,
//! `managed` makes the routes of steps, `subsets` edits the DestinationRule.

mod managed;
mod select;
mod subsets;
mod versions;
mod weights;

use crate::edit::update;
use crate::objects::{Objects, Place};
use crate::routes::recorded;
use crate::routing::{Managed, Note, Order, Routed, Router, Routing};
use crate::services::{Preference, stable_and_canary};
use api::rollouts::{IstioRouting, IstioVirtualService, Rollout};
use serde_json::Value;
pub use subsets::release_destination_rule;
use versions::Versions;

/// The VirtualService's group and kind.
pub const VIRTUAL_SERVICE: (&str, &str) = ("networking.istio.io", "VirtualService");
/// The DestinationRule's group and kind.
pub const DESTINATION_RULE: (&str, &str) = ("networking.istio.io", "DestinationRule");

const ROUTER: &str = "Istio";
// Compat: a reason with a space in it, as upstream has it.
const UPDATED: &str = "Updated VirtualService";
/// What an address within the cluster may end with.
const CLUSTER_SUFFIX: &str = ".cluster.local";

/// Istio for one Rollout.
pub struct Istio<'a> {
    /// The Rollout.
    pub rollout: &'a Rollout,
    /// Its block.
    pub istio: &'a IstioRouting,
    /// What is there.
    pub objects: &'a Objects,
}

/// The objects that the block names.
pub fn needed(rollout: &Rollout, istio: &IstioRouting) -> Vec<Place> {
    let mut places: Vec<Place> = virtual_services(istio).map(|(service, _)| place_of(rollout, service)).collect();
    places.extend(istio.destination_rule.as_ref().map(|rule| rule_place(rollout, &rule.name)));
    places
}

/// The VirtualServices, each with the field it is named in.
fn virtual_services(istio: &IstioRouting) -> impl Iterator<Item = (&IstioVirtualService, String)> {
    let one = istio.virtual_service.iter().map(|service| (service, "istio.virtualService".to_owned()));
    let several = istio.virtual_services.iter().flatten().enumerate();
    one.chain(several.map(|(at, service)| (service, format!("istio.virtualServices[{at}]"))))
}

/// A name may hold the namespace after its last dot.
fn place_of(rollout: &Rollout, service: &IstioVirtualService) -> Place {
    let name = service.name.strip_suffix(CLUSTER_SUFFIX).unwrap_or(&service.name);
    let (name, namespace) = name.rsplit_once('.').unwrap_or((name, &rollout.metadata.namespace));
    Place::new(VIRTUAL_SERVICE, namespace, name)
}

fn rule_place(rollout: &Rollout, name: &str) -> Place {
    Place::new(DESTINATION_RULE, &rollout.metadata.namespace, name)
}

impl Router for Istio<'_> {
    fn route(&self, wanted: &Routing) -> Routed {
        let subsets = match self.route_subsets(wanted) {
            Ok(routed) => routed,
            Err(message) => return Routed::refuse(ROUTER, message),
        };
        let services = virtual_services(self.istio)
            .fold(Routed::default(), |all, (service, field)| all.and(self.route_service(service, &field, wanted)));
        match wanted.order {
            Order::VersionsFirst => subsets.and(services),
            Order::WeightsFirst => services.and(subsets),
        }
    }
}

impl Istio<'_> {
    fn route_subsets(&self, wanted: &Routing) -> Result<Routed, String> {
        let Some(block) = &self.istio.destination_rule else { return Ok(Routed::default()) };
        let place = rule_place(self.rollout, &block.name);
        let rule = self.objects.find(&place).map_err(|problem| {
            format!("{problem}: spec.strategy.canary.trafficRouting.istio.destinationRule.name names it")
        })?;
        let edited =
            subsets::edit(rule, block, self.rollout, wanted).map_err(|problem| format!("{place}: {problem}"))?;
        let writes = update(&place, rule, &edited.rule);
        if let Some(set) = edited.hashes.iter().find_map(|hash| self.unready(hash, wanted)) {
            return Err(format!("delaying destination rule switch: ReplicaSet {set} not fully available"));
        }
        let told = || Note { reason: "UpdatedDestinationRule", message: edited.told(block, wanted) };
        let note = (!writes.is_empty()).then(told);
        Ok(Routed { writes, notes: note.into_iter().collect(), ..Routed::default() })
    }

    /// The ReplicaSet that a subset must wait for before it is switched to it: traffic would reach pods that are not.
    ///
    /// Compat: only where no Service is named, for a Service is switched by the same rule. Unlike upstream, a subset
    /// that is not switched waits for nothing, and a version without a share is not waited for.
    fn unready(&self, hash: &str, wanted: &Routing) -> Option<&str> {
        let canary = self.rollout.spec.strategy.canary.as_ref()?;
        if !canary.canary_service.is_empty() || !canary.stable_service.is_empty() || canary.ping_pong.is_some() {
            return None;
        }
        if hash == wanted.canary.hash && hash != wanted.stable.hash && wanted.canary.weight == 0 {
            return None;
        }
        self.objects.unready.get(hash).map(String::as_str)
    }

    fn versions(&self) -> Versions<'_> {
        let (stable, canary) = stable_and_canary(self.rollout, Preference::Named);
        let rule = self.istio.destination_rule.as_ref();
        let found = rule.and_then(|rule| self.objects.find(&rule_place(self.rollout, &rule.name)).ok());
        let host = found.and_then(|found| found.pointer("/spec/host")?.as_str()).unwrap_or_default();
        Versions {
            canary,
            stable,
            canary_subset: rule.map_or("", |rule| rule.canary_subset_name.as_str()),
            stable_subset: rule.map_or("", |rule| rule.stable_subset_name.as_str()),
            host: host.to_owned(),
            recorded: recorded(self.rollout),
        }
    }

    fn route_service(&self, service: &IstioVirtualService, field: &str, wanted: &Routing) -> Routed {
        let place = place_of(self.rollout, service);
        let before = match self.objects.find(&place) {
            Ok(before) => before,
            Err(problem) => {
                let problem = format!("{problem}: spec.strategy.canary.trafficRouting.{field}.name names it");
                return Routed::refuse(ROUTER, problem);
            }
        };
        let mut after = Value::clone(before);
        match self.change(&mut after, service, wanted) {
            Ok(told) => {
                let writes = update(&place, before, &after);
                let name = &place.name;
                let note = |what: String| Note { reason: UPDATED, message: format!("VirtualService `{name}` {what}") };
                Routed { writes, notes: told.into_iter().map(note).collect(), ..Routed::default() }
            }
            Err(problem) => Routed::refuse(ROUTER, format!("{place}: {problem}")),
        }
    }

    /// Changes a VirtualService as wanted, and says in what respects it was not so before.
    fn change(
        &self,
        virtual_service: &mut Value,
        block: &IstioVirtualService,
        wanted: &Routing,
    ) -> Result<Vec<String>, String> {
        let versions = self.versions();
        let routes = managed::Routes { rollout: self.rollout, block, versions: &versions };
        let mut told = Vec::new();
        let mut noted = |before: &Value, after: &Value, what: String| {
            if before != after {
                told.push(what);
            }
        };
        if wanted.managed == Managed::Remove {
            let before = virtual_service.clone();
            routes.remove_all(virtual_service);
            noted(&before, virtual_service, "removed all managed routes.".to_owned());
        }
        if let Some(header) = &wanted.header {
            let before = virtual_service.clone();
            routes.set_header(virtual_service, header)?;
            noted(&before, virtual_service, format!("set headerRoute '{}'", header.name));
        }
        if let Some(mirror) = &wanted.mirror {
            let before = virtual_service.clone();
            routes.set_mirror(virtual_service, mirror)?;
            noted(&before, virtual_service, format!("set mirrorRoute '{}'", mirror.name));
        }
        let before = virtual_service.clone();
        let additional = self.istio.destination_rule.as_ref().map(|rule| rule.additional_subset_names.as_slice());
        for chosen in select::routes(virtual_service, self.rollout, block, &versions)? {
            let shares = weights::Shares { versions: &versions, kept: additional.unwrap_or_default(), wanted };
            shares.put(&mut virtual_service["spec"][chosen.kind][chosen.at])?;
        }
        noted(&before, virtual_service, format!("set to desiredWeight '{}'", wanted.canary.weight));
        Ok(told)
    }
}
