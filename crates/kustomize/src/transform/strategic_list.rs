//! Lists whose items are told apart by key. New items come first, in the patch's order.
//!
//! Items live in one arena and lists are places in it, because the original's lists share their items: an item that is
//! merged in one list is changed in all.

use super::directive::DIRECTIVE;
use crate::merge_types::{FieldType, MergeKeys, Type};
use crate::node::{Node, Scalar, set_field};
use crate::problem::{Problem, Result};
use budget::Budget;
use std::collections::BTreeSet;

/// What merging lists needs of whoever merges their items.
pub(super) trait MergeItems {
    /// Whether new items come first.
    fn prepend(&self) -> bool;

    /// What pays for the comparisons.
    fn budget(&mut self) -> &mut Budget;

    /// Merges two items of a list; `None` when nothing is left.
    ///
    /// # Errors
    /// As for whole objects.
    fn item(&mut self, dest: Option<Node>, patch: Option<Node>, of: &FieldType) -> Result<Option<Node>>;
}

/// Merges two lists.
pub(super) fn merge(
    merge: &mut dyn MergeItems,
    dest: Vec<Node>,
    patch: Option<Vec<Node>>,
    keys: &MergeKeys,
    item_type: Option<Type>,
) -> Result<Vec<Node>> {
    if keys.is_empty() {
        return plain_values(merge, dest, patch.unwrap_or_default());
    }
    let mut values = key_values(dest.iter(), patch.as_deref().unwrap_or_default(), keys, merge.prepend());
    if values.is_empty() {
        return Ok(dest);
    }
    if keys.len() > 1 {
        merge.budget().spend((values.len() as u64).saturating_mul(values.len() as u64) / COMPARED_A_STEP)?;
        merge_values(&mut values);
    }
    let mut arena = Arena { nodes: dest };
    let mut dest: Vec<usize> = (0..arena.nodes.len()).collect();
    let mut items: Vec<usize> = Vec::new();
    let of = FieldType { ty: item_type, merge: None };
    let valid = valid_keys(&values, keys);
    for wanted in &values {
        merge.budget().spend((dest.len() + items.len()) as u64 / COMPARED_A_STEP)?;
        let wanted = valid_values(&valid, wanted, keys);
        let item = merged_item(merge, &mut arena, &dest, patch.as_deref().unwrap_or_default(), &wanted, &of)?;
        match item {
            None => arena.set(&mut dest, None, &wanted)?,
            Some(item) => {
                for (key, value) in &wanted {
                    if arena.nodes[item].get(key).is_none() && !value.is_empty() {
                        set_field(&mut arena.nodes[item], key, Scalar::plain(value))?;
                    }
                }
                arena.set(&mut items, Some(item), &wanted)?;
            }
        }
    }
    let names: Vec<&str> = valid.iter().map(|key| &**key).collect();
    let result = if merge.prepend() {
        append(&mut arena, items, &dest, &names)?
    } else {
        append(&mut arena, dest, &items, &names)?
    };
    Ok(arena.take(result))
}

/// How many comparisons of items one step of the budget pays for.
const COMPARED_A_STEP: u64 = 16;

/// Lists of plain values: those of the patch, then those of the object that are not among them.
fn plain_values(merge: &mut dyn MergeItems, dest: Vec<Node>, patch: Vec<Node>) -> Result<Vec<Node>> {
    merge.budget().spend((dest.len() + patch.len()) as u64)?;
    let mut seen: BTreeSet<Box<str>> = BTreeSet::new();
    let (first, second) = if merge.prepend() { (patch, dest) } else { (dest, patch) };
    let all = first.into_iter().chain(second);
    Ok(all.filter(|item| !item.is_null() && seen.insert(item.text().into())).collect())
}

