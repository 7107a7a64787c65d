//! Objects for the tests: written in YAML, with Services `stable` and `canary` of two pods each, all ready.

use clock::Random;
use ingress::{Answer, Ask, Front, KINDS, Objects, Snapshot};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A front over these objects and the two Services.
pub fn front(text: &str) -> Front {
    let mut all = documents(text);
    all.extend(["stable", "canary"].into_iter().flat_map(version));
    over(&all)
}

/// A front over these objects alone.
pub fn over(all: &[Value]) -> Front {
    let mut objects = Objects::default();
    for object in all {
        let kind = object["kind"].as_str().expect("a kind");
        let group = object["apiVersion"].as_str().expect("a version").rsplit_once('/').map_or("", |(group, _)| group);
        let kind = KINDS.into_iter().find(|it| *it == (group, kind)).expect("a kind that is read");
        objects.insert(kind, Arc::new(object.clone()));
    }
    let front = Front::new(Random::seeded(7, "test"));
    front.show(Snapshot::of(&objects, front.tallies()));
    front
}

/// The documents of some YAML, in the namespace `shop`.
pub fn documents(text: &str) -> Vec<Value> {
    let parse = |document: &str| {
        let mut budget = budget::Budget::default();
        let mut value = yaml::parse_one(document.as_bytes(), yaml::Dialect::V2, &mut budget).expect("YAML");
        value["metadata"]["namespace"] = json!("shop");
        value
    };
    text.split("\n---\n").map(parse).collect()
}

/// A Service with its EndpointSlice and its two pods.
pub fn version(name: &str) -> Vec<Value> {
    let number = if name == "stable" { 1 } else { 2 };
    let pods = [1, 2].map(|at| {
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "name": format!("{name}-{at}"), "namespace": "shop", "uid": format!("{name}-{at}"),
                "labels": {"app": "web", "version": name, "rollouts-pod-template-hash": name},
            },
            "spec": {"containers": [{"name": "web", "image": format!("web:{name}")}]},
            "status": {
                "phase": "Running", "podIP": format!("10.0.{number}.{at}"),
                "conditions": [{"type": "Ready", "status": "True"}],
            },
        })
    });
    let endpoints: Vec<Value> =
        pods.iter().map(|pod| json!({"addresses": [pod["status"]["podIP"]], "conditions": {"ready": true}})).collect();
    let mut all = vec![
        json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "shop"},
            "spec": {"ports": [{"name": "http", "port": 80}]},
        }),
        json!({
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {
                "name": name, "namespace": "shop", "labels": {"kubernetes.io/service-name": name},
            },
            "endpoints": endpoints,
        }),
    ];
    all.extend(pods);
    all
}

/// Who answers a request: the pod's version, or what is said instead.
pub fn version_of(front: &Front, ask: &Ask) -> String {
    match front.answer(ask) {
        Answer::Pod(pod) => pod.hash.clone(),
        Answer::Failure(pod) => format!("{} with an error", pod.hash),
        Answer::Redirect { status, location } => format!("{status} {location}"),
        Answer::NoRoute => "no route".to_owned(),
        Answer::Nobody { origin, why } => format!("{origin}: {why}"),
    }
}

/// How often each version answers so many requests.
pub fn shares(front: &Front, ask: &Ask, requests: u32) -> BTreeMap<String, u32> {
    let mut shares = BTreeMap::new();
    for _ in 0..requests {
        *shares.entry(version_of(front, ask)).or_default() += 1;
    }
    shares
}
