//! A Rollout with a router, an Ingress, and carrying writes out.

use api::rollouts::Rollout;
use object::Fetched;
use serde_json::{Value, json};
use std::sync::Arc;
use traffic::{Change, Destination, Managed, Objects, Order, Routed, Router, Routers, Routing, Verify};

/// A Rollout whose canary has this routing block.
pub fn rollout(routing: Value, extra: Value) -> Rollout {
    let mut canary = json!({"canaryService": "canary", "stableService": "stable", "trafficRouting": routing});
    for (key, value) in extra.as_object().into_iter().flatten() {
        canary[key] = value.clone();
    }
    serde_json::from_value(json!({
        "metadata": {"name": "web", "namespace": "shop", "uid": "r"},
        "spec": {"strategy": {"canary": canary}},
    }))
    .expect("a Rollout")
}

/// An Ingress that leads to this Service.
pub fn ingress(service: &str) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": {"name": "main", "annotations": {"kubernetes.io/ingress.class": "alb"}},
        "spec": {"tls": [{"hosts": ["a"]}], "rules": [
            {"host": "a", "http": {"paths": [{"path": "/*", "pathType": "ImplementationSpecific",
                "backend": {"service": {"name": service, "port": {"name": "use-annotation"}}}}]}},
            {"host": "b", "http": {"paths": [{"path": "/", "pathType": "Prefix",
                "backend": {"service": {"name": "other", "port": {"number": 80}}}}]}},
        ]},
    })
}

/// So much to the new version.
pub fn weight(weight: i32) -> Routing {
    Routing {
        canary: Destination { weight, ..Destination::default() },
        stable: Destination { weight: 100 - weight, ..Destination::default() },
        additional: Vec::new(),
        weight_max: 100,
        order: Order::VersionsFirst,
        managed: Managed::Keep,
        header: None,
        mirror: None,
        verify: Verify::Skip,
    }
}

/// Objects that hold these Ingresses.
pub fn objects(ingresses: &[Value]) -> Objects {
    let named = ingresses.iter().map(|ingress| {
        let name = ingress["metadata"]["name"].as_str().expect("a name").to_owned();
        (name, Fetched::Known(Arc::new(ingress.clone())))
    });
    Objects { ingresses: named.collect(), ..Objects::default() }
}

/// Routes, carries the writes out and proves that nothing is left to do. Returns the Ingresses and what was told.
pub fn settle(rollout: &Rollout, ingresses: Vec<Value>, wanted: &Routing) -> (Vec<Value>, Vec<String>) {
    let mut ingresses = ingresses;
    let routed = route(rollout, &ingresses, wanted);
    assert_eq!(routed.problems, []);
    for write in &routed.writes {
        match &write.change {
            Change::Create(value) => ingresses.push(value.clone()),
            Change::Delete => panic!("no Ingress is taken away"),
            Change::Merge(patch) => {
                let ingress =
                    ingresses.iter_mut().find(|it| it["metadata"]["name"] == *write.name).expect("it is there");
                merge(ingress, patch);
            }
        }
    }
    let again = route(rollout, &ingresses, wanted);
    assert_eq!((again.writes.len(), again.notes.len()), (0, 0), "once is enough: {again:?}");
    (ingresses, routed.notes.into_iter().map(|note| note.message).collect())
}

/// What the routers answer.
pub fn route(rollout: &Rollout, ingresses: &[Value], wanted: &Routing) -> Routed {
    let objects = objects(ingresses);
    Routers::of(rollout, &objects).expect("a router").route(wanted)
}

/// Carries a merge patch out.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        *target = patch.clone();
        return;
    };
    for (key, value) in fields {
        match value {
            Value::Null => {
                target.as_object_mut().map(|target| target.remove(key));
            }
            value => merge(&mut target[key], value),
        }
    }
}