/// The keys' texts of every item, each combination once: the patch's first.
fn key_values<'n>(
    dest: impl Iterator<Item = &'n Node>,
    patch: &'n [Node],
    keys: &MergeKeys,
    patch_first: bool,
) -> Vec<Vec<Box<str>>> {
    let dest: Vec<&Node> = dest.collect();
    let patch: Vec<&Node> = patch.iter().collect();
    let (first, second) = if patch_first { (patch, dest) } else { (dest, patch) };
    let mut seen: BTreeSet<Vec<Box<str>>> = BTreeSet::new();
    let mut values = Vec::new();
    for item in first.into_iter().chain(second) {
        let text = |key: &str| {
            let field = item.get(key).filter(|field| !field.is_nil_or_empty());
            field.map_or("", Node::text).into()
        };
        let value: Vec<Box<str>> = keys.iter().map(|key| text(key)).collect();
        if seen.insert(value.clone()) {
            values.push(value);
        }
    }
    values
}

/// Where one item leaves a key out that another of otherwise equal keys has, both are taken for one.
fn merge_values(values: &mut [Vec<Box<str>>]) {
    for i in 0..values.len() {
        let one = values[i].clone();
        for j in 0..values.len() {
            if let Some(merged) = compatible(&one, &values[j]) {
                values[i].clone_from(&merged);
                values[j] = merged;
            }
        }
    }
}

fn compatible(one: &[Box<str>], other: &[Box<str>]) -> Option<Vec<Box<str>>> {
    let mut common = false;
    let mut merged = Vec::with_capacity(one.len());
    for (one, other) in one.iter().zip(other) {
        if one == other {
            common = true;
        } else if !one.is_empty() && !other.is_empty() {
            return None;
        }
        merged.push(if one.is_empty() { other } else { one }.clone());
    }
    common.then_some(merged)
}

/// The keys that any item has.
fn valid_keys(values: &[Vec<Box<str>>], keys: &MergeKeys) -> Vec<Box<str>> {
    let used = |at: &usize| values.iter().any(|value| !value[*at].is_empty());
    let valid: Vec<Box<str>> = (0..keys.len()).filter(used).map(|at| keys[at].clone()).collect();
    if valid.is_empty() { keys.clone() } else { valid }
}

type Wanted = Vec<(Box<str>, Box<str>)>;

fn valid_values(valid: &[Box<str>], values: &[Box<str>], keys: &MergeKeys) -> Wanted {
    let pairs = keys.iter().cloned().zip(values.iter().cloned());
    pairs.filter(|(key, _)| valid.contains(key)).collect()
}

/// The item that `wanted` names, merged: a place in the arena, or `None` when the patch deletes it.
fn merged_item(
    merge: &mut dyn MergeItems,
    arena: &mut Arena,
    dest: &[usize],
    patch: &[Node],
    wanted: &Wanted,
    of: &FieldType,
) -> Result<Option<usize>> {
    let told: Vec<&(Box<str>, Box<str>)> = wanted.iter().filter(|(_, value)| !value.is_empty()).collect();
    let told: Vec<&(Box<str>, Box<str>)> = if told.is_empty() { wanted.iter().collect() } else { told };
    let is_it = |node: &Node| {
        node.as_map()
            .is_some_and(|map| told.iter().all(|(key, value)| map.get(key).is_some_and(|f| f.text() == &**value)))
    };
    let change = patch.iter().find(|node| is_it(node));
    let old = dest.iter().copied().find(|at| is_it(&arena.nodes[*at]));
    let replaces = change.and_then(|change| change.get(DIRECTIVE)).is_some_and(|text| text.text() == "replace");
    if let Some(change) = change {
        merge.budget().spend(change.weight())?;
    }
    let merged = match (old, change) {
        // Compat: the replaced item stays in the object's own list and wins in the end.
        (_, Some(change)) if replaces => merge.item(None, Some(change.clone()), of)?,
        (Some(at), change) => {
            let node = std::mem::replace(&mut arena.nodes[at], Node::map());
            // Only a patch can delete the item, which must then still be found by its keys.
            let kept = if change.is_some() { node.clone() } else { Node::map() };
            match merge.item(Some(node), change.cloned(), of)? {
                Some(merged) if !merged.is_nil_or_empty() => {
                    arena.nodes[at] = merged;
                    return Ok(Some(at));
                }
                gone => {
                    arena.nodes[at] = kept;
                    gone
                }
            }
        }
        (None, change) => merge.item(None, change.cloned(), of)?,
    };
    Ok(merged.filter(|node| !node.is_null() && node.as_map().is_none_or(|map| !map.is_empty())).map(|node| {
        arena.nodes.push(node);
        arena.nodes.len() - 1
    }))
}

