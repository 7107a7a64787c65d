//! Every field of a Rollout's spec changes an outcome in some situation, or stands in the table of those that do not,
//! with the reason.
//!
//! A situation is a Rollout with its status, its ReplicaSets and what it refers to; the outcome is all that is planned
//! for it and all that is said of its spec. A case gives a field one value, then another (or none).

use api::rollouts::{Rollout, RolloutSpec};
use api::{Shape, Shaped};
use jiff::Timestamp;
use object::{Fetched, Object};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use strategy::validation::{Origin, References, validate_references, validate_spec};
use strategy::{Identity, Pod, ReplicaSet, Run, Service, Targets, World, plan};
use traffic::{Objects, Router, Routers};

const NOW: &str = "2026-01-01T12:00:00Z";
/// Stands for the hash of the wanted version.
const NEW: &str = "NEW";

/// The paths below which a type has no fields.
pub(crate) fn leaves(path: &str, shape: &Shape, found: &mut BTreeSet<String>) {
    match shape {
        Shape::Object(object) if !object.fields.is_empty() => {
            for field in &object.fields {
                let path = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
                leaves(&path, &field.shape, found);
            }
        }
        Shape::List(items) => leaves(&format!("{path}[]"), items, found),
        _ => {
            found.insert(path.to_owned());
        }
    }
}

/// Merges like a merge patch; lists are replaced.
fn merge(into: &mut Value, patch: &Value) {
    match patch {
        Value::Object(patch) => {
            if !into.is_object() {
                *into = Value::Object(Map::new());
            }
            for (key, value) in patch {
                if value.is_null() {
                    into.as_object_mut().expect("an object").remove(key);
                } else {
                    merge(&mut into[key], value);
                }
            }
        }
        other => *into = other.clone(),
    }
}

/// Puts a value, or none, at a path such as `steps[0].setWeight`; what is on the way is made.
fn put(place: &mut Value, path: &str, value: &Value) {
    let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
    let (name, index) = match head.split_once('[') {
        Some((name, index)) => (name, Some(index.trim_end_matches(']').parse::<usize>().expect("an index"))),
        None => (head, None),
    };
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    if rest.is_none() && index.is_none() && value.is_null() {
        place.as_object_mut().expect("an object").remove(name);
        return;
    }
    let mut child = &mut place[name];
    if let Some(index) = index {
        if !child.is_array() {
            *child = json!([]);
        }
        let items = child.as_array_mut().expect("a list");
        while items.len() <= index {
            items.push(Value::Null);
        }
        child = &mut items[index];
    }
    match rest {
        Some(rest) => put(child, rest, value),
        None => *child = value.clone(),
    }
}

/// The leaf that a path leads to.
fn leaf_of(path: &str) -> String {
    let mut out = String::new();
    for part in path.split('[') {
        match part.split_once(']') {
            Some((_, rest)) => out.push_str(&format!("[]{rest}")),
            None => out.push_str(part),
        }
    }
    out
}

/// A ReplicaSet of a situation.
fn set(given: &Value, rollout: &Rollout, hash: &str) -> ReplicaSet {
    let role = given["hash"].as_str().expect("a hash");
    let (hash, template) = match role {
        NEW => (hash, rollout.spec.template.clone()),
        other => (
            other,
            json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": other}]}}),
        ),
    };
    let mut template = template;
    template["metadata"]["labels"]["rollouts-pod-template-hash"] = hash.into();
    let number = |field: &str, otherwise: i64| given[field].as_i64().unwrap_or(otherwise);
    let spec = number("spec", 0);
    let mut annotations = json!({
        "rollout.argoproj.io/revision": number("revision", 1).to_string(),
        "rollout.argoproj.io/desired-replicas": number("desired", rollout.spec.replicas().into()).to_string(),
    });
    if given["annotations"].is_object() {
        merge(&mut annotations, &given["annotations"]);
    }
    let object = json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {
            "name": format!("web-{role}"), "namespace": "shop", "uid": format!("uid-{role}"), "generation": 1,
            "creationTimestamp": given["created"].as_str().unwrap_or("2026-01-01T10:00:00Z"),
            "labels": {"app": "web", "rollouts-pod-template-hash": hash}, "annotations": annotations,
        },
        "spec": {"replicas": spec, "template": template},
        "status": {
            "observedGeneration": 1, "replicas": number("actual", spec), "readyReplicas": number("available", spec),
            "availableReplicas": number("available", spec),
        },
    });
    ReplicaSet::read(&Object::from_value(&object).expect("an object")).expect("a ReplicaSet")
}

fn run(given: &Value, hash: &str) -> Run {
    let text = |field: &str| given[field].as_str().unwrap_or_default().to_owned();
    Run {
        name: text("name"),
        hash: Some(if given["hash"] == NEW { hash.to_owned() } else { text("hash") }),
        step_index: given["step"].as_str().map(str::to_owned),
        phase: text("phase"),
        created: given["created"].as_str().unwrap_or(NOW).parse().expect("a time"),
        ..Run::default()
    }
}

