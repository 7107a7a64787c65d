//! One map or list merged into another, with the directives of strategic merge patch.

use super::directive::{
    DELETE, DELETE_FROM_LIST, ELEMENT_ORDER, PATCH, REPLACE, RETAIN_KEYS, field_of, without_directives, without_nulls,
};
use super::error::StrategicError;
use super::list::{Element, deduplicate, element, find, items_of, obey_directives, partition};
use super::lookup::{Rule, list_rule, map_rule};
use super::order::{interleave, is_deletion, key_of, order_left_behind};
use crate::value::print;
use schema::Type;
use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// What a patch is merged into.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Merging {
    /// An object: directives are carried out, deletions of what is not there are dropped.
    IntoObject,
    /// Another patch: directives and deletions are kept for whoever applies it.
    IntoPatch,
}

pub(super) fn merge_map(
    mut original: Object,
    mut patch: Object,
    ty: &Type,
    merging: Merging,
) -> Result<Object, StrategicError> {
    if let Some(directive) = patch.get(PATCH).cloned() {
        return match directive.as_str() {
            Some(REPLACE) => {
                patch.remove(PATCH);
                Ok(patch)
            }
            Some(DELETE) => Ok(Object::new()),
            _ => Err(StrategicError::directive(&directive, &patch)),
        };
    }
    retain_keys(&mut original, &mut patch, merging)?;
    order_lists(&mut original, &mut patch, ty, merging)?;
    for (key, value) in patch {
        merge_field(&mut original, key, value, ty, merging)?;
    }
    Ok(original)
}

fn merge_field(
    original: &mut Object,
    key: String,
    value: Value,
    ty: &Type,
    merging: Merging,
) -> Result<(), StrategicError> {
    let mut role = Role::Values;
    let mut key = key;
    if key.starts_with(DELETE_FROM_LIST) {
        if merging == Merging::IntoPatch {
            original.insert(key, value);
            return Ok(());
        }
        key = field_of(&key, DELETE_FROM_LIST).ok_or(StrategicError::PrimitiveList)?.to_owned();
        role = Role::Deletions;
    }
    if value.is_null() {
        original.remove(&key);
        if merging == Merging::IntoObject {
            return Ok(());
        }
    }
    let merged = match (original.remove(&key), value) {
        (Some(Value::Object(old)), Value::Object(new)) => {
            let rule = map_rule(ty, &key)?;
            let merged = if rule.replace { new } else { merge_map(old, new, rule.ty, merging)? };
            Some(Value::Object(merged))
        }
        (Some(Value::Array(old)), Value::Array(new)) => {
            Some(Value::Array(merge_lists(old, new, &list_rule(ty, &key)?, merging, role)?))
        }
        (old, _) if role == Role::Deletions => old,
        (Some(old), new) if crate::value::go_type(&old) == crate::value::go_type(&new) => Some(new),
        (_, new) if merging == Merging::IntoObject => without_directives(without_nulls(new)),
        (_, new) => without_directives(new),
    };
    if let Some(merged) = merged {
        original.insert(key, merged);
    }
    Ok(())
}

/// `$retainKeys`: whatever of the object it does not name goes.
fn retain_keys(original: &mut Object, patch: &mut Object, merging: Merging) -> Result<(), StrategicError> {
    let Some(retained) = patch.remove(RETAIN_KEYS) else { return Ok(()) };
    if merging == Merging::IntoPatch {
        return match original.get(RETAIN_KEYS) {
            Some(theirs) if *theirs != retained => Err(StrategicError::Other(format!(
                "{} and {} are not deep equal: this may happen when calculating the 3-way diff patch",
                print(theirs),
                print(&retained)
            ))),
            Some(_) => Ok(()),
            None => {
                original.insert(RETAIN_KEYS.to_owned(), retained);
                Ok(())
            }
        };
    }
    let names = retained.as_array().ok_or(StrategicError::RetainKeys)?;
    let names = |key: &str| names.iter().any(|name| name == key);
    let is_directive = |key: &str| key.starts_with(DELETE_FROM_LIST) || key.starts_with(ELEMENT_ORDER);
    if patch.iter().any(|(key, value)| !value.is_null() && !is_directive(key) && !names(key)) {
        return Err(StrategicError::RetainKeys);
    }
    original.retain(|key, _| names(key));
    Ok(())
}

/// `$setElementOrder`: the lists it is about are merged here, in the order it says.
fn order_lists(original: &mut Object, patch: &mut Object, ty: &Type, merging: Merging) -> Result<(), StrategicError> {
    let directives: Vec<String> = patch.keys().filter(|key| key.starts_with(ELEMENT_ORDER)).cloned().collect();
    for directive in directives {
        let Some(order) = patch.remove(&directive) else { continue };
        if merging == Merging::IntoPatch {
            match original.get(&directive) {
                Some(theirs) if *theirs != order => return Err(StrategicError::ElementOrder),
                Some(_) => {}
                None => drop(original.insert(directive.clone(), order.clone())),
            }
        }
        let Value::Array(order) = order else { return Err(StrategicError::kind("[]interface {}", &order)) };
        let key = field_of(&directive, ELEMENT_ORDER).ok_or(StrategicError::ElementOrder)?;
        order_list(original, patch, key, &order, &list_rule(ty, key), merging)?;
    }
    Ok(())
}

