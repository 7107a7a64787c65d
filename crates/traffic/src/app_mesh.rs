//! App Mesh of AWS: weights of targets in the VirtualRouter behind a VirtualService, and the pods of both VirtualNodes.

use crate::edit::{map_at, update};
use crate::objects::{Objects, Place};
use crate::routing::{Order, Routed, Router, Routing};
use api::rollouts::names::{ANNOTATION_MANAGED_BY, LABEL_POD_TEMPLATE_HASH};
use api::rollouts::{AppMeshRouting, Rollout};
use serde_json::{Value, json};

/// The VirtualService's group and kind.
pub const VIRTUAL_SERVICE: (&str, &str) = ("appmesh.k8s.aws", "VirtualService");
/// The VirtualRouter's group and kind.
pub const VIRTUAL_ROUTER: (&str, &str) = ("appmesh.k8s.aws", "VirtualRouter");
/// The VirtualNode's group and kind.
pub const VIRTUAL_NODE: (&str, &str) = ("appmesh.k8s.aws", "VirtualNode");

const ROUTER: &str = "AppMesh";
const FIELD: &str = "spec.strategy.canary.trafficRouting.appMesh";
const ROUTE_KINDS: [&str; 4] = ["httpRoute", "tcpRoute", "http2Route", "grpcRoute"];
// Compat: App Mesh refuses two nodes with the same pods, so a version that is not there selects none.
const NO_CANARY: &str = "canary-hash";
const NO_STABLE: &str = "stable-hash";

/// App Mesh for one Rollout.
pub struct AppMesh<'a> {
    /// The Rollout.
    pub rollout: &'a Rollout,
    /// Its block.
    pub app_mesh: &'a AppMeshRouting,
    /// What is there.
    pub objects: &'a Objects,
}

/// The objects that the block names; and the VirtualRouter, once the VirtualService is known.
pub fn needed(rollout: &Rollout, app_mesh: &AppMeshRouting, have: &Objects) -> Vec<Place> {
    let namespace = &rollout.metadata.namespace;
    let mut places = Vec::new();
    if let Some(service) = &app_mesh.virtual_service {
        let place = Place::new(VIRTUAL_SERVICE, namespace, &service.name);
        places.push(match have.find(&place) {
            Ok(found) => router_of(found, namespace).unwrap_or_else(|| place.clone()),
            // Any of them may be it, as long as nothing is known.
            Err(_) => Place::new(VIRTUAL_ROUTER, namespace, ""),
        });
        places.push(place);
    }
    let nodes = app_mesh.virtual_node_group.iter().flat_map(|group| [&group.canary, &group.stable]).flatten();
    places.extend(nodes.map(|node| Place::new(VIRTUAL_NODE, namespace, &node.name)));
    places
}

fn router_of(service: &Value, namespace: &str) -> Option<Place> {
    let reference = service.pointer("/spec/provider/virtualRouter/virtualRouterRef")?;
    let namespace = reference["namespace"].as_str().filter(|own| !own.is_empty()).unwrap_or(namespace);
    Some(Place::new(VIRTUAL_ROUTER, namespace, reference["name"].as_str()?))
}

/// The names of both versions' nodes.
struct Nodes<'a> {
    canary: &'a str,
    stable: &'a str,
}

impl Router for AppMesh<'_> {
    fn route(&self, wanted: &Routing) -> Routed {
        self.try_route(wanted).unwrap_or_else(|problem| Routed::refuse(ROUTER, problem))
    }
}

