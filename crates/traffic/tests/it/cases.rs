//! Golden cases: a folder with a Rollout and objects (`in.yaml`), what is wanted (`weight`), and what becomes of the
//! objects (`out.yaml`), with what is told (`told`). `UPDATE_SNAPSHOTS=1 cargo test` writes the answers anew.
//!
//! `weight` is a number, or a mapping: `canary`, the hashes, `additional`, `header`, `mirror`, `remove: true`,
//! `weightsFirst: true`, `unready` (hash to ReplicaSet). Several documents are wanted one after the other.

use crate::stage::{merge, weight};
use api::rollouts::Rollout;
use budget::Budget;
use object::Fetched;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use traffic::{Change, Destination, KINDS, Managed, Objects, Order, Place, Router, Routers, Routing, Write, needed};
use yaml::Dialect;

#[test]
fn every_case_gives_what_was_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<_> = fs::read_dir(folder).expect("cases").map(|entry| entry.expect("an entry").path()).collect();
    cases.sort();
    assert!(cases.len() >= 60, "cases are missing: {}", cases.len());
    let wrong: Vec<String> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(case: &Path) -> Result<(), String> {
    let mut world = World::read(&documents(&case.join("in.yaml")));
    let mut told = Vec::new();
    for wanted in documents(&case.join("weight")) {
        world.settle(&wanted, &mut told)?;
    }
    let name = case.file_name().unwrap_or_default().to_string_lossy();
    same(&name, &case.join("out.yaml"), &yaml::emit_all(&world.objects))?;
    same(&name, &case.join("told"), &told.iter().map(|line| format!("{line}\n")).collect::<String>())
}

fn same(name: &str, file: &Path, found: &str) -> Result<(), String> {
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(file, found).expect("a file");
        return Ok(());
    }
    let expected = fs::read_to_string(file).unwrap_or_default();
    if expected == found { Ok(()) } else { Err(format!("{name}: {} differs, got:\n{found}", file.display())) }
}

fn documents(file: &Path) -> Vec<Value> {
    let text = fs::read(file).expect("a file");
    let documents = yaml::parse_all(&text, Dialect::V2, &mut Budget::default()).expect("YAML");
    documents.into_iter().map(|document| document.value).filter(|value| !value.is_null()).collect()
}

/// A Rollout and the objects around it.
struct World {
    rollout: Rollout,
    objects: Vec<Value>,
}

impl World {
    fn read(documents: &[Value]) -> Self {
        let mut rollout = documents[0].clone();
        for (field, value) in [("name", "web"), ("namespace", "shop"), ("uid", "web-uid")] {
            rollout["metadata"][field] = json!(value);
        }
        World { rollout: serde_json::from_value(rollout).expect("a Rollout"), objects: documents[1..].to_vec() }
    }

    /// Routes as wanted until nothing is left to write. A version that is gone takes two rounds, nothing takes more.
    fn settle(&mut self, wanted: &Value, told: &mut Vec<String>) -> Result<(), String> {
        let routing = routing(wanted);
        for round in 0..3 {
            let seen = self.seen(wanted);
            let routed = Routers::of(&self.rollout, &seen).expect("a router").route(&routing);
            told.extend(routed.problems.iter().map(|problem| format!("{}: {problem}", problem.router)));
            told.extend(routed.notes.iter().map(|note| format!("{}: {}", note.reason, note.message)));
            if routed.writes.is_empty() {
                return Ok(());
            }
            told.extend(routed.writes.iter().map(|write| format!("-> {}", summary(write))));
            if round == 2 {
                return Err(format!("it never settles: {:?}", routed.writes));
            }
            routed.writes.iter().for_each(|write| self.carry_out(write));
        }
        Ok(())
    }

    fn seen(&self, wanted: &Value) -> Objects {
        let mut seen = Objects::default();
        for (hash, set) in wanted["unready"].as_object().into_iter().flatten() {
            seen.unready.insert(hash.clone(), set.as_str().unwrap_or_default().to_owned());
        }
        for object in &self.objects {
            let found = Fetched::Known(Arc::new(object.clone()));
            let name = object["metadata"]["name"].as_str().expect("a name");
            let namespace = object["metadata"]["namespace"].as_str().unwrap_or("shop");
            match object["kind"].as_str().expect("a kind") {
                "Ingress" => drop(seen.ingresses.insert(name.to_owned(), found)),
                kind => {
                    let group = object["apiVersion"].as_str().and_then(|text| text.split('/').next());
                    let kind =
                        KINDS.into_iter().find(|it| it.1 == kind && Some(it.0) == group).expect("a router's kind");
                    seen.others.insert(Place::new(kind, namespace, name), found);
                }
            }
        }
        // Only what is asked for is seen.
        let asked = needed(&self.rollout, &seen);
        seen.others
            .retain(|place, _| asked.iter().any(|one| one == place || one.name.is_empty() && one.kind == place.kind));
        seen
    }

    fn carry_out(&mut self, write: &Write) {
        let is_it = |object: &Value| {
            let namespace = object["metadata"]["namespace"].as_str().unwrap_or("shop");
            object["kind"] == *write.gvk.kind
                && object["metadata"]["name"] == *write.name
                && write.namespace.as_deref().unwrap_or("shop") == namespace
                && object["apiVersion"] == *write.gvk.api_version()
        };
        let found = self.objects.iter().position(is_it);
        match (&write.change, found) {
            (Change::Create(value), None) => self.objects.push(value.clone()),
            (Change::Merge(patch), Some(at)) => merge(&mut self.objects[at], patch),
            (Change::Delete, Some(at)) => drop(self.objects.remove(at)),
            (_, found) => panic!("{write} at {found:?}"),
        }
    }
}

fn summary(write: &Write) -> String {
    let what = match &write.change {
        Change::Create(_) => "create",
        Change::Merge(_) => "patch",
        Change::Delete => "delete",
    };
    format!("{what} {} {}", write.gvk.kind, write.name)
}

fn routing(wanted: &Value) -> Routing {
    let Some(number) = wanted.as_i64() else { return routing_of(wanted) };
    routing_of(&json!({ "canary": number }))
}

fn routing_of(wanted: &Value) -> Routing {
    let text = |field: &str, usual: &str| wanted[field].as_str().unwrap_or(usual).to_owned();
    let share = |value: &Value| Destination {
        service: value["service"].as_str().unwrap_or_default().to_owned(),
        hash: value["hash"].as_str().unwrap_or_default().to_owned(),
        weight: value["weight"].as_i64().unwrap_or_default() as i32,
    };
    let mut routing = weight(wanted["canary"].as_i64().unwrap_or_default() as i32);
    routing.canary.hash = text("canaryHash", "new");
    routing.stable.hash = text("stableHash", "old");
    routing.additional = wanted["additional"].as_array().into_iter().flatten().map(share).collect();
    routing.header = serde_json::from_value(wanted["header"].clone()).expect("a header route");
    routing.mirror = serde_json::from_value(wanted["mirror"].clone()).expect("a mirror route");
    if wanted["remove"] == true {
        routing.managed = Managed::Remove;
    }
    if wanted["weightsFirst"] == true {
        routing.order = Order::WeightsFirst;
    }
    routing
}

/// Every router has a case.
#[test]
fn every_router_has_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("cases") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        *counts.entry(name.split('-').next().unwrap_or_default().to_owned()).or_default() += 1;
    }
    for router in ["alb", "ambassador", "apisix", "appmesh", "gateway", "istio", "nginx", "several", "smi", "traefik"] {
        assert!(counts.contains_key(router), "no case of {router}");
    }
}
