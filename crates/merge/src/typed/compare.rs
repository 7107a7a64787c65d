//! How two values of a type differ.

use super::form::{Form, entries, is_atomic, items, open};
use super::item::item_step;
use super::validate::check_scalar;
use crate::fields::{PathElement, Set};
use crate::value::equal;
use schema::{ListType, MapType, Scalar, Type};
use serde_json::Value;
use std::collections::BTreeMap;

/// What differs between two values. No field is in two of the sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// In the first alone.
    pub removed: Set,
    /// In both, with different values.
    pub modified: Set,
    /// In the second alone.
    pub added: Set,
}

impl Comparison {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.removed.is_empty() && self.modified.is_empty() && self.added.is_empty()
    }

    /// The comparison without these fields and all that is below them.
    #[must_use]
    pub fn without(&self, fields: &Set) -> Comparison {
        if fields.is_empty() {
            return self.clone();
        }
        Comparison {
            removed: self.removed.without_subtrees(fields),
            modified: self.modified.without_subtrees(fields),
            added: self.added.without_subtrees(fields),
        }
    }
}

/// Compares two values of one type. Values that do not fit the type are compared as far as they go.
#[must_use]
pub fn compare(old: &Value, new: &Value, ty: &Type) -> Comparison {
    let mut walk = Walk { path: Vec::new(), out: Comparison::default() };
    walk.value(Some(old), Some(new), ty);
    walk.out
}

struct Walk {
    path: Vec<PathElement>,
    out: Comparison,
}

/// Whether a value was compared as a whole.
#[derive(PartialEq)]
enum Compared {
    AsLeaf,
    ByPart,
}

impl Walk {
    fn value(&mut self, old: Option<&Value>, new: Option<&Value>, ty: &Type) {
        let compared = match (old, new) {
            (None, None) => return,
            (Some(old), Some(new)) if old == new => return,
            (Some(only), None) => self.in_form(Some(only), None, open(ty, only).first(ty)),
            (None, Some(only)) => self.in_form(None, Some(only), open(ty, only).first(ty)),
            (Some(old), Some(new)) => {
                let (open_old, open_new) = (open(ty, old), open(ty, new));
                if open_old != open_new {
                    self.in_form(Some(old), Some(new), open_old.first(ty));
                }
                self.in_form(Some(old), Some(new), open_new.first(ty))
            }
        };
        if compared == Compared::ByPart {
            match (old, new) {
                (None, Some(_)) => self.out.added.insert(&self.path),
                (Some(_), None) => self.out.removed.insert(&self.path),
                _ => {}
            }
        }
    }

    fn in_form(&mut self, old: Option<&Value>, new: Option<&Value>, form: Option<Form<'_>>) -> Compared {
        match form {
            None => Compared::ByPart,
            Some(Form::Scalar(scalar)) => self.scalar(old, new, scalar),
            Some(Form::List(list)) => {
                let (old_items, new_items) = (items(old), items(new));
                // Two empty values are one leaf, so that null and [] are told apart.
                if is_atomic(list) || (old_items.is_empty() && new_items.is_empty()) {
                    return self.leaf(old, new);
                }
                self.list(old_items, new_items, list);
                Compared::ByPart
            }
            Some(Form::Map(map)) => {
                let is_empty = |value| entries(value).is_none_or(serde_json::Map::is_empty);
                if map.atomic || (is_empty(old) && is_empty(new)) {
                    return self.leaf(old, new);
                }
                self.map(old, new, map);
                Compared::ByPart
            }
        }
    }

    fn scalar(&mut self, old: Option<&Value>, new: Option<&Value>, scalar: Scalar) -> Compared {
        let fits = |value: Option<&Value>| value.is_none_or(|value| check_scalar(scalar, value).is_ok());
        if fits(old) || fits(new) { self.leaf(old, new) } else { Compared::ByPart }
    }

    fn leaf(&mut self, old: Option<&Value>, new: Option<&Value>) -> Compared {
        match (old, new) {
            (None, _) => self.out.added.insert(&self.path),
            (_, None) => self.out.removed.insert(&self.path),
            (Some(old), Some(new)) if !equal(old, new) => self.out.modified.insert(&self.path),
            _ => {}
        }
        Compared::AsLeaf
    }

    fn map(&mut self, old: Option<&Value>, new: Option<&Value>, map: &MapType) {
        let (old, new) = (entries(old), entries(new));
        for (name, value) in old.into_iter().flatten() {
            self.entry(name, Some(value), new.and_then(|new| new.get(name)), map);
        }
        for (name, value) in new.into_iter().flatten() {
            if old.is_none_or(|old| !old.contains_key(name)) {
                self.entry(name, None, Some(value), map);
            }
        }
    }

    fn entry(&mut self, name: &str, old: Option<&Value>, new: Option<&Value>, map: &MapType) {
        if old == new {
            return;
        }
        let Some(ty) = map.child(name) else { return };
        self.path.push(PathElement::field(name));
        self.value(old, new, ty);
        self.path.pop();
    }

    fn list(&mut self, old: &[Value], new: &[Value], list: &ListType) {
        let mut steps: BTreeMap<PathElement, (Vec<&Value>, Vec<&Value>)> = BTreeMap::new();
        for item in old {
            if let Ok(step) = item_step(list, item) {
                steps.entry(step).or_default().0.push(item);
            }
        }
        for item in new {
            if let Ok(step) = item_step(list, item) {
                steps.entry(step).or_default().1.push(item);
            }
        }
        for (step, (old, new)) in steps {
            self.path.push(step);
            self.same_step(&old, &new, list);
            self.path.pop();
        }
    }

    /// Items that share a step: one on each side as a rule; where there are more, all of them count as one value.
    fn same_step(&mut self, old: &[&Value], new: &[&Value], list: &ListType) {
        match (old, new) {
            ([_, _, ..], [_, _, ..]) => {
                if old.len() != new.len() || !old.iter().zip(new).all(|(old, new)| equal(old, new)) {
                    self.out.modified.insert(&self.path);
                }
            }
            ([_, _, ..], _) => {
                self.value(None, new.first().copied(), &list.items);
                self.out.removed.insert(&self.path);
            }
            (_, [_, _, ..]) => {
                self.value(old.first().copied(), None, &list.items);
                self.out.added.insert(&self.path);
            }
            _ => self.value(old.first().copied(), new.first().copied(), &list.items),
        }
    }
}