struct Arena {
    nodes: Vec<Node>,
}

impl Arena {
    /// The nodes at these places.
    fn take(mut self, places: Vec<usize>) -> Vec<Node> {
        let mut uses = vec![0_u32; self.nodes.len()];
        for at in &places {
            uses[*at] += 1;
        }
        let mut take = |at: usize| {
            uses[at] -= 1;
            if uses[at] == 0 { std::mem::replace(&mut self.nodes[at], Node::map()) } else { self.nodes[at].clone() }
        };
        places.into_iter().map(&mut take).collect()
    }

    /// Puts `item` where items of these keys stand, or at the end; without an item, takes them away.
    ///
    /// Compat: items that are null or empty go as well; a wanted text that is empty fits any; and where nothing is
    /// wanted at all, everything goes.
    fn set(&self, list: &mut Vec<usize>, item: Option<usize>, wanted: &Wanted) -> Result<()> {
        let names: Vec<&str> = wanted.iter().map(|(key, _)| &**key).collect();
        let values: Vec<&str> = wanted.iter().map(|(_, value)| &**value).collect();
        self.set_by(list, item, &names, &values)
    }

    fn set_by(&self, list: &mut Vec<usize>, item: Option<usize>, keys: &[&str], values: &[&str]) -> Result<()> {
        let by_text = values.first().is_some_and(|value| !value.is_empty());
        let mut found = false;
        let mut kept = Vec::with_capacity(list.len() + 1);
        for at in list.drain(..) {
            let node = &self.nodes[at];
            match node {
                Node::Map(map) if map.is_empty() => continue,
                Node::Map(_) => {}
                other if other.is_null() => continue,
                _ if by_text => {
                    kept.push(at);
                    continue;
                }
                other => {
                    let rule = format!("wrong node kind: expected MappingNode but got {}", other.kind_name());
                    return Err(Problem::invalid(rule));
                }
            }
            let fits = |(key, value): (&&str, &&str)| {
                node.get(key).is_some_and(|field| value.is_empty() || field.text() == *value)
            };
            if values.is_empty() {
                continue;
            }
            if !keys.iter().zip(values).all(fits) {
                kept.push(at);
                continue;
            }
            found = true;
            kept.extend(item);
        }
        if let (Some(item), false) = (item, found) {
            kept.push(item);
        }
        *list = kept;
        Ok(())
    }
}

/// Adds the items of `from` to `to`, each in the place of one with its keys.
fn append(arena: &mut Arena, mut to: Vec<usize>, from: &[usize], keys: &[&str]) -> Result<Vec<usize>> {
    for at in from {
        let node = &arena.nodes[*at];
        if node.as_map().is_none() && !node.is_null() {
            let rule = format!("wrong node kind: expected MappingNode but got {}", node.kind_name());
            return Err(Problem::invalid(rule));
        }
        let mut values: Vec<String> = Vec::with_capacity(keys.len());
        for key in keys {
            match node.get(key) {
                Some(value) => values.push(value.text().to_owned()),
                None => to.push(*at),
            }
        }
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        if keys.len() > 1 {
            arena.set_by(&mut to, None, keys, &values)?;
        }
        arena.set_by(&mut to, Some(*at), keys, &values)?;
    }
    Ok(to)
}
