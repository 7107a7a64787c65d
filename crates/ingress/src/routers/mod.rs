//! Every kind of router as routes, one small file each. Pure: objects in, routes out.

mod alb;
mod ambassador;
mod apisix;
mod app_mesh;
mod gateway;
mod ingress;
mod istio;
mod nginx;
mod nginx_notes;
mod path_backend;
mod rules;
mod smi;
mod traefik;

use crate::objects::{ENDPOINT_SLICE, Kind, Objects, POD, SERVICE};
use crate::route::Route;

/// The kinds that are read.
pub const KINDS: [Kind; 22] = [
    SERVICE,
    ENDPOINT_SLICE,
    POD,
    ingress::INGRESS,
    istio::VIRTUAL_SERVICE,
    istio::DESTINATION_RULE,
    gateway::GATEWAY,
    gateway::HTTP_ROUTE,
    gateway::GRPC_ROUTE,
    gateway::TCP_ROUTE,
    gateway::TLS_ROUTE,
    smi::TRAFFIC_SPLIT,
    ambassador::MAPPING,
    traefik::INGRESS_ROUTES[0],
    traefik::INGRESS_ROUTES[1],
    traefik::TRAEFIK_SERVICES[0],
    traefik::TRAEFIK_SERVICES[1],
    apisix::APISIX_ROUTE,
    app_mesh::VIRTUAL_SERVICE,
    app_mesh::VIRTUAL_ROUTER,
    app_mesh::VIRTUAL_NODE,
    ambassador::OLD_MAPPING,
];

pub use gateway::GATEWAY;
pub use ingress::INGRESS;

/// The routes of all objects.
#[must_use]
pub fn routes(objects: &Objects) -> Vec<Route> {
    let kinds: [fn(&Objects) -> Vec<Route>; 8] = [
        ingress::routes,
        istio::routes,
        gateway::routes,
        smi::routes,
        ambassador::routes,
        traefik::routes,
        apisix::routes,
        app_mesh::routes,
    ];
    kinds.into_iter().flat_map(|of_kind| of_kind(objects)).collect()
}