fn order_list(
    original: &mut Object,
    patch: &mut Object,
    key: &str,
    order: &[Value],
    rule: &Result<Rule<'_>, StrategicError>,
    merging: Merging,
) -> Result<(), StrategicError> {
    let in_original = list_in(original, key)?;
    let in_patch = list_in(patch, key)?;
    let rule = rule.as_ref().map_err(Clone::clone)?;
    check_order(in_patch.as_deref().unwrap_or_default(), order, rule.merge_key)?;
    let all = [in_original.as_deref().unwrap_or_default(), in_patch.as_deref().unwrap_or_default()];
    let merged = match (&in_original, &in_patch) {
        (None, None) => return Ok(()),
        (Some(original), None) => original.clone(),
        (None, Some(patch)) => patch.iter().cloned().filter_map(without_directives).collect(),
        (Some(original), Some(patch)) => merge_lists(original.clone(), patch.clone(), rule, merging, Role::Values)?,
    };
    let (ordered, object_only) = partition(merged, order, rule.merge_key)?;
    let element = element(&all)?;
    let before = order_left_behind(all[0], all[1], rule.merge_key);
    let both = interleave(ordered, object_only, order, &before, items_of(element, rule.merge_key))?;
    original.insert(key.to_owned(), Value::Array(both));
    patch.remove(key);
    Ok(())
}

fn list_in(map: &Object, key: &str) -> Result<Option<Vec<Value>>, StrategicError> {
    match map.get(key) {
        None => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items.clone())),
        Some(other) => Err(StrategicError::kind("[]interface {}", other)),
    }
}

/// The patch's items must be among those of the order, in that order.
fn check_order(patch: &[Value], order: &[Value], merge_key: &str) -> Result<(), StrategicError> {
    if order.is_empty() || patch.is_empty() {
        return Ok(());
    }
    let mut wanted = patch.iter().filter(|item| merge_key.is_empty() || !is_deletion(item)).peekable();
    let mut places = order.iter().peekable();
    while let (Some(item), Some(place)) = (wanted.peek(), places.peek()) {
        if item.get(PATCH).is_some() {
            wanted.next();
            continue;
        }
        if same(item, place, merge_key)? {
            wanted.next();
        }
        places.next();
    }
    if wanted.peek().is_none() {
        return Ok(());
    }
    let (patch, order) = (print(&Value::Array(patch.to_vec())), print(&Value::Array(order.to_vec())));
    Err(StrategicError::Other(format!(
        "The order in patch list:\n{patch}\n doesn't match {ELEMENT_ORDER} list:\n{order}\n"
    )))
}

fn same(a: &Value, b: &Value, merge_key: &str) -> Result<bool, StrategicError> {
    if merge_key.is_empty() {
        return Ok(a == b);
    }
    Ok(key_of(a, merge_key)? == key_of(b, merge_key)?)
}

/// What a merged list is made of: the values of the patch, or values to delete from a list of scalars.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    Values,
    Deletions,
}

/// Merges `patch` into `original` by the rule of the field.
fn merge_lists(
    original: Vec<Value>,
    patch: Vec<Value>,
    rule: &Rule<'_>,
    merging: Merging,
    role: Role,
) -> Result<Vec<Value>, StrategicError> {
    if !rule.merge && role == Role::Values {
        return Ok(patch);
    }
    if original.is_empty() && patch.is_empty() {
        return Ok(original);
    }
    let element = element(&[&original, &patch])?;
    let (merged, original, patch) = match element {
        Element::Scalar if merging == Merging::IntoObject && role == Role::Deletions => {
            return Ok(original.into_iter().filter(|item| !patch.contains(item)).collect());
        }
        Element::Scalar => {
            let both = original.iter().chain(&patch).cloned().collect();
            (deduplicate(both), original, patch)
        }
        Element::Map if rule.merge_key.is_empty() => {
            return Err(StrategicError::Other("cannot merge lists without merge key for struct".to_owned()));
        }
        Element::Map => {
            let (original, patch) = obey_directives(original, patch, rule.merge_key)?;
            let merged = merge_items(original.clone(), &patch, rule, merging)?;
            (merged, original, patch)
        }
    };
    let (in_patch, object_only) = partition(merged, &patch, rule.merge_key)?;
    interleave(in_patch, object_only, &patch, &original, items_of(element, rule.merge_key))
}

fn merge_items(
    mut original: Vec<Value>,
    patch: &[Value],
    rule: &Rule<'_>,
    merging: Merging,
) -> Result<Vec<Value>, StrategicError> {
    for item in patch {
        let value = key_of(item, rule.merge_key)?;
        match find(&original, rule.merge_key, value)? {
            None => original.push(item.clone()),
            Some(index) => {
                if let (Value::Object(old), Value::Object(new)) = (original[index].take(), item) {
                    original[index] = Value::Object(merge_map(old, new.clone(), rule.ty, merging)?);
                }
            }
        }
    }
    Ok(original)
}
