//! Which fields a value sets.

use super::form::{Form, form, is_atomic, items};
use super::item::item_step;
use crate::fields::{PathElement, Set};
use schema::{ListType, MapType, Type};
use serde_json::Value;
use std::collections::BTreeMap;

/// The fields that `value` sets: every leaf, every item of a set or list-map, every entry of a map without declared
/// fields, and structs that are empty or null. Items that cannot be told apart count as one.
#[must_use]
pub fn field_set(value: &Value, ty: &Type) -> Set {
    let mut set = Set::new();
    visit(value, ty, &mut Vec::new(), &mut set);
    set
}

fn visit(value: &Value, ty: &Type, path: &mut Vec<PathElement>, set: &mut Set) {
    match form(ty, value) {
        Some(Form::Scalar(_)) => set.insert(path),
        Some(Form::List(list)) if is_atomic(list) => set.insert(path),
        Some(Form::Map(map)) if map.atomic => set.insert(path),
        Some(Form::List(list)) => visit_list(items(Some(value)), list, path, set),
        Some(Form::Map(map)) => visit_map(value, map, path, set),
        None => {}
    }
}

fn visit_list(items: &[Value], list: &ListType, path: &mut Vec<PathElement>, set: &mut Set) {
    let steps: Vec<PathElement> = items.iter().filter_map(|item| item_step(list, item).ok()).collect();
    if steps.len() != items.len() {
        return;
    }
    let mut counts = BTreeMap::new();
    for step in &steps {
        *counts.entry(step).or_insert(0_usize) += 1;
    }
    for (item, step) in items.iter().zip(&steps) {
        path.push(step.clone());
        if counts.get(step) == Some(&1) {
            visit(item, &list.items, path, set);
        }
        set.insert(path);
        path.pop();
    }
}

fn visit_map(value: &Value, map: &MapType, path: &mut Vec<PathElement>, set: &mut Set) {
    for (name, value) in value.as_object().into_iter().flatten() {
        path.push(PathElement::field(name));
        if let Some(ty) = map.child(name) {
            visit(value, ty, path, set);
        }
        let empty = value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
        if empty || map.field(name).is_none() {
            set.insert(path);
        }
        path.pop();
    }
}

/// The set with every declared field that has members below it made a member itself, so that removing what a set
/// names removes structs too.
#[must_use]
pub fn with_named_fields(set: &Set, ty: &Type) -> Set {
    let mut out = Set::new();
    for (step, node) in set.nodes() {
        let child = match step {
            PathElement::Field(name) => ty.child(name),
            PathElement::Key(_) => ty.items(),
            PathElement::Value(_) | PathElement::Index(_) => None,
        };
        let mut node = node.clone();
        if !node.children.is_empty() {
            node.member |= matches!(step, PathElement::Field(name) if ty.field(name).is_some());
            node.children = match child {
                Some(child) => with_named_fields(&node.children, child),
                None => node.children,
            };
        }
        out.put(step.clone(), node);
    }
    out
}
