//! A cluster in memory on virtual time, and what tests put into it.

use apiserver::{Api, ApiServer, Object, resources};
use clock::Clock;
use serde_json::{Value, json};
use std::time::Duration;
use workloads::{Options, Workloads};

pub struct World {
    pub api: Api,
    pub workloads: Workloads,
}

impl World {
    pub fn begin() -> Self {
        World::seeded(7)
    }

    pub fn seeded(seed: u64) -> Self {
        World::of(seed, Options::default())
    }

    pub fn with(options: Options) -> Self {
        World::of(7, options)
    }

    fn of(seed: u64, options: Options) -> Self {
        let clock = Clock::simulated("2026-01-01T00:00:00Z".parse().expect("a time"), seed);
        let server = ApiServer::in_memory(clock);
        let workloads = Workloads::start(&server.api("unused"), options);
        World { api: server.api("test"), workloads }
    }

    pub async fn create(&self, object: Value) -> Object {
        let kind = object["kind"].as_str().expect("a kind").to_owned();
        let api_version = object["apiVersion"].as_str().expect("a version").to_owned();
        let resource = self.api.resource_of(&api_version, &kind).expect("a known kind");
        self.api.create(&resource, "default", object).await.expect("created")
    }

    pub fn deployment(&self, name: &str) -> Object {
        self.api.get(&resources::DEPLOYMENTS, "default", name).expect("there")
    }

    pub fn pods(&self) -> Vec<Object> {
        self.api.list(&resources::PODS, "default").items
    }

    /// The events of a reason, with their counts.
    pub fn told(&self, reason: &str) -> Vec<String> {
        let events = self.api.list(&resources::EVENTS, "default").items;
        let events = events.iter().map(Object::value).filter(|event| event["reason"] == reason);
        events.map(|event| event["message"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

pub fn deployment(name: &str, replicas: i64) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "c", "image": "nginx:1"}]},
            },
        },
    })
}

/// A pod of one container, its metadata and spec changed by `edit`.
pub fn pod(name: &str, edit: impl FnOnce(&mut Value)) -> Value {
    let mut pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
        "spec": {"containers": [{"name": "c", "image": "nginx:1"}]},
    });
    edit(&mut pod);
    pod
}

pub fn status(object: &Object) -> Value {
    object.get("/status").unwrap_or_default()
}

/// Lets everything come to rest.
pub async fn settle() {
    tokio::time::sleep(Duration::from_secs(5)).await;
}
