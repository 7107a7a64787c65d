//! Every field is either implemented, with a case that shows it, or in the table of those that are not.

use api::unsupported::{UNSUPPORTED, lookup};
use api::{AppProject, Application, Shape, Shaped, WireObject};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Implemented fields, each line `Type.field  crate/path/of/file.rs::name_of_the_test`. A type alone, `Type.*`, stands
/// for all its fields.
const IMPLEMENTED: &str = include_str!("../../implemented.txt");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().and_then(Path::parent).expect("crates/api is two levels deep")
}

fn implemented() -> BTreeMap<&'static str, &'static str> {
    let lines = IMPLEMENTED.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.split_once(char::is_whitespace).map(|(field, case)| (field, case.trim())).expect(line))
        .collect()
}

/// Every wire type reached from the root, outside of what the table covers as a whole.
fn collect(shape: &Shape, types: &mut BTreeMap<&'static str, WireObject>) {
    match shape {
        Shape::List(inner) | Shape::Map(inner) => collect(inner, types),
        Shape::Object(object) if types.insert(object.name, object.clone()).is_none() => {
            for field in object.fields.iter().filter(|field| lookup(object.name, field.name).is_none()) {
                collect(&field.shape, types);
            }
        }
        _ => {}
    }
}

fn types() -> BTreeMap<&'static str, WireObject> {
    let mut types = BTreeMap::new();
    collect(&Application::shape(), &mut types);
    collect(&AppProject::shape(), &mut types);
    types
}

fn is_leaf(shape: &Shape) -> bool {
    match shape {
        Shape::Object(_) => false,
        Shape::List(inner) | Shape::Map(inner) => is_leaf(inner),
        _ => true,
    }
}

#[test]
fn every_leaf_is_implemented_or_reported() {
    let implemented = implemented();
    let mut missing = Vec::new();
    for (name, object) in types() {
        for field in object.fields.iter().filter(|field| is_leaf(&field.shape)) {
            let leaf = format!("{name}.{}", field.name);
            let is_implemented =
                implemented.contains_key(leaf.as_str()) || implemented.contains_key(format!("{name}.*").as_str());
            match (is_implemented, lookup(name, field.name).is_some()) {
                (true, true) => missing.push(format!("{leaf} is in both lists")),
                (false, false) => missing.push(format!("{leaf} is in neither list")),
                _ => {}
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_line_names_a_field_and_a_case_that_exists() {
    let types = types();
    let mut wrong = Vec::new();
    for (leaf, case) in implemented() {
        let (name, field) = leaf.split_once('.').expect(leaf);
        let is_known =
            types.get(name).is_some_and(|object| field == "*" || object.fields.iter().any(|it| it.name == field));
        if !is_known {
            wrong.push(format!("{leaf}: no such field"));
        }
        let Some((file, test)) = case.split_once("::") else {
            wrong.push(format!("{leaf}: {case:?} names no test, as crate/path/of/file.rs::name"));
            continue;
        };
        let text = std::fs::read_to_string(root().join("crates").join(file)).unwrap_or_default();
        if !text.contains(&format!("fn {test}(")) {
            wrong.push(format!("{leaf}: no test {test} in crates/{file}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_names_fields_that_exist_once_each() {
    let mut all = types();
    for entry in UNSUPPORTED {
        let object = all.entry(entry.owner).or_insert_with(|| panic!("no type {}", entry.owner));
        assert!(
            object.fields.iter().any(|field| field.name == entry.field),
            "no field {}.{}",
            entry.owner,
            entry.field
        );
        assert!(!entry.instead.is_empty());
    }
    let distinct: BTreeSet<_> = UNSUPPORTED.iter().map(|entry| (entry.owner, entry.field)).collect();
    assert_eq!(distinct.len(), UNSUPPORTED.len());
}
