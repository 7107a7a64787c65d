//! Replays what a real API server answered, as far as this crate decides it: each recorded write is done by the
//! functions alone, with the recorded object before it, and what becomes of `managedFields`, of the fields and of
//! conflicts is compared. What an API server adds (defaults, validation, its own metadata) is taken from the record.

use merge::fields::Set;
use merge::managed::{ApplyError, Conflict, Force, OneVersion, Write, apply, record_update};
use schema::{CustomResource, Schema, TypeRef, from_structural};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

const NOW: &str = "<time>";

/// The cases of the crate that replays them against a whole server.
pub fn cases(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/cases").join(file);
    let mut text = String::new();
    flate2::read::GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[derive(Default)]
struct World {
    live: BTreeMap<String, Value>,
    custom: BTreeMap<String, TypeRef>,
}

pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

impl World {
    fn type_of(&self, object: &Value) -> Option<TypeRef> {
        let (api_version, kind) = (text(object, "apiVersion"), text(object, "kind"));
        Schema::builtin().of(api_version, kind).or_else(|| self.custom.get(api_version).cloned())
    }

    fn learn(&mut self, object: &Value) {
        if text(object, "kind") != "CustomResourceDefinition" {
            return;
        }
        for version in object["spec"]["versions"].as_array().into_iter().flatten() {
            let api_version = format!("{}/{}", text(&object["spec"], "group"), text(version, "name"));
            let ty = from_structural(&version["schema"]["openAPIV3Schema"], CustomResource::Pruned);
            self.custom.insert(api_version, ty);
        }
    }
}

/// Splits a path into the object's and the subresource's.
pub fn split(path: &str) -> (String, &str) {
    for subresource in ["status", "scale", "ephemeralcontainers", "resize"] {
        if let Some(object) = path.strip_suffix(&format!("/{subresource}")) {
            return (object.to_owned(), subresource);
        }
    }
    (path.to_owned(), "")
}

fn managed_fields(object: &Value) -> Value {
    object["metadata"].get("managedFields").cloned().unwrap_or(Value::Null)
}

/// Every field of `part` is in `whole`; what a server normalises counts as equal when its text is the same number.
pub fn contained(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part.iter().all(|(key, part)| match whole.get(key) {
            Some(whole) => contained(part, whole),
            None => part.is_null() || part.as_object().is_some_and(|part| part.is_empty()),
        }),
        (Value::Array(part), Value::Array(whole)) => {
            part.len() == whole.len() && part.iter().zip(whole).all(|(part, whole)| contained(part, whole))
        }
        (Value::Null, _) => true,
        _ => part == whole,
    }
}

struct Step<'s> {
    step: &'s Value,
    case: &'s str,
}

