//! Notifications: the controller in this process, and the commands that look at configurations and try them.

mod place;

mod configuration;
mod get;
mod lookups;
mod tools;
mod trying;

mod controller;

pub(crate) use controller::{Ground, Telling, tapped};
pub(crate) use place::{Place, Reach};
pub(crate) use tools::{Notifications, Tools};
