//! The Gateway API: weights of backends in HTTPRoutes, GRPCRoutes, TCPRoutes and TLSRoutes.
//!
//! A Rollout says so as upstream's plugin has it, under `plugins["argoproj-labs/gatewayAPI"]`; no plugin runs. Start
//! reading at [`Gateway::route`]; `config` reads the block, `headers` makes the rules of steps.

mod backend;
mod config;
mod headers;

use crate::edit::update;
use crate::objects::{Objects, Place};
use crate::routes::recorded;
use crate::routing::{Managed, Note, Routed, Router, Routing};
use crate::services::{Preference, stable_and_canary};
use api::rollouts::Rollout;
use backend::leads_to;
use config::{Block, Named, RouteKind};
use headers::Rules;
use serde_json::{Value, json};

/// The name of the plugin whose block this reads.
pub const PLUGIN: &str = "argoproj-labs/gatewayAPI";

/// The HTTPRoute's group and kind.
pub const HTTP_ROUTE: (&str, &str) = RouteKind::Http.group_kind();
/// The GRPCRoute's group and kind.
pub const GRPC_ROUTE: (&str, &str) = RouteKind::Grpc.group_kind();
/// The TCPRoute's group and kind.
pub const TCP_ROUTE: (&str, &str) = RouteKind::Tcp.group_kind();
/// The TLSRoute's group and kind.
pub const TLS_ROUTE: (&str, &str) = RouteKind::Tls.group_kind();

const ROUTER: &str = "GatewayAPI";
const UPDATED: &str = "UpdatedGatewayRoute";

/// The Gateway API for one Rollout.
pub struct Gateway<'a> {
    /// The Rollout.
    pub rollout: &'a Rollout,
    /// Its block, as the plugin reads it.
    pub block: &'a Value,
    /// What is there.
    pub objects: &'a Objects,
}

/// The objects that the block names; of a selector, all there are.
pub fn needed(rollout: &Rollout, block: &Value) -> Vec<Place> {
    let Ok(block) = Block::read(block) else { return Vec::new() };
    let namespace = block.namespace_or(&rollout.metadata.namespace);
    let named = block.named().into_iter().map(|named| named.place(namespace));
    let selected = block.selectors().into_iter().map(|(kind, _)| Place::new(kind.group_kind(), namespace, ""));
    named.chain(selected).collect()
}

impl Router for Gateway<'_> {
    fn route(&self, wanted: &Routing) -> Routed {
        let block = match Block::read(self.block) {
            Ok(block) => block,
            Err(problem) => return Routed::refuse(ROUTER, format!("{}: {problem}", field(""))),
        };
        let namespace = block.namespace_or(&self.rollout.metadata.namespace).to_owned();
        let mut routes = block.named();
        for (kind, selector) in block.selectors() {
            let all = self.objects.all_of(kind.group_kind(), &namespace).into_iter();
            let fitting = all.filter(|(_, route)| config::fits(selector, route));
            routes.extend(fitting.map(|(place, _)| Named { kind, name: place.name.clone(), takes_headers: false }));
        }
        if routes.is_empty() {
            let rule = "No routes configured. At least one of 'httpRoutes', 'grpcRoutes', 'tcpRoutes', 'tlsRoutes', \
                        'httpRoute', 'grpcRoute', 'tcpRoute' or 'tlsRoute' must be set";
            return Routed::refuse(ROUTER, format!("{}: {rule}", field("")));
        }
        let fold = |all: Routed, named: &Named| all.and(self.route_one(&block, named, &namespace, wanted));
        routes.iter().fold(Routed::default(), fold)
    }
}

/// A field of the block, from the Rollout.
fn field(name: &str) -> String {
    let dot = if name.is_empty() { "" } else { "." };
    format!("spec.strategy.canary.trafficRouting.plugins[{PLUGIN}]{dot}{name}")
}

