//! Ingresses: rules by host and path, with what the annotations of two Ingress controllers add to them.

use super::{alb, nginx};
use crate::condition::{Condition, Text};
use crate::host::Host;
use crate::objects::{Kind, Objects};
use crate::reading::{list, namespace, text};
use crate::route::{Backend, Port, Rank, Route, Share};
use serde_json::Value;

/// Ingresses.
pub const INGRESS: Kind = ("networking.k8s.io", "Ingress");

/// The routes of all Ingresses.
pub fn routes(objects: &Objects) -> Vec<Route> {
    let (second, first): (Vec<&Value>, Vec<&Value>) =
        objects.all(INGRESS).partition(|ingress| nginx::Canary::of(ingress).is_some());
    let mut routes: Vec<Route> = first.into_iter().flat_map(of_ingress).collect();
    for canary in second.into_iter().filter_map(nginx::Canary::of) {
        canary.join(&mut routes);
    }
    routes
}

fn of_ingress(ingress: &Value) -> Vec<Route> {
    let mut routes = of_rules(ingress);
    if let Some(backend) = ingress.pointer("/spec/defaultBackend") {
        routes.push(Route { shares: vec![whole(backend_of(ingress, backend))], ..Route::of("Ingress", ingress) });
    }
    routes
}

/// The routes of an Ingress's rules.
pub fn of_rules(ingress: &Value) -> Vec<Route> {
    let mut routes = Vec::new();
    for rule in list(ingress, "/spec/rules") {
        let host = Host::parse(text(rule, "/host"));
        for path in list(rule, "/http/paths") {
            let (condition, rank) = path_condition(path, alb::is_balanced(ingress));
            let mut route = Route {
                hosts: vec![host.clone()],
                conditions: condition.into_iter().collect(),
                rank,
                ..Route::of("Ingress", ingress)
            };
            alb::lead(&mut route, ingress, path);
            routes.push(route);
        }
    }
    routes
}

/// Who a backend of an Ingress is.
pub fn backend_of(ingress: &Value, backend: &Value) -> Backend {
    let port = ["/service/port/number", "/service/port/name"].into_iter().find_map(|pointer| backend.pointer(pointer));
    Backend::service(namespace(ingress), text(backend, "/service/name"), Port::read(port))
}

/// All requests.
pub fn whole(backend: Backend) -> Share {
    Share { backend, weight: 1 }
}

/// What the path must be like. Exact paths come first, then longer ones; a load balancer of AWS takes paths that are
/// its own affair in the order in which they stand.
fn path_condition(path: &Value, is_balanced: bool) -> (Option<Condition>, Rank) {
    let wanted = text(path, "/path");
    let length = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
    match text(path, "/pathType") {
        "Exact" => (Some(Condition::Path(Text::Exact(wanted.to_owned()))), Rank([3, length, 0, 0])),
        "ImplementationSpecific" if is_balanced => {
            let condition = match wanted.strip_suffix('*') {
                Some(prefix) => Condition::Path(Text::Prefix(prefix.to_owned())),
                None if wanted.is_empty() => return (None, Rank([1, 0, 0, 0])),
                None => Condition::Path(Text::Exact(wanted.to_owned())),
            };
            (Some(condition), Rank([1, 0, 0, 0]))
        }
        _ => (Some(Condition::Below(wanted.to_owned())), Rank([2, length, 0, 0])),
    }
}
