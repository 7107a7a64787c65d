//! Which routes of a VirtualService are weighted: those that the Rollout lists, or the only one of a kind.

use super::versions::{Versions, name_of, routes_of};
use super::weights::leads_to;
use crate::routes::managed;
use api::rollouts::{IstioVirtualService, Rollout, TlsRoute};
use serde_json::Value;
use std::collections::BTreeSet;

/// The kinds of routes.
const HTTP: &str = "http";
const TLS: &str = "tls";
const TCP: &str = "tcp";

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// The field of the spec it stands in.
    pub kind: &'static str,
    /// Its place there.
    pub at: usize,
}

/// The routes that are weighted; each leads to both versions.
///
/// # Errors
/// Which route is not there, not the only one, or lacks a version.
pub fn routes(
    virtual_service: &Value,
    rollout: &Rollout,
    block: &IstioVirtualService,
    versions: &Versions<'_>,
) -> Result<Vec<Chosen>, String> {
    let mut chosen = http(virtual_service, rollout, block)?;
    chosen.extend(tls(virtual_service, block)?);
    chosen.extend(tcp(virtual_service, block)?);
    if chosen.is_empty() {
        return Err("spec.http, spec.tls and spec.tcp hold no route to weight".to_owned());
    }
    let is_listed = |kind: &str| match kind {
        HTTP => !block.routes.is_empty(),
        TLS => !block.tls_routes.is_empty(),
        _ => !block.tcp_routes.is_empty(),
    };
    let anything_listed = [HTTP, TLS, TCP].into_iter().any(is_listed);
    let is_foreign = |one: &Chosen| {
        let route = &virtual_service["spec"][one.kind][one.at];
        !is_listed(one.kind) && !leads_to_any(route, versions)
    };
    // A route of a kind that is not listed, and that has nothing to do with the Rollout, is somebody else's; unless
    // nothing is left then.
    if anything_listed || !chosen.iter().all(is_foreign) {
        chosen.retain(|one| !is_foreign(one));
    }
    for one in &chosen {
        check(&virtual_service["spec"][one.kind][one.at], one, versions)?;
    }
    chosen.extend(mirrors(virtual_service, rollout, &chosen));
    Ok(chosen)
}

/// The places of the HTTP routes that are weighted.
pub fn http(virtual_service: &Value, rollout: &Rollout, block: &IstioVirtualService) -> Result<Vec<Chosen>, String> {
    let routes = routes_of(virtual_service, HTTP);
    let chosen = |at: usize| Chosen { kind: HTTP, at };
    if block.routes.is_empty() {
        let steps = managed(rollout);
        let is_own = |route: &Value| name_of(route).is_empty() || !steps.contains(&name_of(route));
        let own: Vec<usize> = (0..routes.len()).filter(|at| is_own(&routes[*at])).collect();
        return match own.as_slice() {
            [] => Ok(Vec::new()),
            [one] => Ok(vec![chosen(*one)]),
            _ => Err(one_route("http", "routes")),
        };
    }
    let find = |name: &String| {
        let at = routes.iter().position(|route| name_of(route) == name);
        at.map(chosen).ok_or_else(|| format!("HTTP Route '{name}' is not found in the defined Virtual Service."))
    };
    block.routes.iter().map(find).collect()
}

/// Routes that steps have made for copies carry the weights too, for the requests they match are answered by them.
fn mirrors(virtual_service: &Value, rollout: &Rollout, chosen: &[Chosen]) -> Vec<Chosen> {
    let steps = managed(rollout);
    let routes = routes_of(virtual_service, HTTP).iter().enumerate();
    let mirrors = routes.filter(|(_, route)| route.get("mirror").is_some() && steps.contains(&name_of(route)));
    mirrors.map(|(at, _)| Chosen { kind: HTTP, at }).filter(|one| !chosen.contains(one)).collect()
}

fn tls(virtual_service: &Value, block: &IstioVirtualService) -> Result<Vec<Chosen>, String> {
    let routes = routes_of(virtual_service, TLS);
    if block.tls_routes.is_empty() {
        return only(TLS, routes, "tlsRoutes");
    }
    by_match(TLS, routes, &block.tls_routes, |wanted, route| {
        port(route) == Some(wanted.port) && hosts(route) == wanted_hosts(wanted)
    })
}

