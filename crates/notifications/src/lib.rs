//! Who is told what and when: triggers, templates and subscriptions as `argoproj/notifications-engine` has them, for Argo
//! CD's Applications and Argo Rollouts' Rollouts.
//!
//! # What it guarantees
//! - **The configuration people have** is understood: the ConfigMaps, Secrets and annotations of both products, their legacy
//!   forms included. What cannot be read is named, and everything else holds.
//! - **Nobody is told twice** because somebody else took over: what was told is kept as upstream keeps it ([`notified`]).
//! - **It ends**: every expression and every notification is evaluated within counted limits.
//! - **No secret in a message** ([`Secrets::redacted`]).
//!
//! Must not know how services are reached, nor of clusters, clocks and networks. Start reading at [`Config`]; a trigger is
//! run by [`Trigger::run`], a notification made by [`Config::render`], with what [`Variables`] let it read.

mod product;

mod destination;
mod secrets;
mod selector;

mod limits;

pub mod details;

mod functions;

mod facts;
mod variables;

pub mod events;
pub mod fresh;

mod trigger;

pub mod notified;

pub mod subscription;

mod fields;

mod definition;

mod compiled;

mod template;

mod config;

mod parse;

mod legacy;

mod reader;

pub mod catalog;

pub use config::{Config, Owner, ServiceConfig, Source, Unrendered};
pub use destination::{Destination, Destinations};
pub use facts::{Facts, Wanted};
pub use product::Product;
pub use secrets::Secrets;
pub use sprig::argo::CommitMetadata;
pub use template::{Notification, Sections, Template};
pub use trigger::{Condition, Outcome, Trigger};
pub use variables::Variables;
