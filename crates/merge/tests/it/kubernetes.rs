//! Random objects, patches and sequences of writes, with what Kubernetes' own libraries (apimachinery 0.36) made of
//! them. The cases were made by running those libraries on objects drawn from a small space, so that names, keys and
//! values meet often; duplicates, nulls and directives are among them.

use crate::vectors::text;
use merge::fields::Set;
use merge::managed::{Force, OneVersion, Write, apply, record_update};
use merge::{strategic, three_way};
use schema::{Schema, TypeRef};
use serde_json::{Value, json};
use std::io::Read as _;

fn cases(kind: &str) -> Vec<Value> {
    let mut cases = String::new();
    let packed = &include_bytes!("../cases/kubernetes.jsonl.gz")[..];
    flate2::read::GzDecoder::new(packed).read_to_string(&mut cases).unwrap();
    let cases = cases.lines().map(|line| serde_json::from_str(line).unwrap());
    cases.filter(|case: &Value| text(case, "kind") == kind).collect()
}

fn type_of(case: &Value) -> TypeRef {
    Schema::builtin().of(text(case, "apiVersion"), text(case, "objectKind")).unwrap()
}

/// Without times; whose order then decides nothing.
fn managers(object: &Value) -> Vec<Value> {
    let mut entries = object["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    for entry in &mut entries {
        entry.as_object_mut().unwrap().remove("time");
    }
    entries.sort_by_key(Value::to_string);
    entries
}

/// Without managers, the uid, and whatever Go's types leave out or put in when they are written out.
fn bare(object: &Value) -> Value {
    let mut object = object.clone();
    let metadata = object["metadata"].as_object_mut().unwrap();
    metadata.remove("managedFields");
    metadata.remove("uid");
    without_empty(&object)
}

fn without_empty(value: &Value) -> Value {
    let empty = |value: &Value| [json!(null), json!({}), json!([]), json!(false), json!(0), json!("")].contains(value);
    match value {
        Value::Object(map) => {
            let kept = map.iter().map(|(key, value)| (key.clone(), without_empty(value)));
            Value::Object(kept.filter(|(_, value)| !empty(value)).collect())
        }
        Value::Array(items) => items.iter().map(without_empty).collect(),
        scalar => scalar.clone(),
    }
}

fn run(step: &Value, live: Option<&Value>, case: &Value) -> Result<Value, String> {
    let api_version = text(case, "apiVersion");
    let write = Write {
        manager: text(step, "manager"),
        api_version,
        kind: text(case, "objectKind"),
        subresource: text(step, "subresource"),
        now: "2024-01-01T00:00:00Z",
        versions: &OneVersion { api_version: api_version.to_owned(), ty: type_of(case) },
        ignored: &Set::new(),
    };
    if text(step, "op") == "update" {
        return Ok(record_update(live, step["object"].clone(), &write));
    }
    let force = if step["force"] == true { Force::Yes } else { Force::No };
    apply(live, &step["object"], force, &write).map_err(|error| error.to_string())
}

fn check(step: &Value, ours: Result<Value, String>) -> Result<(), String> {
    let (ours, theirs) = match (ours, step.get("error")) {
        (Err(ours), Some(theirs)) if ours == *theirs => return Ok(()),
        (ours, Some(theirs)) => return Err(format!("  ours {ours:?}\ntheirs {theirs}")),
        (Err(error), None) => return Err(error),
        (Ok(ours), None) => (ours, &step["result"]),
    };
    if managers(&ours) != managers(theirs) {
        let show = |entries: Vec<Value>| Value::Array(entries).to_string();
        return Err(format!("  ours {}\ntheirs {}", show(managers(&ours)), show(managers(theirs))));
    }
    let (ours, theirs) = (bare(&ours), bare(theirs));
    if ours == theirs { Ok(()) } else { Err(format!("  ours {ours}\ntheirs {theirs}")) }
}

#[test]
fn sequences_of_writes_leave_what_kubernetes_leaves() {
    let mut failures = Vec::new();
    for (number, case) in cases("managed").iter().enumerate() {
        let mut live: Option<Value> = None;
        for (index, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            if let Err(error) = check(step, run(step, live.as_ref(), case)) {
                failures.push(format!("case {number} step {index} {}\n{error}", step["object"]));
                break;
            }
            if let Some(result) = step.get("result") {
                live = Some(result.clone());
            }
        }
    }
    assert!(failures.is_empty(), "{} failed\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn patches_are_made_and_applied_as_kubernetes_does() {
    let mut failures = Vec::new();
    for (number, case) in cases("strategic").iter().enumerate() {
        let ty = type_of(case);
        let (a, b, c) = (&case["a"], &case["b"], &case["c"]);
        let on = |object: &Value, made: &str| case[made].get("ok").map(|patch| strategic::apply(object, patch, &ty));
        let outcomes = [
            ("apply", Some(strategic::apply(a, &case["patch"], &ty))),
            ("two", Some(strategic::two_way(a, b, &ty))),
            ("two_applied", on(a, "two")),
            ("three", Some(strategic::three_way(a, b, c, &ty))),
            ("three_applied", on(c, "three")),
            ("json_three", Some(Ok(three_way::create(a, b, c)))),
        ];
        for (name, outcome) in outcomes {
            let Some(outcome) = outcome else { continue };
            let same = match &outcome {
                Ok(ours) => case[name].get("ok") == Some(ours),
                Err(error) => case[name].get("error") == Some(&Value::from(error.to_string())),
            };
            if !same {
                failures.push(format!("case {number} {name}\n  ours {outcome:?}\ntheirs {}", case[name]));
            }
        }
    }
    assert!(failures.is_empty(), "{} failed\n{}", failures.len(), failures.join("\n"));
}
