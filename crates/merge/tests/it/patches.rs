//! Replays recorded patches: each is applied to the recorded object before it, and all that comes of it must be in the
//! recorded object after it; refused patches must be refused with the recorded message.

use crate::vectors::{cases, contained, split, text};
use merge::json_patch::JsonPatchError;
use merge::{json_patch, merge_patch, strategic};
use schema::Schema;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a server adds or changes after the patch was applied, so that the record cannot show what the patch did.
const CHANGED_LATER: [&str; 10] = [
    "patch-smp-unknown-field",
    "patch-smp-pod-immutable",
    "patch-namespace",
    "patch-smp-secret-stringdata",
    "patch-smp-resources",
    "patch-smp-svc-externalname",
    "patch-merge-creationtimestamp",
    "patch-merge-deletiontimestamp",
    "patch-merge-kind",
    "patch-status",
];

/// Tells the status and the object, or the status and the message.
fn patched(live: &Value, patch: &Value, content_type: &str) -> Option<Result<Value, (u64, String)>> {
    match content_type.split(';').next().unwrap_or_default() {
        "application/strategic-merge-patch+json" => {
            let ty = Schema::builtin().of(text(live, "apiVersion"), text(live, "kind"))?;
            let result = strategic::apply(live, patch, &ty);
            Some(result.map_err(|error| (u64::from(error.status()), error.to_string())))
        }
        "application/merge-patch+json" => Some(Ok(merge_patch::apply(live, patch))),
        "application/json-patch+json" => Some(json_patch::apply(live, patch).map_err(|error| match error {
            JsonPatchError::Malformed(_) => (400, error.to_string()),
            _ => (422, "the server rejected our request due to an error in our request".to_owned()),
        })),
        _ => None,
    }
}

fn check(name: &str, live: &Value, step: &Value) -> Option<Result<(), String>> {
    let content_type = text(&step["headers"], "Content-Type");
    let (status, response) = (step["status"].as_u64()?, &step["response"]);
    let outcome = patched(live, &step["body"], content_type)?;
    match outcome {
        Ok(mut object) => {
            // What is wrong with the object rather than with the patch is found later.
            if status >= 300 || CHANGED_LATER.contains(&name) {
                return None;
            }
            for key in ["managedFields", "resourceVersion", "generation", "creationTimestamp"] {
                object["metadata"].as_object_mut()?.remove(key);
            }
            object.as_object_mut()?.remove("bogus");
            let ok = contained(&object, response);
            Some(if ok { Ok(()) } else { Err(format!("\n  ours {object}\ntheirs {response}")) })
        }
        Err((ours, message)) => {
            let theirs = text(response, "message");
            let ok = ours == status && message == theirs;
            Some(if ok { Ok(()) } else { Err(format!("\n  ours {ours} {message}\ntheirs {status} {theirs}")) })
        }
    }
}

#[test]
fn patches_apply_as_a_real_server_applies_them() {
    let mut checked = 0;
    let mut failures = Vec::new();
    for case in cases("patch.jsonl.gz") {
        let name = text(&case, "name");
        let mut live: BTreeMap<String, Value> = BTreeMap::new();
        for (number, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            let (method, response) = (text(step, "method"), &step["response"]);
            let (path, subresource) = split(text(step, "path"));
            if method == "PATCH" && subresource.is_empty() {
                match live.get(&path).and_then(|live| check(name, live, step)) {
                    None => {}
                    Some(Ok(())) => checked += 1,
                    Some(Err(error)) => failures.push(format!("{name} step {number}: {error}")),
                }
            }
            if step["status"].as_u64().unwrap() < 300 && subresource.is_empty() && step["query"]["dryRun"].is_null() {
                let path =
                    if method == "POST" { format!("{path}/{}", text(&response["metadata"], "name")) } else { path };
                live.insert(path, response.clone());
            }
        }
    }
    assert!(failures.is_empty(), "{checked} ok, {} failed\n{}", failures.len(), failures.join("\n"));
    assert!(checked > 60, "{checked}");
}
