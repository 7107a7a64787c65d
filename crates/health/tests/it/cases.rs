//! One file a kind under `tests/cases`: named cases, each an object or what makes it different from the file's `base`,
//! with the expected status and message.

use budget::{Budget, Limits};
use health::{Health, NoOverrides, assess};
use object::Object;
use serde_json::Value;
use std::path::Path;

/// Lays `over` on `base`: objects merge, everything else replaces.
fn merged(base: &Value, over: &Value) -> Value {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            let mut result = base.clone();
            for (key, value) in over {
                let merged = base.get(key).map_or_else(|| value.clone(), |base| merged(base, value));
                result.insert(key.clone(), merged);
            }
            Value::Object(result)
        }
        (_, over) => over.clone(),
    }
}

fn line(object: &Object) -> String {
    match assess(object, &NoOverrides) {
        Ok(None) => "no check".to_owned(),
        Ok(Some(Health { status, message })) => format!("{status}: {message}"),
        Err(error) => format!("error: {error}"),
    }
}

fn check(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("a case file");
    let mut budget = Budget::new(Limits::default());
    let file = yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, &mut budget).expect("YAML");
    let mut wrong = Vec::new();
    for (name, case) in file["cases"].as_object().expect("cases") {
        let object = Object::from_value(&merged(&file["base"], &case["object"])).expect("an object");
        let (got, expected) = (line(&object), case["expect"].as_str().expect("expect"));
        if got != expected {
            wrong.push(format!("{}: {name}: expected {expected:?}, got {got:?}", path.display()));
        }
    }
    wrong
}

#[test]
fn every_case_has_the_expected_health() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("cases").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert!(files.len() >= 15, "one file a kind");
    let wrong: Vec<String> = files.iter().flat_map(|file| check(file)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
