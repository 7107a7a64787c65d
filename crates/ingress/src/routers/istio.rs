//! Istio: VirtualServices, and the subsets of DestinationRules.

mod matches;
mod paths;

use crate::host::Host;
use crate::objects::{Kind, Objects};
use crate::reading::{list, map, namespace, share, text, texts};
use crate::route::{Backend, Mirror, Port, Rank, Route, Share};
use serde_json::Value;
use std::collections::BTreeMap;

/// VirtualServices.
pub const VIRTUAL_SERVICE: Kind = ("networking.istio.io", "VirtualService");
/// DestinationRules.
pub const DESTINATION_RULE: Kind = ("networking.istio.io", "DestinationRule");

/// All requests, in millionths.
const MILLION: f64 = 1_000_000.0;

/// The routes of all VirtualServices.
pub fn routes(objects: &Objects) -> Vec<Route> {
    objects.all(VIRTUAL_SERVICE).flat_map(|service| of_service(objects, service)).collect()
}

fn of_service(objects: &Objects, service: &Value) -> Vec<Route> {
    let hosts: Vec<Host> = texts(service, "/spec/hosts").flat_map(|host| hosts_of(host, namespace(service))).collect();
    let base = Route { hosts, ..Route::of("VirtualService", service) };
    let mut routes = Vec::new();
    for rule in list(service, "/spec/http") {
        let mut route = lead(objects, service, rule, &base);
        // The first that matches answers, however particular others are.
        route.rank = Rank([1, 0, 0, 0]);
        let matches = list(rule, "/match");
        routes.extend(paths::rewritten(route, rule, matches));
    }
    for rule in list(service, "/spec/tls") {
        let sni = list(rule, "/match").iter().flat_map(|it| texts(it, "/sniHosts")).map(Host::parse).collect();
        routes.push(Route { hosts: sni, ..lead(objects, service, rule, &base) });
    }
    routes.extend(list(service, "/spec/tcp").iter().map(|rule| lead(objects, service, rule, &base)));
    routes
}

/// A host of a VirtualService: a short name is a Service's.
fn hosts_of(host: &str, namespace: &str) -> Vec<Host> {
    let mut parts = host.split('.');
    match (parts.next(), parts.next()) {
        (Some(name), None) if name != "*" => Host::of_service(namespace, name),
        _ if host.ends_with(".svc.cluster.local") => {
            let (name, namespace) = service_of(host, namespace);
            Host::of_service(&namespace, &name)
        }
        _ => vec![Host::parse(host)],
    }
}

/// Name and namespace of the Service that a destination's host is.
fn service_of(host: &str, namespace: &str) -> (String, String) {
    let mut parts = host.split('.');
    let name = parts.next().unwrap_or_default();
    (name.to_owned(), parts.next().unwrap_or(namespace).to_owned())
}

fn lead(objects: &Objects, service: &Value, rule: &Value, base: &Route) -> Route {
    let mut route = base.clone();
    let destinations = list(rule, "/route");
    let backend = |destination: &Value| backend(objects, service, destination);
    for destination in destinations {
        // A single destination gets all, whatever its weight.
        let weight = if destinations.len() == 1 { Some(1) } else { share(destination, "/weight") };
        match backend(&destination["destination"]) {
            Ok(backend) => route.shares.push(Share { backend, weight: weight.unwrap_or(0) }),
            Err(problem) if weight.is_some_and(|weight| weight > 0) => route.problem = Some(problem),
            Err(_) => {}
        }
    }
    route.redirect = paths::redirect(rule);
    if destinations.is_empty() && route.redirect.is_none() {
        route.problem = Some("only routes to destinations are simulated".to_owned());
    }
    let all = |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_f64).unwrap_or(100.0);
    let copies = |share: f64| (share.clamp(0.0, 100.0) / 100.0 * MILLION) as u64;
    if let Some(mirror) = rule.get("mirror").filter(|mirror| mirror.is_object()) {
        let per_million = copies(all(rule, "/mirrorPercentage/value"));
        route.mirrors.extend(backend(mirror).map(|backend| Mirror { backend, per_million }));
    }
    for mirror in list(rule, "/mirrors") {
        let per_million = copies(all(mirror, "/percentage/value"));
        route.mirrors.extend(backend(&mirror["destination"]).map(|backend| Mirror { backend, per_million }));
    }
    route
}

fn backend(objects: &Objects, service: &Value, destination: &Value) -> Result<Backend, String> {
    let host = text(destination, "/host");
    let (name, place) = service_of(host, namespace(service));
    let labels = match text(destination, "/subset") {
        "" => Ok(BTreeMap::new()),
        subset => subset_labels(objects, &name, &place, namespace(service), subset),
    }?;
    Ok(Backend::Service { namespace: place, name, port: Port::read(destination.pointer("/port/number")), labels })
}

/// The labels of a subset, as the DestinationRule for its host has them.
fn subset_labels(
    objects: &Objects,
    name: &str,
    place: &str,
    own: &str,
    subset: &str,
) -> Result<BTreeMap<String, String>, String> {
    let is_for = |rule: &&Value| {
        let wanted = (name.to_owned(), place.to_owned());
        service_of(text(rule, "/spec/host"), namespace(rule)) == wanted && [own, place].contains(&namespace(rule))
    };
    let subsets = objects.all(DESTINATION_RULE).filter(is_for).flat_map(|rule| list(rule, "/spec/subsets"));
    let found = subsets.filter(|it| text(it, "/name") == subset).map(|it| map(it, "/labels")).next();
    found.ok_or_else(|| format!("no DestinationRule for {name} has a subset {subset}"))
}
