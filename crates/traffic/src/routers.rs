//! All routers that one Rollout names. Adding a kind is a line in [`Routers::of`], one in [`needed`], its kinds in
//! [`KINDS`], and one file.

use crate::alb::Alb;
use crate::ambassador::{self, Ambassador};
use crate::apisix::{self, Apisix};
use crate::app_mesh::{self, AppMesh};
use crate::gateway::{self, Gateway};
use crate::istio::{self, Istio};
use crate::nginx::Nginx;
use crate::objects::{Objects, Place};
use crate::routing::{Routed, Router, Routing};
use crate::smi::{self, Smi};
use crate::traefik::{self, Traefik};
use api::rollouts::{Rollout, TrafficRouting};

/// The kinds of objects, besides Ingresses, that routers read and write. Of most no cluster has a definition.
pub const KINDS: [(&str, &str); 15] = [
    istio::VIRTUAL_SERVICE,
    istio::DESTINATION_RULE,
    smi::TRAFFIC_SPLIT,
    ambassador::MAPPINGS[0],
    ambassador::MAPPINGS[1],
    app_mesh::VIRTUAL_SERVICE,
    app_mesh::VIRTUAL_ROUTER,
    app_mesh::VIRTUAL_NODE,
    traefik::TRAEFIK_SERVICES[0],
    traefik::TRAEFIK_SERVICES[1],
    apisix::APISIX_ROUTE,
    gateway::HTTP_ROUTE,
    gateway::GRPC_ROUTE,
    gateway::TCP_ROUTE,
    gateway::TLS_ROUTE,
];

/// The routers of one Rollout.
pub struct Routers<'a> {
    routers: Vec<Box<dyn Router + 'a>>,
}

/// A router that is named but not implemented: it refuses, so that nothing goes on as if traffic were shared out.
#[derive(Debug, Clone)]
pub struct Unsupported {
    /// The router.
    pub router: &'static str,
    /// What is said of it.
    pub message: String,
}

impl Router for Unsupported {
    fn route(&self, _: &Routing) -> Routed {
        Routed::refuse(self.router, self.message.clone())
    }
}

fn block(rollout: &Rollout) -> Option<&TrafficRouting> {
    rollout.spec.strategy.canary.as_ref()?.traffic_routing.as_ref()
}

/// The objects, besides Ingresses, that the routers of a Rollout read, as far as `have` tells: one may name another, so
/// ask again with what was found until nothing is added.
#[must_use]
pub fn needed(rollout: &Rollout, have: &Objects) -> Vec<Place> {
    let Some(block) = block(rollout) else { return Vec::new() };
    let mut places = Vec::new();
    places.extend(block.istio.iter().flat_map(|block| istio::needed(rollout, block)));
    places.extend(block.smi.iter().flat_map(|block| smi::needed(rollout, block)));
    places.extend(block.ambassador.iter().flat_map(|block| ambassador::needed(rollout, block)));
    places.extend(block.app_mesh.iter().flat_map(|block| app_mesh::needed(rollout, block, have)));
    places.extend(block.traefik.iter().flat_map(|block| traefik::needed(rollout, block)));
    places.extend(block.apisix.iter().flat_map(|block| apisix::needed(rollout, block)));
    places.extend(block.plugins.get(gateway::PLUGIN).iter().flat_map(|block| gateway::needed(rollout, block)));
    places
}

impl<'a> Routers<'a> {
    /// The routers that a Rollout names, in the order they are told; `None` when it names none.
    #[must_use]
    pub fn of(rollout: &'a Rollout, objects: &'a Objects) -> Option<Self> {
        let block = block(rollout)?;
        let mut routers: Vec<Box<dyn Router + 'a>> = Vec::new();
        if let Some(istio) = &block.istio {
            routers.push(Box::new(Istio { rollout, istio, objects }));
        }
        if let Some(nginx) = &block.nginx {
            routers.push(Box::new(Nginx { rollout, nginx, objects }));
        }
        if let Some(alb) = &block.alb {
            routers.push(Box::new(Alb { rollout, alb, objects }));
        }
        if let Some(smi) = &block.smi {
            routers.push(Box::new(Smi { rollout, smi, objects }));
        }
        if let Some(ambassador) = &block.ambassador {
            routers.push(Box::new(Ambassador { rollout, ambassador, objects }));
        }
        if let Some(app_mesh) = &block.app_mesh {
            routers.push(Box::new(AppMesh { rollout, app_mesh, objects }));
        }
        if let Some(traefik) = &block.traefik {
            routers.push(Box::new(Traefik { rollout, traefik, objects }));
        }
        if let Some(apisix) = &block.apisix {
            routers.push(Box::new(Apisix { rollout, apisix, objects }));
        }
        for (name, block) in &block.plugins {
            if name == gateway::PLUGIN {
                routers.push(Box::new(Gateway { rollout, block, objects }));
            } else {
                let message = format!(
                    "spec.strategy.canary.trafficRouting.plugins[{name}]: no plugin is run; use one of the routers \
                     that are built in, or the plugin {}",
                    gateway::PLUGIN
                );
                routers.push(Box::new(Unsupported { router: "Plugin", message }));
            }
        }
        (!routers.is_empty()).then_some(Routers { routers })
    }
}

impl Router for Routers<'_> {
    fn route(&self, wanted: &Routing) -> Routed {
        self.routers.iter().fold(Routed::default(), |all, router| all.and(router.route(wanted)))
    }
}