impl AppMesh<'_> {
    fn try_route(&self, wanted: &Routing) -> Result<Routed, String> {
        let nodes = self.nodes()?;
        let versions = self.route_nodes(&nodes, wanted)?;
        let shares = self.route_router(&nodes, wanted)?;
        Ok(match wanted.order {
            Order::VersionsFirst => versions.and(shares),
            Order::WeightsFirst => shares.and(versions),
        })
    }

    fn nodes(&self) -> Result<Nodes<'_>, String> {
        let group = self.app_mesh.virtual_node_group.as_ref();
        let named = |role: &str| format!("{FIELD}.virtualNodeGroup.{role}VirtualNodeRef is not given");
        let canary = group.and_then(|group| group.canary.as_ref()).ok_or_else(|| named("canary"))?;
        let stable = group.and_then(|group| group.stable.as_ref()).ok_or_else(|| named("stable"))?;
        Ok(Nodes { canary: &canary.name, stable: &stable.name })
    }

    fn route_nodes(&self, nodes: &Nodes<'_>, wanted: &Routing) -> Result<Routed, String> {
        let or = |hash: &'_ str, none: &'static str| if hash.is_empty() { none.to_owned() } else { hash.to_owned() };
        let stable = or(&wanted.stable.hash, NO_STABLE);
        let is_same = wanted.canary.hash == stable;
        let canary = if is_same { NO_CANARY.to_owned() } else { or(&wanted.canary.hash, NO_CANARY) };
        let mut writes = self.route_node("stable", nodes.stable, &stable)?;
        writes.extend(self.route_node("canary", nodes.canary, &canary)?);
        Ok(Routed { writes, ..Routed::default() })
    }

    fn route_node(&self, role: &str, name: &str, hash: &str) -> Result<Vec<crate::routing::Write>, String> {
        let place = Place::new(VIRTUAL_NODE, &self.rollout.metadata.namespace, name);
        let before = self
            .objects
            .find(&place)
            .map_err(|problem| format!("{problem}: {FIELD}.virtualNodeGroup.{role}VirtualNodeRef names it"))?;
        let mut after = Value::clone(before);
        let Some(labels) = map_at(&mut after, &["spec", "podSelector", "matchLabels"]) else {
            return Err(format!("{place}: spec.podSelector.matchLabels is no mapping"));
        };
        labels.insert(LABEL_POD_TEMPLATE_HASH.to_owned(), json!(hash));
        if let Some(annotations) = map_at(&mut after, &["metadata", "annotations"]) {
            annotations.insert(ANNOTATION_MANAGED_BY.to_owned(), json!(self.rollout.metadata.name));
        }
        Ok(update(&place, before, &after))
    }

    fn route_router(&self, nodes: &Nodes<'_>, wanted: &Routing) -> Result<Routed, String> {
        let block = self.app_mesh.virtual_service.as_ref();
        let block = block.ok_or_else(|| format!("{FIELD}.virtualService is not given"))?;
        let namespace = &self.rollout.metadata.namespace;
        let service_place = Place::new(VIRTUAL_SERVICE, namespace, &block.name);
        let service = self.objects.find(&service_place);
        let service = service.map_err(|problem| format!("{problem}: {FIELD}.virtualService.name names it"))?;
        let place = router_of(service, namespace)
            .ok_or_else(|| format!("{service_place}: spec.provider.virtualRouter.virtualRouterRef is not there"))?;
        let before = self.objects.find(&place);
        let before = before.map_err(|problem| {
            format!("{problem}: spec.provider.virtualRouter.virtualRouterRef of {service_place} names it")
        })?;
        let mut after = Value::clone(before);
        let routes = after.pointer_mut("/spec/routes").and_then(Value::as_array_mut);
        let routes = routes.ok_or_else(|| format!("{place}: spec.routes: No routes found"))?;
        let is_chosen =
            |route: &Value| block.routes.is_empty() || block.routes.iter().any(|name| route["name"] == **name);
        if let Some(missing) = block.routes.iter().find(|name| !routes.iter().any(|route| route["name"] == ***name)) {
            return Err(format!("{place}: spec.routes has no route `{missing}`"));
        }
        for (at, route) in routes.iter_mut().enumerate().filter(|(_, route)| is_chosen(route)) {
            weigh(route, nodes, wanted).map_err(|problem| format!("{place}: spec.routes[{at}]{problem}"))?;
        }
        Ok(Routed { writes: update(&place, before, &after), ..Routed::default() })
    }
}

/// Gives both versions' nodes their shares; other targets keep theirs.
fn weigh(route: &mut Value, nodes: &Nodes<'_>, wanted: &Routing) -> Result<(), String> {
    let Some(kind) = ROUTE_KINDS.into_iter().find(|kind| route.get(*kind).is_some()) else {
        return Err(": Route has unsupported route type".to_owned());
    };
    let targets = route[kind].pointer_mut("/action/weightedTargets").and_then(Value::as_array_mut);
    let Some(targets) = targets else { return Err(format!(".{kind}.action.weightedTargets: not well-formed")) };
    let shares = [(nodes.canary, wanted.canary.weight), (nodes.stable, 100 - wanted.canary.weight)];
    for (name, weight) in shares {
        let found = targets.iter_mut().find(|target| target["virtualNodeRef"]["name"] == *name);
        let Some(target) = found else {
            return Err(format!(".{kind}.action.weightedTargets: no target leads to VirtualNode {name}"));
        };
        target["weight"] = json!(weight);
    }
    Ok(())
}
