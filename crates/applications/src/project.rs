//! The project that applications belong to unless they name another.

use api::names::{API_VERSION, APP_PROJECT, DEFAULT_PROJECT};
use cluster::{Change, Target, Write};
use controller::{Guard, Planned};
use object::Object;
use serde_json::json;

/// The write that makes the default project: it permits everything, as upstream's does.
#[must_use]
pub fn default_project(namespace: &str) -> Planned {
    let object = Object::from_value(&json!({
        "apiVersion": API_VERSION,
        "kind": APP_PROJECT,
        "metadata": {"name": DEFAULT_PROJECT, "namespace": namespace},
        "spec": {
            "sourceRepos": ["*"],
            "destinations": [{"server": "*", "namespace": "*"}],
            "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
        },
    }))
    .expect("invariant: it has apiVersion, kind and a name");
    Planned::new(Write::new(Target::of(&object), Change::Create(object)), Guard::Manner).recorded()
}
