//! The server: upstream's REST API over what the controllers know, behind one decision about who may.
//!
//! Knows HTTP, and of GitOps only what is read and asked for: what is decided is decided by the controllers, who somebody
//! is by the sign-in, and who may do what by the policies. Reading order: [`routes`] (everything that is answered, each
//! with its rule), `dispatch` (the way of a request), `authorize` (the one decision), `index` and `plane` (what is
//! known), `applications` and the other handlers.

pub mod problem;
pub mod rule;

pub mod who;

pub mod counts;
pub mod fields;
pub mod links;
pub mod redact;
pub mod reply;

pub mod door;
pub mod tools;

pub mod index;
pub mod plane;
mod pushes;

pub mod site;

pub mod call;

mod stored;

pub mod about;
pub mod account;
pub mod applications;
pub mod clusters;
pub mod describe;
pub mod projects;
pub mod repositories;
pub mod session;
pub mod trust;
pub mod visit;
pub mod webhook;

pub mod authorize;
pub mod routes;

mod dispatch;
mod guard;
mod router;

pub mod certificate;

mod begun;
mod serve;

pub use door::Door;
pub use router::router;
pub use serve::{Bound, Either, ServeError, Served};
pub use site::{Options, Pushed, Scheme, Site};
