//! The patch between two maps.

use super::directive::{DELETE, DELETE_FROM_LIST, ELEMENT_ORDER, PATCH, RETAIN_KEYS};
use super::error::StrategicError;
use super::list::{Element, deduplicate, element};
use super::lookup::{Rule, list_rule, map_rule};
use super::order::{Items, key_of, map_of, sort_by};
use crate::value::{go_type, print};
use schema::Type;
use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// Which differences go into the patch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Differences {
    All,
    /// What was changed or added.
    Changes,
    /// What was removed.
    Deletions,
}

impl Differences {
    fn changes(self) -> bool {
        self != Differences::Deletions
    }

    fn deletions(self) -> bool {
        self != Differences::Changes
    }
}

/// Whether a patch names the keys that remain.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Retain {
    Named,
    Implied,
}

pub(super) fn diff_maps(
    original: &Object,
    modified: &Object,
    ty: &Type,
    what: Differences,
) -> Result<Object, StrategicError> {
    diff(original, modified, ty, what, Retain::Implied)
}

fn diff(
    original: &Object,
    modified: &Object,
    ty: &Type,
    what: Differences,
    retain: Retain,
) -> Result<Object, StrategicError> {
    let mut patch = Object::new();
    for (key, new) in modified {
        match original.get(key) {
            Some(old) if key == PATCH => diff_directive(old, new, &mut patch)?,
            Some(Value::Object(old)) if new.is_object() => {
                diff_field(key, old, map_of(new)?, ty, what, &mut patch)?;
            }
            Some(Value::Array(old)) if new.is_array() => {
                diff_list(key, old, new.as_array().map_or(&[], Vec::as_slice), ty, what, &mut patch)?;
            }
            Some(old) if old == new && go_type(old) == go_type(new) => {}
            _ if what.changes() => drop(patch.insert(key.clone(), new.clone())),
            _ => {}
        }
    }
    if what.deletions() {
        for key in original.keys().filter(|key| !modified.contains_key(*key)) {
            patch.insert(key.clone(), Value::Null);
        }
    }
    if retain == Retain::Named {
        name_retained(original, modified, &mut patch);
    }
    Ok(patch)
}

fn diff_directive(old: &Value, new: &Value, patch: &mut Object) -> Result<(), StrategicError> {
    if !old.is_string() || !new.is_string() {
        return Err(StrategicError::Other(format!("invalid value for special key: {PATCH}")));
    }
    if old != new {
        patch.insert(PATCH.to_owned(), new.clone());
    }
    Ok(())
}

/// Adds `$retainKeys` when the patch says something or keys of the original must go.
fn name_retained(original: &Object, modified: &Object, patch: &mut Object) {
    let mut names: Vec<Value> =
        modified.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| Value::from(key.as_str())).collect();
    let goes = original.iter().any(|(key, value)| !value.is_null() && !modified.contains_key(key));
    if !names.is_empty() && (!patch.is_empty() || goes) {
        names.sort_by_key(print);
        patch.insert(RETAIN_KEYS.to_owned(), Value::Array(names));
    }
}

fn retain_of(rule: &Rule<'_>) -> Retain {
    if rule.retain_keys { Retain::Named } else { Retain::Implied }
}

fn diff_field(
    key: &str,
    old: &Object,
    new: &Object,
    ty: &Type,
    what: Differences,
    patch: &mut Object,
) -> Result<(), StrategicError> {
    let rule = match map_rule(ty, key) {
        Ok(rule) => rule,
        // Without a rule only equal values are beyond doubt.
        Err(_) if old == new => return Ok(()),
        Err(error) => return Err(error),
    };
    if rule.replace {
        // Compat: a replaced map goes into the patch even when nothing differs.
        if what.changes() {
            patch.insert(key.to_owned(), Value::Object(new.clone()));
        }
        return Ok(());
    }
    let below = diff(old, new, rule.ty, what, retain_of(&rule))?;
    if !below.is_empty() {
        patch.insert(key.to_owned(), Value::Object(below));
    }
    Ok(())
}

fn diff_list(
    key: &str,
    old: &[Value],
    new: &[Value],
    ty: &Type,
    what: Differences,
    patch: &mut Object,
) -> Result<(), StrategicError> {
    let rule = match list_rule(ty, key) {
        Ok(rule) => rule,
        Err(_) if old == new => return Ok(()),
        Err(error) => return Err(error),
    };
    if !rule.merge {
        if what.changes() && old != new {
            patch.insert(key.to_owned(), Value::Array(new.to_vec()));
        }
        return Ok(());
    }
    let lists = diff_merged_list(old, new, &rule, what)?;
    let mut put = |key: String, list: Vec<Value>| {
        if !list.is_empty() {
            patch.insert(key, Value::Array(list));
        }
    };
    put(key.to_owned(), lists.patch);
    put(format!("{DELETE_FROM_LIST}/{key}"), lists.deleted);
    put(format!("{ELEMENT_ORDER}/{key}"), lists.order);
    Ok(())
}

#[derive(Default)]
struct Lists {
    patch: Vec<Value>,
    deleted: Vec<Value>,
    order: Vec<Value>,
}

