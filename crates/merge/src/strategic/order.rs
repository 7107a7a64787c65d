//! The order of merged lists: as the patch says, then as the patch has it, then as the object has it.

use super::directive::{DELETE, PATCH, REPLACE};
use super::error::StrategicError;
use serde_json::{Map, Value};

/// How the items of a list are told apart.
#[derive(Clone, Copy)]
pub(super) enum Items<'k> {
    /// Maps, by this key.
    Maps(&'k str),
    /// Scalars, by value.
    Scalars,
}

pub(super) fn map_of(item: &Value) -> Result<&Map<String, Value>, StrategicError> {
    item.as_object().ok_or_else(|| StrategicError::kind("map[string]interface {}", item))
}

/// The value of an item's merge key.
pub(super) fn key_of<'v>(item: &'v Value, key: &str) -> Result<&'v Value, StrategicError> {
    let map = map_of(item)?;
    map.get(key).ok_or_else(|| StrategicError::no_merge_key(map, key))
}

fn place(order: &[Value], item: &Value, items: Items<'_>) -> Option<usize> {
    match items {
        Items::Scalars => order.iter().position(|known| known == item),
        Items::Maps(key) => {
            let of = |item: &Value| item.as_object().and_then(|map| map.get(key)).cloned();
            let wanted = of(item);
            order.iter().position(|known| of(known) == wanted)
        }
    }
}

/// Sorts `list` by the places its items have in `order`; items marked for deletion go last.
///
/// Compat: an insertion sort in which items without a place count as smaller than whatever stands before them.
pub(super) fn sort_by(list: Vec<Value>, order: &[Value], items: Items<'_>) -> Result<Vec<Value>, StrategicError> {
    let (mut kept, deleted) = match items {
        Items::Scalars => (list, Vec::new()),
        Items::Maps(key) => {
            for item in list.iter().chain(order) {
                key_of(item, key)?;
            }
            list.into_iter().partition(|item| !is_deletion(item))
        }
    };
    for end in 1..kept.len() {
        let mut at = end;
        while at > 0 && goes_before(&kept[at], &kept[at - 1], order, items) {
            kept.swap(at, at - 1);
            at -= 1;
        }
    }
    kept.extend(deleted);
    Ok(kept)
}

fn goes_before(a: &Value, b: &Value, order: &[Value], items: Items<'_>) -> bool {
    match (place(order, a, items), place(order, b, items)) {
        (Some(a), Some(b)) => a < b,
        _ => true,
    }
}

pub(super) fn is_deletion(item: &Value) -> bool {
    item.get(PATCH).is_some_and(|directive| directive == DELETE)
}

/// Both lists in order, then one list: items of the object go where they stood relative to the patch's.
pub(super) fn interleave(
    patch: Vec<Value>,
    object_only: Vec<Value>,
    patch_order: &[Value],
    object_order: &[Value],
    items: Items<'_>,
) -> Result<Vec<Value>, StrategicError> {
    let patch = sort_by(patch, patch_order, items)?;
    let object_only = sort_by(object_only, object_order, items)?;
    let mut out = Vec::with_capacity(patch.len() + object_only.len());
    let (mut patch, mut object_only) = (patch.into_iter().peekable(), object_only.into_iter().peekable());
    while let (Some(left), Some(right)) = (object_only.peek(), patch.peek()) {
        let places = place(object_order, left, items).zip(place(object_order, right, items));
        let next = if places.is_some_and(|(left, right)| left < right) { &mut object_only } else { &mut patch };
        out.extend(next.next());
    }
    out.extend(object_only);
    out.extend(patch);
    Ok(out)
}

/// The order the items of the object's list are said to have had, once `patch` was merged into it.
///
/// Compat: Kubernetes merges in place and then looks at the place of the old list. Where items were deleted the others
/// have moved up, and items the patch adds have taken the places that became free.
pub(super) fn order_left_behind(object: &[Value], patch: &[Value], key: &str) -> Vec<Value> {
    let mut places = object.to_vec();
    if key.is_empty() {
        return places;
    }
    let same = |a: &Value, b: &Value| a.get(key).is_some() && a.get(key) == b.get(key);
    let mut length = places.len();
    for deleted in patch.iter().filter(|item| is_deletion(item)) {
        while let Some(at) = places.iter().take(length).position(|item| same(item, deleted)) {
            let last = places[length - 1].clone();
            places[at..length].rotate_left(1);
            places[length - 1] = last;
            length -= 1;
        }
    }
    if patch.iter().any(|item| item.get(PATCH).is_some_and(|directive| directive == REPLACE)) {
        return places;
    }
    let mut added: Vec<&Value> = Vec::new();
    for item in patch.iter().filter(|item| item.get(PATCH).is_none()) {
        let known = places.iter().take(length).any(|place| same(place, item));
        if !known && !added.iter().any(|added| same(added, item)) {
            if let Some(place) = places.get_mut(length) {
                *place = item.clone();
                length += 1;
            }
            added.push(item);
        }
    }
    places
}
