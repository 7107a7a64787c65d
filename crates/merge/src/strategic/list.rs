//! What lists are made of, and the directives among their items.

use super::directive::{DELETE, MERGE, PATCH, REPLACE};
use super::error::StrategicError;
use super::order::{Items, key_of};
use crate::value::print;
use serde_json::{Map, Value};

/// What all items of some lists are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Element {
    Map,
    Scalar,
}

/// What the items of both lists are; they must be of one kind.
pub(super) fn element(lists: &[&[Value]]) -> Result<Element, StrategicError> {
    let mut kind: Option<&'static str> = None;
    for item in lists.iter().copied().flatten() {
        let this = crate::value::go_type(item);
        if item.is_array() && kind.is_none() {
            return Err(StrategicError::ListOfLists);
        }
        if *kind.get_or_insert(this) != this {
            let lists: Vec<String> = lists.iter().map(|list| print(&Value::Array(list.to_vec()))).collect();
            return Err(StrategicError::Other(format!("list element types are not identical: [{}]", lists.join(" "))));
        }
    }
    match kind {
        None => Err(StrategicError::Other("no elements in any of the given slices".to_owned())),
        Some("map[string]interface {}") => Ok(Element::Map),
        Some(_) => Ok(Element::Scalar),
    }
}

pub(super) fn items_of<'k>(element: Element, merge_key: &'k str) -> Items<'k> {
    if element == Element::Map { Items::Maps(merge_key) } else { Items::Scalars }
}

/// Compat: a duplicate is overwritten by the last item rather than removed in place.
pub(super) fn deduplicate(mut items: Vec<Value>) -> Vec<Value> {
    let mut at = 0;
    while at < items.len() {
        let mut other = at + 1;
        while other < items.len() {
            if items[at] == items[other] {
                items.swap_remove(other);
            } else {
                other += 1;
            }
        }
        at += 1;
    }
    items
}

/// The items that `by` has and those it has not.
pub(super) fn partition(
    merged: Vec<Value>,
    by: &[Value],
    merge_key: &str,
) -> Result<(Vec<Value>, Vec<Value>), StrategicError> {
    if merge_key.is_empty() {
        return Ok(merged.into_iter().partition(|item| by.contains(item)));
    }
    let (mut there, mut elsewhere) = (Vec::new(), Vec::new());
    for item in merged {
        let found = find(by, merge_key, key_of(&item, merge_key)?)?.is_some();
        if found { there.push(item) } else { elsewhere.push(item) }
    }
    Ok((there, elsewhere))
}

pub(super) fn find(items: &[Value], key: &str, value: &Value) -> Result<Option<usize>, StrategicError> {
    for (index, item) in items.iter().enumerate() {
        let Some(map) = item.as_object() else {
            return Err(StrategicError::Other(format!("value for key {index} is not a map")));
        };
        if map.get(key) == Some(value) {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

type Lists = (Vec<Value>, Vec<Value>);

/// Carries out the `$patch` items: deletions at once; a replacement makes the patch's other items the whole list.
pub(super) fn obey_directives(mut original: Vec<Value>, patch: Vec<Value>, key: &str) -> Result<Lists, StrategicError> {
    let mut rest = Vec::with_capacity(patch.len());
    let mut replace = false;
    for item in patch {
        let Some(directive) = item.get(PATCH).cloned() else {
            rest.push(item);
            continue;
        };
        match directive.as_str() {
            Some(DELETE) => {
                let value = key_of(&item, key)?;
                while let Some(index) = find(&original, key, value)? {
                    original.remove(index);
                }
            }
            Some(REPLACE) => replace = true,
            Some(MERGE) => {
                return Err(StrategicError::Other("merging lists cannot yet be specified in the patch".to_owned()));
            }
            _ => return Err(StrategicError::directive(&directive, item.as_object().unwrap_or(&Map::new()))),
        }
    }
    Ok(if replace { (rest, Vec::new()) } else { (original, rest) })
}