impl Step<'_> {
    fn header(&self, name: &str) -> &str {
        self.step["headers"].as_object().and_then(|headers| headers.get(name)).and_then(Value::as_str).unwrap_or("")
    }

    fn query(&self, name: &str) -> &str {
        self.step["query"].get(name).and_then(Value::as_str).unwrap_or("")
    }

    fn is_apply(&self) -> bool {
        self.header("Content-Type").starts_with("application/apply-patch")
    }

    /// Runs the step; `None` when it is not one that these functions decide.
    fn run(&self, world: &mut World) -> Option<Result<(), String>> {
        let method = text(self.step, "method");
        let status = self.step["status"].as_u64()?;
        let response = &self.step["response"];
        let (path, subresource) = split(text(self.step, "path"));
        if !["POST", "PUT", "PATCH"].contains(&method) || subresource == "scale" {
            if subresource != "scale" {
                self.observe(world, method, status, &path);
            }
            return None;
        }
        let path = match method {
            "POST" => format!("{path}/{}", text(&response["metadata"], "name")),
            _ => path,
        };
        let live = world.live.get(&path).cloned();
        let body = self.step["body"].clone();
        let outcome = if self.is_apply() && method == "PATCH" {
            self.check_apply(world, live.as_ref(), &body, subresource, status)
        } else if status < 300 {
            self.check_update(world, live.as_ref(), &body, subresource)
        } else {
            None
        };
        if status < 300 && self.query("dryRun").is_empty() {
            world.live.insert(path, response.clone());
            world.learn(response);
        }
        outcome
    }

    /// Writes of the scale subresource show on the object only when it is read. Other reads teach nothing new, and
    /// some were altered after they were recorded.
    fn observe(&self, world: &mut World, method: &str, status: u64, path: &str) {
        let response = &self.step["response"];
        if method == "DELETE" {
            world.live.remove(path);
        }
        let Some(known) = world.live.get_mut(path) else { return };
        let version = |object: &Value| object["metadata"]["resourceVersion"].clone();
        if method == "GET" && status == 200 && version(known) != version(response) {
            *known = response.clone();
        }
    }

    fn manager(&self) -> &str {
        match self.query("fieldManager") {
            "" => "vector-recorder",
            manager => manager,
        }
    }

    fn ignored(&self, world: &World, object: &Value, subresource: &str) -> Set {
        if subresource == "status" {
            return Set::of(&["spec", "metadata.labels"]);
        }
        let has_status = self.case != "ssa-crd-status" || world.custom.contains_key(text(object, "apiVersion"));
        match text(object, "kind") {
            "CustomResourceDefinition" => Set::new(),
            _ if has_status => Set::of(&["status"]),
            _ => Set::new(),
        }
    }

    fn check_apply(
        &self,
        world: &World,
        live: Option<&Value>,
        body: &Value,
        subresource: &str,
        status: u64,
    ) -> Option<Result<(), String>> {
        let response = &self.step["response"];
        if !body.is_object() || self.query("fieldValidation") == "Strict" {
            return None;
        }
        let ty = world.type_of(body)?;
        let (api_version, kind) = (text(body, "apiVersion").to_owned(), text(body, "kind").to_owned());
        let path = text(self.step, "path");
        if !path.contains(&format!("/{api_version}/")) {
            return None;
        }
        let live = live.filter(|live| text(live, "apiVersion") == api_version);
        let ignored = self.ignored(world, body, subresource);
        let write = Write {
            manager: self.manager(),
            api_version: &api_version,
            kind: &kind,
            subresource,
            now: NOW,
            versions: &OneVersion { api_version: api_version.clone(), ty },
            ignored: &ignored,
        };
        let force = if self.query("force") == "true" { Force::Yes } else { Force::No };
        let result = apply(live, body, force, &write);
        Some(match (status, result) {
            (200..=299, Ok(object)) => self.check_object(&object, response),
            (200..=299, Err(error)) => Err(format!("refused: {error}")),
            (409, Err(ApplyError::Conflicts(conflicts))) => {
                let mut causes: Vec<String> = conflicts.0.iter().map(|conflict| cause(conflict).to_string()).collect();
                let list = response["details"]["causes"].as_array().unwrap();
                // A server names several managers in any order.
                let mut theirs: Vec<String> = list.iter().map(ToString::to_string).collect();
                causes.sort();
                theirs.sort();
                let ok = conflicts.to_string() == text(response, "message") && causes == theirs;
                if ok { Ok(()) } else { Err(format!("{conflicts}\n{causes:?}")) }
            }
            (500, Err(error)) => {
                let theirs = text(response, "message");
                if error.to_string() == theirs { Ok(()) } else { Err(format!("{error}\n{theirs}")) }
            }
            // What other parts of a server refuse (validation, metadata).
            _ => return None,
        })
    }

    fn check_object(&self, object: &Value, response: &Value) -> Result<(), String> {
        let (ours, theirs) = (managed_fields(object), managed_fields(response));
        if ours != theirs {
            return Err(format!("managedFields\n  ours {ours}\ntheirs {theirs}"));
        }
        let mut object = object.clone();
        let metadata = object["metadata"].as_object_mut().unwrap();
        metadata.retain(|key, _| ["name", "namespace", "labels", "annotations", "finalizers"].contains(&key.as_str()));
        // What a server normalises or drops after the merge.
        match self.case {
            "ssa-quantity-equal" => return Ok(()),
            "ssa-secret-stringdata" => drop(object.as_object_mut().unwrap().remove("data")),
            "ssa-status-in-main-apply" => drop(object.as_object_mut().unwrap().remove("status")),
            _ => {}
        }
        object.as_object_mut().unwrap().remove("stringData");
        if contained(&object, response) { Ok(()) } else { Err(format!("object\n  ours {object}\ntheirs {response}")) }
    }

    fn check_update(
        &self,
        world: &World,
        live: Option<&Value>,
        body: &Value,
        subresource: &str,
    ) -> Option<Result<(), String>> {
        let response = &self.step["response"];
        let ty = world.type_of(response)?;
        let (api_version, kind) = (text(response, "apiVersion").to_owned(), text(response, "kind").to_owned());
        // Compat: these get fields from the server after ownership was recorded, and the record shows only the end.
        let filled_in_later = live.is_none() && ["Pod", "Service", "CustomResourceDefinition"].contains(&&*kind)
            || self.case == "patch-smp-svc-externalname";
        if live.is_some_and(|live| text(live, "apiVersion") != api_version) || kind == "Namespace" || filled_in_later {
            return None;
        }
        let mut new = response.clone();
        let metadata = new["metadata"].as_object_mut()?;
        metadata.remove("managedFields");
        let content_type = self.header("Content-Type");
        if !content_type.contains("json-patch") {
            if let Some(sent) = body["metadata"].get("managedFields") {
                metadata.insert("managedFields".into(), sent.clone());
            }
        } else if let Some(sent) =
            body.as_array()?.iter().find(|operation| operation["path"] == "/metadata/managedFields")
        {
            metadata.insert("managedFields".into(), sent["value"].clone());
        }
        let ignored = self.ignored(world, response, subresource);
        let write = Write {
            manager: self.manager(),
            api_version: &api_version,
            kind: &kind,
            subresource,
            now: NOW,
            versions: &OneVersion { api_version: api_version.clone(), ty },
            ignored: &ignored,
        };
        let recorded = record_update(live, new, &write);
        let (ours, theirs) = (managed_fields(&recorded), managed_fields(response));
        Some(if ours == theirs { Ok(()) } else { Err(format!("managedFields\n  ours {ours}\ntheirs {theirs}")) })
    }
}

fn cause(conflict: &Conflict) -> Value {
    json!({"reason": "FieldManagerConflict", "message": conflict.message(), "field": conflict.field()})
}

fn replay(file: &str) -> (usize, Vec<String>) {
    let mut checked = 0;
    let mut failures = Vec::new();
    for case in cases(file) {
        let name = text(&case, "name");
        let mut world = World::default();
        for (number, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            match (Step { step, case: name }).run(&mut world) {
                None => {}
                Some(Ok(())) => checked += 1,
                Some(Err(error)) => failures.push(format!("{name} step {number}: {error}")),
            }
        }
    }
    (checked, failures)
}

#[test]
fn ownership_is_recorded_as_a_real_server_records_it() {
    let (checked, failures) = replay("ssa.jsonl.gz");
    assert!(failures.is_empty(), "{checked} ok, {} failed\n{}", failures.len(), failures.join("\n"));
    assert!(checked > 150, "{checked}");
}

#[test]
fn patches_are_recorded_as_a_real_server_records_them() {
    let (checked, failures) = replay("patch.jsonl.gz");
    assert!(failures.is_empty(), "{checked} ok, {} failed\n{}", failures.len(), failures.join("\n"));
    assert!(checked > 100, "{checked}");
}
