//! The Service Mesh Interface: a TrafficSplit shares out what its root Service gets.

use crate::host::Host;
use crate::objects::{Kind, Objects};
use crate::reading::{list, namespace, share, text};
use crate::route::{Backend, Port, Route, Share};
use serde_json::Value;

/// TrafficSplits.
pub const TRAFFIC_SPLIT: Kind = ("split.smi-spec.io", "TrafficSplit");

/// The routes of all TrafficSplits.
pub fn routes(objects: &Objects) -> Vec<Route> {
    objects.all(TRAFFIC_SPLIT).map(of_split).collect()
}

fn of_split(split: &Value) -> Route {
    let root = text(split, "/spec/service").split('.').next().unwrap_or_default();
    let one = |backend: &Value| Share {
        backend: Backend::service(namespace(split), text(backend, "/service"), Port::Any),
        weight: share(backend, "/weight").unwrap_or(0),
    };
    Route {
        hosts: Host::of_service(namespace(split), root),
        shares: list(split, "/spec/backends").iter().map(one).collect(),
        ..Route::of("TrafficSplit", split)
    }
}