fn diff_merged_list(old: &[Value], new: &[Value], rule: &Rule<'_>, what: Differences) -> Result<Lists, StrategicError> {
    if old.is_empty() {
        let patch = if what.changes() { new.to_vec() } else { Vec::new() };
        return Ok(Lists { patch, ..Lists::default() });
    }
    match element(&[old, new])? {
        Element::Map => diff_maps_by_key(old, new, rule, what),
        Element::Scalar => diff_scalars(old, new, what),
    }
}

fn diff_maps_by_key(old: &[Value], new: &[Value], rule: &Rule<'_>, what: Differences) -> Result<Lists, StrategicError> {
    let key = rule.merge_key;
    let (changed, deleted) = diff_items(&sorted(old, key)?, &sorted(new, key)?, rule, what)?;
    let mut patch = sort_by(changed, new, Items::Maps(key))?;
    let mut same_order = old.len() == new.len();
    for (old, new) in old.iter().zip(new).take_while(|_| old.len() == new.len()) {
        same_order &= key_of(old, key)? == key_of(new, key)?;
    }
    patch.extend(deleted);
    let says = !patch.is_empty();
    let mut order = Vec::new();
    if (what.changes() && (says || !same_order)) || (what.deletions() && says) {
        for item in new {
            let value = map_of(item)?.get(key).cloned().unwrap_or(Value::Null);
            order.push(Value::Object(Object::from_iter([(key.to_owned(), value)])));
        }
    }
    Ok(Lists { patch, deleted: Vec::new(), order })
}

/// The items by the text of their keys. Compat: 10 stands before 9.
fn sorted<'v>(list: &'v [Value], key: &str) -> Result<Vec<(String, &'v Value)>, StrategicError> {
    let with_text = |item: &'v Value| Ok((print(key_of(item, key)?), item));
    Ok(sort_by_text(list.iter().map(with_text).collect::<Result<Vec<_>, StrategicError>>()?))
}

/// Compat: an insertion sort that also swaps equal neighbours, so that items with the same key come out reversed.
fn sort_by_text<T>(mut items: Vec<(String, T)>) -> Vec<(String, T)> {
    for end in 1..items.len() {
        let mut at = end;
        while at > 0 && items[at].0 <= items[at - 1].0 {
            items.swap(at, at - 1);
            at -= 1;
        }
    }
    items
}

type Items2 = (Vec<Value>, Vec<Value>);

/// What changed or came, and what went, of two lists sorted by key.
fn diff_items(
    old: &[(String, &Value)],
    new: &[(String, &Value)],
    rule: &Rule<'_>,
    what: Differences,
) -> Result<Items2, StrategicError> {
    let (mut changed, mut deleted) = (Vec::new(), Vec::new());
    let (mut olds, mut news) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let order = match (olds.peek(), news.peek()) {
            (None, None) => return Ok((changed, deleted)),
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(_), None) => std::cmp::Ordering::Less,
            (Some((old, _)), Some((new, _))) => old.cmp(new),
        };
        let old = if order.is_le() { olds.next() } else { None };
        let new = if order.is_ge() { news.next() } else { None };
        match (old, new) {
            (Some((_, old)), Some((_, new))) => {
                let mut patch = diff(map_of(old)?, map_of(new)?, rule.ty, what, retain_of(rule))?;
                if !patch.is_empty() {
                    patch.insert(rule.merge_key.to_owned(), key_of(new, rule.merge_key)?.clone());
                    changed.push(Value::Object(patch));
                }
            }
            (None, Some((_, new))) if what.changes() => changed.push((*new).clone()),
            (Some((_, old)), None) if what.deletions() => {
                let key = (rule.merge_key.to_owned(), key_of(old, rule.merge_key)?.clone());
                deleted.push(Value::Object(Object::from_iter([key, (PATCH.to_owned(), Value::from(DELETE))])));
            }
            _ => {}
        }
    }
}

fn diff_scalars(old: &[Value], new: &[Value], what: Differences) -> Result<Lists, StrategicError> {
    let sorted = |list: &[Value]| {
        sort_by_text(list.iter().map(|item| (print(item), item.clone())).collect::<Vec<(String, Value)>>())
    };
    let (mut added, mut deleted) = (Vec::new(), Vec::new());
    let (mut olds, mut news) = (sorted(old).into_iter().peekable(), sorted(new).into_iter().peekable());
    loop {
        let order = match (olds.peek(), news.peek()) {
            (None, None) => break,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(_), None) => std::cmp::Ordering::Less,
            (Some((old, _)), Some((new, _))) => old.cmp(new),
        };
        let old = if order.is_le() { olds.next() } else { None };
        let new = if order.is_ge() { news.next() } else { None };
        match (old, new) {
            (Some((_, old)), None) if what.deletions() => deleted.push(old),
            (None, Some((_, new))) if what.changes() => added.push(new),
            _ => {}
        }
    }
    let patch = sort_by(added, new, Items::Scalars)?;
    let deleted = deduplicate(deleted);
    // Compat: the old list was sorted in place by now, so that its own order never counts.
    let old_sorted: Vec<Value> = sorted(old).into_iter().map(|(_, item)| item).collect();
    let says = (what.deletions() && !deleted.is_empty()) || (what.changes() && old_sorted != new);
    let order = if says { new.to_vec() } else { Vec::new() };
    Ok(Lists { patch, deleted, order })
}
