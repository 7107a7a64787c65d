//! App Mesh: a VirtualService leads to a VirtualRouter, that to VirtualNodes, which are pods by their labels.

use crate::condition::{Condition, Text};
use crate::host::Host;
use crate::objects::{Kind, Objects};
use crate::reading::{list, map, name, namespace, share, text};
use crate::route::{Backend, Rank, Route, Share};
use serde_json::Value;

/// VirtualServices.
pub const VIRTUAL_SERVICE: Kind = ("appmesh.k8s.aws", "VirtualService");
/// VirtualRouters.
pub const VIRTUAL_ROUTER: Kind = ("appmesh.k8s.aws", "VirtualRouter");
/// VirtualNodes.
pub const VIRTUAL_NODE: Kind = ("appmesh.k8s.aws", "VirtualNode");

/// The fields of a route that have its targets.
const PROTOCOLS: [&str; 4] = ["httpRoute", "http2Route", "grpcRoute", "tcpRoute"];

/// The routes of all VirtualServices.
pub fn routes(objects: &Objects) -> Vec<Route> {
    objects.all(VIRTUAL_SERVICE).flat_map(|service| of_service(objects, service)).collect()
}

fn of_service(objects: &Objects, service: &Value) -> Vec<Route> {
    let base = Route { hosts: hosts(service), ..Route::of("VirtualService", service) };
    let router = text(service, "/spec/provider/virtualRouter/virtualRouterRef/name");
    let Some(router) = objects.find(VIRTUAL_ROUTER, namespace(service), router) else {
        return vec![Route { problem: Some(format!("VirtualRouter {router} is not there")), ..base }];
    };
    let all = list(router, "/spec/routes").iter();
    all.filter_map(|route| of_route(objects, router, route, &base)).collect()
}

fn hosts(service: &Value) -> Vec<Host> {
    let mut hosts = Host::of_service(namespace(service), name(service));
    hosts.extend(Some(text(service, "/spec/awsName")).filter(|it| !it.is_empty()).map(Host::parse));
    hosts
}

fn of_route(objects: &Objects, router: &Value, route: &Value, base: &Route) -> Option<Route> {
    let rule = PROTOCOLS.into_iter().find_map(|protocol| route.get(protocol))?;
    let prefix = text(rule, "/match/prefix");
    let target = |target: &Value| {
        let node = objects.find(VIRTUAL_NODE, namespace(router), text(target, "/virtualNodeRef/name"));
        let labels = node.map(|node| map(node, "/spec/podSelector/matchLabels")).unwrap_or_default();
        let backend = Backend::Pods { namespace: namespace(router).to_owned(), labels };
        Share { backend, weight: share(target, "/weight").unwrap_or(0) }
    };
    Some(Route {
        conditions: vec![Condition::Path(Text::Prefix(prefix.to_owned()))],
        rank: Rank([1, u32::try_from(prefix.len()).unwrap_or(u32::MAX), 0, 0]),
        shares: list(rule, "/action/weightedTargets").iter().map(target).collect(),
        ..base.clone()
    })
}
