//! Notifications: the controller in this process, and the commands that look at configurations and try them.

mod configuration;
mod get;
mod lookups;
mod tools;
mod trying;

mod controller;

pub(crate) use controller::{Ground, Telling, tapped};
pub(crate) use tools::{Notifications, Place, Reach, Tools};