/// All that is planned and said.
fn outcome(situation: &Value, spec: &Value) -> String {
    let now: Timestamp = NOW.parse().expect("a time");
    let object = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
        "metadata": {
            "name": "web", "namespace": "shop", "uid": "r", "generation": 1, "creationTimestamp": "2026-01-01T10:00:00Z",
            "labels": {"team": "shop"}, "annotations": {"rollout.argoproj.io/revision": "2"},
        },
        "spec": spec,
    });
    let mut rollout: Rollout = serde_json::from_value(object).expect("a Rollout");
    let identity = Identity::of(&rollout);
    let mut status = situation["status"].clone();
    merge(&mut status, &json!({"observedGeneration": "1"}));
    if status.get("currentStepHash").is_none() && !identity.steps.is_empty() {
        // A change of the steps alone begins them anew; that is one case, and hides all others.
        status["currentStepHash"] = identity.steps.as_str().into();
    }
    let status = status.to_string().replace(NEW, &identity.template);
    rollout.status = serde_json::from_str(&status).expect("a status");
    let items = |field: &str| situation[field].as_array().map(Vec::as_slice).unwrap_or_default();
    let sets: Vec<ReplicaSet> = items("sets").iter().map(|given| set(given, &rollout, &identity.template)).collect();
    let runs: Vec<Run> = items("runs").iter().map(|given| run(given, &identity.template)).collect();
    let service = |name: &str| {
        let hash = situation["services"][name].as_str().map(|hash| hash.replace(NEW, &identity.template));
        let selector = BTreeMap::from([("app".to_owned(), "web".to_owned())]);
        (name.to_owned(), Fetched::Known(Service { hash, managed_by: Some("web".to_owned()), selector }))
    };
    let names = ["active", "preview", "stable", "canary", "ping", "pong", "root", "other"];
    let services: BTreeMap<String, Fetched<Service>> = names.into_iter().map(service).collect();
    let objects = Objects {
        ingresses: ["i", "j"]
            .into_iter()
            .map(|name| (name.to_owned(), Fetched::Known(Arc::new(ingress(name)))))
            .collect(),
        ..Objects::default()
    };
    let pods: Vec<Pod> = items("pods")
        .iter()
        .map(|pod| Pod {
            name: pod["name"].as_str().expect("a name").to_owned(),
            uid: pod["name"].as_str().expect("a name").to_owned(),
            set_uid: format!("uid-{}", pod["of"].as_str().expect("a ReplicaSet")),
            created: "2026-01-01T10:00:00Z".parse().expect("a time"),
            is_available: true,
            is_deleting: false,
            metadata: json!({}),
        })
        .collect();
    let templates = BTreeMap::new();
    let found = References { services: &services, ingresses: &objects.ingresses, templates: &templates, peers: &[] };
    let problems = [validate_spec(&rollout, Origin::Written), validate_references(&rollout, &found)].concat();
    let routers = Routers::of(&rollout, &objects);
    let world = World {
        rollout: &rollout,
        identity: &identity,
        sets: &sets,
        is_name_taken: false,
        services: &services,
        runs: &runs,
        experiments: &[],
        pods: &pods,
        router: routers.as_ref().map(|routers| routers as &dyn Router),
        targets: Targets::Unasked,
        invalid: None,
        warnings: &[],
    };
    let planned = plan(&world, now);
    format!("{planned:#?}\n{problems:#?}")
}

fn ingress(name: &str) -> Value {
    let path = |service: &str| {
        json!({
            "path": "/*", "pathType": "ImplementationSpecific",
            "backend": {"service": {"name": service, "port": {"name": "use-annotation"}}},
        })
    };
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": {"name": name, "namespace": "shop", "uid": name},
        "spec": {"rules": [{"http": {"paths": [path("stable"), path("root")]}}]},
    })
}

#[test]
fn every_field_of_the_spec_changes_an_outcome_or_is_known_not_to() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/leaves.json");
    let text = std::fs::read_to_string(path).expect("the cases");
    let cases: Value = serde_json::from_str(&text).expect("JSON");
    let mut open = BTreeSet::new();
    leaves("", &RolloutSpec::shape(), &mut open);
    let mut wrong = Vec::new();
    for case in cases["cases"].as_array().expect("cases") {
        let field = case["field"].as_str().expect("a field");
        let situation = &cases["situations"][case["in"].as_str().expect("a situation")];
        let mut spec = cases["base"].clone();
        merge(&mut spec, &situation["spec"]);
        let mut with = spec.clone();
        put(&mut with, field, &case["with"]);
        let mut without = spec;
        put(&mut without, field, &case["without"]);
        if outcome(situation, &with) == outcome(situation, &without) {
            wrong.push(format!("{field} changes nothing in {}", case["in"]));
        }
        if !open.remove(&leaf_of(field)) {
            wrong.push(format!("{field} is no field, or has its case already"));
        }
    }
    for (prefix, reason) in cases["without_a_case"].as_object().expect("a table") {
        let before = open.len();
        open.retain(|leaf| !leaf.starts_with(prefix.as_str()));
        if open.len() == before || reason.as_str().is_none_or(str::is_empty) {
            wrong.push(format!("{prefix} needs no place among those without a case"));
        }
    }
    wrong.extend(open.iter().map(|leaf| format!("{leaf} has no case")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
