//! Ingresses: rules by host and path, with what the annotations of two Ingress controllers add to them.

use super::nginx;
use super::path_backend::{backend_of, whole};
use super::rules::of_rules;
use crate::objects::{Kind, Objects};
use crate::route::Route;
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
