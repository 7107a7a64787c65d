//! How traffic is shared out among the versions of a Rollout: one [`Routing`] says what is wanted, each kind of router
//! turns it into writes of its own objects.
//!
//! Pure: knows no cluster, no clock and nothing of steps; whoever decides on weights is no business of a router. Start
//! reading at [`Routing`] and [`Router`], then at [`Routers`], which are all that one Rollout names.

mod objects;
mod routing;

mod services;

mod alb;
mod nginx;

mod routers;

pub use alb::{ANNOTATION_MANAGED_ALB, Alb, release_alb};
pub use nginx::{Nginx, canary_ingress_name};
pub use objects::{Objects, has_rule_with};
pub use routers::{Routers, Unsupported};
pub use routing::{Change, Destination, Managed, Note, Order, Problem, Routed, Router, Routing, Verify, Write};
pub use services::{Preference, is_stable_ping, stable_and_canary};