fn tcp(virtual_service: &Value, block: &IstioVirtualService) -> Result<Vec<Chosen>, String> {
    let routes = routes_of(virtual_service, TCP);
    if block.tcp_routes.is_empty() {
        return only(TCP, routes, "tcpRoutes");
    }
    by_match(TCP, routes, &block.tcp_routes, |wanted, route| port(route) == Some(wanted.port))
}

fn only(kind: &'static str, routes: &[Value], field: &str) -> Result<Vec<Chosen>, String> {
    match routes.len() {
        0 => Ok(Vec::new()),
        1 => Ok(vec![Chosen { kind, at: 0 }]),
        _ => Err(one_route(kind, field)),
    }
}

fn one_route(kind: &str, field: &str) -> String {
    format!(
        "spec.{kind}[] should be set in VirtualService and it must have exactly one route when omitting \
         spec.strategy.canary.trafficRouting.istio.virtualService.{field}"
    )
}

fn by_match<T>(
    kind: &'static str,
    routes: &[Value],
    wanted: &[T],
    fits: impl Fn(&T, &Value) -> bool,
) -> Result<Vec<Chosen>, String> {
    let mut found = BTreeSet::new();
    for one in wanted {
        let places: Vec<usize> = (0..routes.len()).filter(|at| fits(one, &routes[*at])).collect();
        if places.is_empty() {
            let kind = kind.to_uppercase();
            return Err(format!("No matching {kind} routes found in the defined Virtual Service."));
        }
        found.extend(places);
    }
    Ok(found.into_iter().map(|at| Chosen { kind, at }).collect())
}

/// The one port of a route's matches, 0 without any; `None` when they differ.
fn port(route: &Value) -> Option<i64> {
    let ports: BTreeSet<i64> = matches(route).map(|one| one["port"].as_i64().unwrap_or_default()).collect();
    match ports.len() {
        0 => Some(0),
        1 => ports.first().copied(),
        _ => None,
    }
}

fn hosts(route: &Value) -> BTreeSet<&str> {
    let hosts = matches(route).filter_map(|one| one["sniHosts"].as_array()).flatten();
    hosts.filter_map(Value::as_str).collect()
}

fn wanted_hosts(wanted: &TlsRoute) -> BTreeSet<&str> {
    wanted.sni_hosts.iter().map(String::as_str).collect()
}

fn matches(route: &Value) -> impl Iterator<Item = &Value> {
    route["match"].as_array().into_iter().flatten()
}

fn leads_to_any(route: &Value, versions: &Versions<'_>) -> bool {
    let Some(destinations) = route["route"].as_array() else { return false };
    let canary = |one: &Value| leads_to(one, versions.canary, versions.canary_subset);
    let stable = |one: &Value| leads_to(one, versions.stable, versions.stable_subset);
    destinations.iter().any(|one| canary(one) || stable(one))
}

/// Whether a route leads to both versions.
fn check(route: &Value, one: &Chosen, versions: &Versions<'_>) -> Result<(), String> {
    let Chosen { kind, at } = one;
    let Some(destinations) = route["route"].as_array() else {
        return Err(format!("spec.{kind}[{at}].route is not a list of destinations"));
    };
    let has_subset = |subset: &str| destinations.iter().any(|one| one["destination"]["subset"] == *subset);
    let has_service = |service: &str| destinations.iter().any(|one| leads_to(one, service, ""));
    if !versions.canary_subset.is_empty() || !versions.stable_subset.is_empty() {
        let (canary, stable) = (versions.canary_subset, versions.stable_subset);
        return match (has_subset(canary), has_subset(stable)) {
            (false, _) => Err(format!("Canary DestinationRule subset '{canary}' not found in route spec.{kind}[{at}]")),
            (_, false) => Err(format!("Stable DestinationRule subset '{stable}' not found in route spec.{kind}[{at}]")),
            _ => Ok(()),
        };
    }
    let (canary, stable) = (versions.canary, versions.stable);
    match (has_service(canary), has_service(stable)) {
        (false, _) => Err(format!("Canary Service '{canary}' not found in route spec.{kind}[{at}]")),
        (_, false) => Err(format!("Stable Service '{stable}' not found in route spec.{kind}[{at}]")),
        _ => Ok(()),
    }
}
