//! Whether a VirtualService has the routes that a Rollout weighs, each with a destination for both versions.

use super::services::invalid;
use api::rollouts::{IstioDestinationRule, IstioVirtualService, Rollout, TlsRoute};
use kinds::FieldError;
use kinds::field::quoted;
use serde_json::Value;
use std::collections::BTreeSet;
use traffic::{Preference, stable_and_canary};

const FIELD: &str = "spec.strategy.canary.trafficRouting.istio";

/// What is wrong with a VirtualService for a Rollout; nothing when the Rollout does not name it.
#[must_use]
pub fn validate_virtual_service(rollout: &Rollout, name: &str, virtual_service: &Value) -> Vec<FieldError> {
    let routing = rollout.spec.strategy.canary.as_ref().and_then(|canary| canary.traffic_routing.as_ref());
    let Some(istio) = routing.and_then(|routing| routing.istio.as_ref()) else { return Vec::new() };
    let (field, named) = match &istio.virtual_services {
        Some(several) => ("virtualServices.name", several.iter().collect::<Vec<_>>()),
        None => ("virtualService.name", istio.virtual_service.iter().collect()),
    };
    // Its name may be followed by its namespace.
    let is_meant = |it: &&IstioVirtualService| it.name.split('.').next() == Some(name);
    let Some(wanted) = named.into_iter().find(is_meant) else { return Vec::new() };
    let wrong =
        Weighed { rollout, rule: istio.destination_rule.as_ref(), wanted, spec: &virtual_service["spec"] }.wrong();
    wrong.into_iter().map(|detail| invalid(&format!("{FIELD}.{field}"), quoted(name), detail)).collect()
}

/// The routes of one VirtualService that are weighed.
struct Weighed<'a> {
    rollout: &'a Rollout,
    rule: Option<&'a IstioDestinationRule>,
    wanted: &'a IstioVirtualService,
    spec: &'a Value,
}

impl Weighed<'_> {
    fn wrong(&self) -> Vec<String> {
        let routes = ["http", "tls", "tcp"].map(|kind| self.spec[kind].as_array().map(Vec::as_slice));
        let [http, tls, tcp] = routes;
        if http.is_none() && tls.is_none() && tcp.is_none() {
            return vec!["Unable to get any of the HTTP, TCP or TLS routes for the Istio VirtualService".to_owned()];
        }
        let told = |kind: &str, found: Result<(), String>| {
            found.err().map(|why| format!("Istio VirtualService has invalid {kind} routes. Error: {why}"))
        };
        let found = [
            http.and_then(|routes| told("HTTP", self.http(routes))),
            tls.and_then(|routes| told("TLS", self.tls(routes))),
            tcp.and_then(|routes| told("TCP", self.tcp(routes))),
        ];
        found.into_iter().flatten().collect()
    }

    fn http(&self, routes: &[Value]) -> Result<(), String> {
        let mut chosen = Vec::new();
        for name in &self.wanted.routes {
            let found = routes.iter().find(|route| route["name"] == name.as_str());
            chosen.push(
                found.ok_or_else(|| format!("HTTP Route '{name}' is not found in the defined Virtual Service."))?,
            );
        }
        let canary = self.rollout.spec.strategy.canary.as_ref();
        let managed = canary.and_then(|canary| canary.traffic_routing.as_ref()?.managed_routes.as_deref());
        let is_managed =
            |route: &&Value| managed.unwrap_or_default().iter().any(|managed| route["name"] == managed.name.as_str());
        self.check(chosen, routes)?;
        let own = routes.iter().filter(|route| !is_managed(route)).count();
        self.only_one("http", "routes", self.wanted.routes.is_empty(), own)
    }

    fn tls(&self, routes: &[Value]) -> Result<(), String> {
        let chosen = choose(&self.wanted.tls_routes, routes, "TLS", |wanted: &TlsRoute, route| {
            let hosts: BTreeSet<&str> =
                matched(route).flat_map(|it| it["sniHosts"].as_array()).flatten().filter_map(Value::as_str).collect();
            port(route) == Some(wanted.port) && hosts == wanted.sni_hosts.iter().map(String::as_str).collect()
        })?;
        self.check(chosen, routes)?;
        self.only_one("tls", "tlsRoutes", self.wanted.tls_routes.is_empty(), routes.len())
    }

    fn tcp(&self, routes: &[Value]) -> Result<(), String> {
        let chosen = choose(&self.wanted.tcp_routes, routes, "TCP", |wanted, route| port(route) == Some(wanted.port))?;
        self.check(chosen, routes)?;
        self.only_one("tcp", "tcpRoutes", self.wanted.tcp_routes.is_empty(), routes.len())
    }

    /// Where none is named there must be one only.
    fn only_one(&self, kind: &str, field: &str, is_any: bool, routes: usize) -> Result<(), String> {
        if !is_any || routes <= 1 {
            return Ok(());
        }
        Err(format!(
            "spec.{kind}[] should be set in VirtualService and it must have exactly one route when omitting {FIELD}.virtualService.{field}"
        ))
    }

    /// Each route that is weighed, the first one where none is named, leads to both versions.
    fn check(&self, chosen: Vec<&Value>, routes: &[Value]) -> Result<(), String> {
        let chosen = if chosen.is_empty() { routes.iter().take(1).collect() } else { chosen };
        chosen.into_iter().try_for_each(|route| self.leads_to_both(route))
    }

    fn leads_to_both(&self, route: &Value) -> Result<(), String> {
        let destinations = || route["route"].as_array().into_iter().flatten().map(|it| &it["destination"]);
        let is_there = |what: &str, name: &str, is_it: fn(&Value, &str) -> bool| {
            let found = !name.is_empty() && destinations().any(|destination| is_it(destination, name));
            if found { Ok(()) } else { Err(format!("{what} '{name}' not found in route")) }
        };
        if let Some(rule) = self.rule {
            let subset = |destination: &Value, name: &str| destination["subset"] == name;
            is_there("Canary DestinationRule subset", &rule.canary_subset_name, subset)?;
            return is_there("Stable DestinationRule subset", &rule.stable_subset_name, subset);
        }
        // A host may be followed by its namespace and domain.
        let host = |destination: &Value, name: &str| {
            destination["host"].as_str().and_then(|host| host.split('.').next()) == Some(name)
        };
        let (stable, canary) = stable_and_canary(self.rollout, Preference::Named);
        is_there("Canary Service", canary, host)?;
        is_there("Stable Service", stable, host)
    }
}

/// The routes that are wanted; each must be there.
fn choose<'r, W>(
    wanted: &[W],
    routes: &'r [Value],
    kind: &str,
    is_it: impl Fn(&W, &Value) -> bool,
) -> Result<Vec<&'r Value>, String> {
    let mut chosen = Vec::new();
    for one in wanted {
        let before = chosen.len();
        chosen.extend(routes.iter().filter(|route| is_it(one, route)));
        if chosen.len() == before {
            return Err(format!("No matching {kind} routes found in the defined Virtual Service."));
        }
    }
    Ok(chosen)
}

fn matched(route: &Value) -> impl Iterator<Item = &Value> {
    route["match"].as_array().into_iter().flatten()
}

/// The one port that a route matches; `None` where it matches several. Without any it is 0.
fn port(route: &Value) -> Option<i64> {
    let ports: BTreeSet<i64> = matched(route).map(|it| it["port"].as_i64().unwrap_or(0)).collect();
    (ports.len() <= 1).then(|| ports.first().copied().unwrap_or(0))
}
