//! One value merged over another: nothing is removed, leaves of the second win.
//!
//! Compat: items keep the order of the first value unless the second orders them otherwise; items of the first alone
//! stay near their neighbours. The walk over both lists follows structured-merge-diff step by step.

use super::form::{Form, entries, is_atomic, items, open};
use super::item::item_step;
use super::validate::check_scalar;
use crate::fields::PathElement;
use schema::{ListType, MapType, Type};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Merges `over` over `base`; both were validated. `None` when nothing remains.
#[must_use]
pub fn merge(base: &Value, over: &Value, ty: &Type) -> Option<Value> {
    merge_values(Some(base), Some(over), ty)
}

fn merge_values(base: Option<&Value>, over: Option<&Value>, ty: &Type) -> Option<Value> {
    // Of two values of different form the second one's form decides.
    let deciding = over.or(base)?;
    match open(ty, deciding).first(ty)? {
        Form::Scalar(scalar) => {
            let fits = |value: Option<&Value>| value.is_none_or(|value| check_scalar(scalar, value).is_ok());
            (fits(base) || fits(over)).then(|| deciding.clone())
        }
        Form::List(list) => {
            let (base_items, over_items) = (items(base), items(over));
            if is_atomic(list) || (base_items.is_empty() && over_items.is_empty()) {
                return Some(deciding.clone());
            }
            merge_lists(base_items, over_items, list)
        }
        Form::Map(map) => {
            let is_empty = |value| entries(value).is_none_or(Map::is_empty);
            if map.atomic || (is_empty(base) && is_empty(over)) {
                return Some(deciding.clone());
            }
            merge_maps(entries(base), entries(over), map)
        }
    }
}

fn merge_maps(base: Option<&Map<String, Value>>, over: Option<&Map<String, Value>>, map: &MapType) -> Option<Value> {
    let mut out = Map::new();
    let mut put = |name: &String, base: Option<&Value>, over: Option<&Value>| {
        if let Some(merged) = map.child(name).and_then(|ty| merge_values(base, over, ty)) {
            out.insert(name.clone(), merged);
        }
    };
    for (name, value) in base.into_iter().flatten() {
        put(name, Some(value), over.and_then(|over| over.get(name)));
    }
    for (name, value) in over.into_iter().flatten() {
        if base.is_none_or(|base| !base.contains_key(name)) {
            put(name, None, Some(value));
        }
    }
    (!out.is_empty()).then_some(Value::Object(out))
}

static NULL: Value = Value::Null;

/// A list by its steps. Of items that share a step only null is known: they are not merged.
struct Indexed<'v> {
    steps: Vec<PathElement>,
    by_step: BTreeMap<PathElement, &'v Value>,
}

fn index<'v>(items: &'v [Value], list: &ListType) -> Option<Indexed<'v>> {
    let mut out = Indexed { steps: Vec::with_capacity(items.len()), by_step: BTreeMap::new() };
    for item in items {
        let step = item_step(list, item).ok()?;
        out.by_step.entry(step.clone()).and_modify(|known| *known = &NULL).or_insert(item);
        out.steps.push(step);
    }
    Some(out)
}

fn merge_lists(base: &[Value], over: &[Value], list: &ListType) -> Option<Value> {
    let indexed_base = index(base, list)?;
    let indexed_over = index(over, list)?;
    let merged = Zip { list, base, indexed_base: &indexed_base, over: &indexed_over }.run();
    (!merged.is_empty()).then_some(Value::Array(merged))
}

struct Zip<'z, 'v> {
    list: &'z ListType,
    base: &'v [Value],
    indexed_base: &'z Indexed<'v>,
    over: &'z Indexed<'v>,
}

impl<'z, 'v> Zip<'z, 'v> {
    fn merged(&self, step: &PathElement) -> Option<Value> {
        let base = self.indexed_base.by_step.get(step).copied();
        merge_values(base, self.over.by_step.get(step).copied(), &self.list.items)
    }

    fn run(&self) -> Vec<Value> {
        let (base_steps, over_steps) = (&self.indexed_base.steps, &self.over.steps);
        let is_shared = |step: &&PathElement| self.indexed_base.by_step.contains_key(*step);
        let mut shared = over_steps.iter().filter(is_shared);
        let mut next_shared = shared.next();
        let mut done: BTreeSet<&PathElement> = BTreeSet::new();
        let mut out = Vec::with_capacity(base_steps.len().max(over_steps.len()));
        let (mut at_base, mut at_over) = (0, 0);
        while at_base < base_steps.len() || at_over < over_steps.len() {
            if let (Some(step), Some(over_step)) = (base_steps.get(at_base), over_steps.get(at_over)) {
                if step == over_step {
                    done.insert(step);
                    out.extend(self.merged(step));
                    (at_base, at_over) = (at_base + 1, at_over + 1);
                    next_shared = shared.next();
                    continue;
                }
                let in_over = self.over.by_step.contains_key(step);
                if in_over && next_shared.is_some_and(|next| next != step) {
                    // Shared, but another shared item comes first.
                    at_base += 1;
                    continue;
                }
            }
            if let Some(step) = base_steps.get(at_base) {
                if !self.over.by_step.contains_key(step) {
                    out.extend(merge_values(self.base.get(at_base), None, &self.list.items));
                    at_base += 1;
                    continue;
                }
                if done.contains(step) {
                    at_base += 1;
                }
            }
            if let Some(step) = over_steps.get(at_over) {
                done.insert(step);
                out.extend(self.merged(step));
                at_over += 1;
                if next_shared == Some(step) {
                    next_shared = shared.next();
                }
            }
        }
        out
    }
}