impl Gateway<'_> {
    fn route_one(&self, block: &Block<'_>, named: &Named, namespace: &str, wanted: &Routing) -> Routed {
        let place = named.place(namespace);
        let before = match self.objects.find(&place) {
            Ok(before) => before,
            Err(problem) => {
                return Routed::refuse(ROUTER, format!("{problem}: {} names it", field(named.kind.field())));
            }
        };
        let mut after = Value::clone(before);
        match self.change(&mut after, block, named, wanted) {
            Ok(told) => {
                let writes = update(&place, before, &after);
                let (kind, name) = (place.kind, &place.name);
                let note = |what: String| Note { reason: UPDATED, message: format!("{kind} `{name}` {what}") };
                Routed { writes, notes: told.into_iter().map(note).collect(), ..Routed::default() }
            }
            Err(problem) => Routed::refuse(ROUTER, format!("{place}: {problem}")),
        }
    }

    /// Changes a route as wanted, and says in what respects it was not so before.
    fn change(
        &self,
        route: &mut Value,
        block: &Block<'_>,
        named: &Named,
        wanted: &Routing,
    ) -> Result<Vec<String>, String> {
        let (stable, canary) = stable_and_canary(self.rollout, Preference::Named);
        let rules = Rules { kind: named.kind, rollout: self.rollout, canary, stable };
        let mut told = Vec::new();
        if named.takes_headers && named.kind.has_headers() {
            if wanted.managed == Managed::Remove && rules.remove_all(route) {
                told.push("removed all managed routes".to_owned());
            }
            if let Some(header) = &wanted.header {
                let before = route.clone();
                rules.set(route, header)?;
                told.extend((before != *route).then(|| format!("set headerRoute '{}'", header.name)));
            }
        }
        let before = route.clone();
        self.weigh(route, &rules, wanted)?;
        mark(route, block, wanted.canary.weight);
        told.extend((before != *route).then(|| format!("set to desiredWeight '{}'", wanted.canary.weight)));
        Ok(told)
    }

    /// Shares traffic out in every rule that leads to both versions. Rules of the user's that lead to one of them only
    /// stay as they are, and so does the share of any other backend.
    fn weigh(&self, route: &mut Value, rules: &Rules<'_>, wanted: &Routing) -> Result<(), String> {
        let recorded = recorded(self.rollout);
        let mut found = false;
        let list = route.pointer_mut("/spec/rules").and_then(Value::as_array_mut);
        for rule in list.into_iter().flatten().filter(|rule| !rules.is_managed(rule)) {
            let Some(backends) = rule.get_mut("backendRefs").and_then(Value::as_array_mut) else { continue };
            let Some(canary) = backends.iter().find(|one| leads_to(one, rules.canary)).cloned() else { continue };
            if !backends.iter().any(|one| leads_to(one, rules.stable)) {
                continue;
            }
            found = true;
            let wants = |one: &Value| wanted.additional.iter().any(|share| leads_to(one, &share.service));
            backends.retain(|one| wants(one) || !recorded.iter().any(|service| leads_to(one, service)));
            if rules.kind == RouteKind::Http {
                for share in wanted.additional.iter() {
                    if !backends.iter().any(|one| leads_to(one, &share.service)) {
                        // The Service of an experiment has the ports of the version's pods; that of the canary is known.
                        backends.push(json!({"kind": "Service", "name": share.service, "port": canary["port"]}));
                    }
                }
            }
            for one in backends.iter_mut() {
                let shares = [(rules.canary, wanted.canary.weight), (rules.stable, stable_share(wanted, rules.kind))];
                let more = wanted.additional.iter().map(|share| (share.service.as_str(), share.weight));
                if let Some((_, weight)) = shares.into_iter().chain(more).find(|(service, _)| leads_to(one, service)) {
                    one["weight"] = json!(weight);
                }
            }
        }
        if found { Ok(()) } else { Err(rules.kind.not_found().to_owned()) }
    }
}

/// What the stable version gets: all that the others leave. Only HTTP carries experiments.
fn stable_share(wanted: &Routing, kind: RouteKind) -> i32 {
    let others: i32 = wanted.additional.iter().map(|share| share.weight).sum();
    let others = if kind == RouteKind::Http { others } else { 0 };
    (wanted.weight_max - wanted.canary.weight - others).max(0)
}

/// Labels a route as long as a part of its traffic goes to the new version: for tools that compare it with Git.
fn mark(route: &mut Value, block: &Block<'_>, weight: i32) {
    let Some((key, value)) = block.mark() else { return };
    if weight > 0 {
        if let Some(labels) = crate::edit::map_at(route, &["metadata", "labels"]) {
            labels.insert(key.to_owned(), json!(value));
        }
        return;
    }
    if let Some(labels) = route.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove(key);
    }
}
