//! What never leaves the server: the values of Secrets, and copies of them in annotations.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Applied manifests are copied there whole.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The same object as anybody who may see it may see it.
#[must_use]
pub fn without_secrets(mut value: Value) -> Value {
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    if is_secret(&value) {
        if let Some(annotations) = value.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
            annotations.remove(LAST_APPLIED);
        }
        let hidden = values(&value);
        compare::mask_secret(None, Some(&mut value), &BTreeSet::new());
        veil(&mut value);
        scrub(&mut value, &hidden);
    }
    value
}

/// The same of an object whose Secret values somebody has masked already, so that equal and different still show.
#[must_use]
pub fn still_masked(mut value: Value) -> Value {
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    if is_secret(&value) {
        veil(&mut value);
    }
    value
}

fn is_secret(value: &Value) -> bool {
    value["kind"] == "Secret" && value["apiVersion"] == "v1"
}

/// What must not be read anywhere: the values as they are kept and as they are meant. Short ones hide nothing, and would
/// tear holes into other words.
fn values(secret: &Value) -> Vec<String> {
    const SHORTEST: usize = 6;
    let maps = ["data", "stringData"].into_iter().filter_map(|field| secret.get(field).and_then(Value::as_object));
    let texts = maps.flat_map(|map| map.values()).filter_map(Value::as_str);
    let both = texts.flat_map(|text| {
        let meant = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        [Some(text.to_owned()), meant]
    });
    both.flatten().filter(|text| text.len() >= SHORTEST).collect()
}

/// A value may have been copied elsewhere in the object, as a patch can do.
fn scrub(value: &mut Value, hidden: &[String]) {
    match value {
        Value::String(text) if hidden.iter().any(|secret| text.contains(secret.as_str())) => {
            *text = "++++++++".to_owned();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| scrub(item, hidden)),
        Value::Object(map) => map.values_mut().for_each(|item| scrub(item, hidden)),
        _ => {}
    }
}

/// Whatever masking has left: every value becomes signs.
fn veil(value: &mut Value) {
    for field in ["data", "stringData"] {
        if let Some(Value::Object(map)) = value.get_mut(field) {
            let veiled: Map<String, Value> = map
                .iter()
                .map(|(key, text)| {
                    let is_veiled = text.as_str().is_some_and(|text| text.bytes().all(|byte| byte == b'+'));
                    (key.clone(), if is_veiled { text.clone() } else { Value::from("++++++++") })
                })
                .collect();
            *map = veiled;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_value_of_a_secret_is_left() {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "managedFields": [],
            "annotations": {LAST_APPLIED: "{\"data\":{\"password\":\"Y2FuYXJ5\"}}", "other": "stays", "copied": "is canary too"}},
            "data": {"password": "Y2FuYXJ5"}, "stringData": {"token": "canary!"}});
        let shown = without_secrets(secret).to_string();
        assert!(!shown.contains("Y2FuYXJ5") && !shown.contains("canary"), "{shown}");
        assert!(shown.contains("stays") && shown.contains("password"), "{shown}");
    }
}
