//! All routers that one Rollout names. Adding a kind is one line in [`Routers::of`] and one file.

use crate::alb::Alb;
use crate::nginx::Nginx;
use crate::objects::Objects;
use crate::routing::{Routed, Router, Routing};
use api::rollouts::Rollout;

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

impl<'a> Routers<'a> {
    /// The routers that a Rollout names, in the order they are told; `None` when it names none.
    #[must_use]
    pub fn of(rollout: &'a Rollout, objects: &'a Objects) -> Option<Self> {
        let routing = rollout.spec.strategy.canary.as_ref()?.traffic_routing.as_ref()?;
        let mut routers: Vec<Box<dyn Router + 'a>> = Vec::new();
        let unsupported = |is_given: bool, router: &'static str, field: &str| {
            is_given.then(|| {
                let message = format!(
                    "spec.strategy.canary.trafficRouting.{field}: this router is not implemented yet; use alb or nginx"
                );
                Box::new(Unsupported { router, message })
            })
        };
        if let Some(router) = unsupported(routing.istio.is_some(), "Istio", "istio") {
            routers.push(router);
        }
        if let Some(nginx) = &routing.nginx {
            routers.push(Box::new(Nginx { rollout, nginx, objects }));
        }
        if let Some(alb) = &routing.alb {
            routers.push(Box::new(Alb { rollout, alb, objects }));
        }
        let others = [
            (routing.smi.is_some(), "SMI", "smi"),
            (routing.ambassador.is_some(), "Ambassador", "ambassador"),
            (routing.app_mesh.is_some(), "AppMesh", "appMesh"),
            (routing.traefik.is_some(), "Traefik", "traefik"),
            (routing.apisix.is_some(), "Apisix", "apisix"),
        ];
        for (is_given, router, field) in others {
            if let Some(router) = unsupported(is_given, router, field) {
                routers.push(router);
            }
        }
        for name in routing.plugins.keys() {
            if let Some(router) = unsupported(true, "Plugin", &format!("plugins[{name}]")) {
                routers.push(router);
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
