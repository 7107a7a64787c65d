//! How traffic is shared out among the versions of a Rollout: one [`Routing`] says what is wanted, each kind of router
//! turns it into writes of its own objects.
//!
//! Pure: knows no cluster, no clock and nothing of steps; whoever decides on weights is no business of a router. Start
//! reading at [`Routing`] and [`Router`], then at [`Routers`], which are all that one Rollout names; [`needed`] says
//! which objects they must be given.

mod objects;
mod routing;

mod edit;
mod routes;
mod services;

mod alb;
mod ambassador;
mod apisix;
mod app_mesh;
mod gateway;
mod istio;
mod nginx;
mod smi;
mod traefik;

mod routers;

pub use alb::{
    ANNOTATION_MANAGED_ALB, Alb, Registration, Target, is_bound_to, registration, release_alb, target_group_of,
};
pub use ambassador::Ambassador;
pub use apisix::Apisix;
pub use app_mesh::{AppMesh, VIRTUAL_NODE};
pub use gateway::{Gateway, PLUGIN as GATEWAY_PLUGIN};
pub use istio::{DESTINATION_RULE, Istio, release_destination_rule};
pub use nginx::{Nginx, canary_ingress_name};
pub use objects::{Balanced, LoadBalancer, Objects, Place, TargetGroup, has_rule_with};
pub use routers::{KINDS, Routers, Unsupported, needed};
pub use routing::{Change, Destination, Managed, Note, Order, Problem, Routed, Router, Routing, Verify, Write};
pub use services::{Preference, is_stable_ping, stable_and_canary};
pub use smi::Smi;
pub use traefik::Traefik;
