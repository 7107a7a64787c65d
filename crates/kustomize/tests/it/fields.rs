//! No field of a kustomization is without a case.

use crate::case;
use budget::Budget;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use yaml::Dialect;

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

#[test]
fn every_field_has_a_case() {
    let mut used = BTreeSet::new();
    case::all().iter().for_each(|folder| collect_below(folder, &mut used));
    let fields = include_str!("../fields.txt").lines().filter(|line| !line.starts_with('#'));
    let is_used = |field: &str| match field.strip_suffix(".*") {
        Some(map) => used.iter().any(|path| path.strip_prefix(map).is_some_and(|rest| rest.starts_with('.'))),
        None => used.contains(field),
    };
    let missing: Vec<&str> = fields.filter(|field| !is_used(field)).collect();
    assert!(missing.is_empty(), "fields without a case:\n{}", missing.join("\n"));
}

/// The fields of all kustomizations in a folder of cases that are built without an error.
fn collect_below(folder: &Path, used: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.is_symlink() {
            collect_below(&path, used);
        } else if path.file_name().is_some_and(|name| NAMES.iter().any(|known| name == *known)) {
            let text = std::fs::read(&path).expect("a file");
            let documents = yaml::parse_all(&text, Dialect::V2, &mut Budget::new(case::LIMITS)).unwrap_or_default();
            documents.iter().for_each(|document| collect(&document.value, "", used));
        }
    }
}

fn collect(value: &Value, path: &str, used: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            collect(value, &path, used);
        }),
        Value::Array(items) => items.iter().for_each(|item| collect(item, &format!("{path}[]"), used)),
        _ => drop(used.insert(path.to_owned())),
    }
}
