//! Functions of lists, and of lists as sets.

use crate::error::EvalError;
use crate::numbers::{arithmetic, compare};
use crate::value::{Evaluated, List, Value};
use std::cmp::Ordering;

/// Items `lists.range` gives at most, so that no rule fills the memory.
const RANGE_MAX: i64 = 1_000_000;

pub(super) fn call(function: &str, args: &[Value]) -> Option<Evaluated> {
    match (function, args) {
        ("lists.range", [Value::Int(end)]) => Some(range(*end)),
        ("sets.contains", [Value::List(one), Value::List(other)]) => {
            Some(Ok(Value::Bool(other.items.iter().all(|item| one.items.contains(item)))))
        }
        ("sets.intersects", [Value::List(one), Value::List(other)]) => {
            Some(Ok(Value::Bool(other.items.iter().any(|item| one.items.contains(item)))))
        }
        ("sets.equivalent", [Value::List(one), Value::List(other)]) => {
            let within = |one: &List, other: &List| other.items.iter().all(|item| one.items.contains(item));
            Some(Ok(Value::Bool(within(one, other) && within(other, one))))
        }
        (function, [Value::List(list), rest @ ..]) => of_list(function, &list.items, rest),
        _ => None,
    }
}

fn range(end: i64) -> Evaluated {
    if end > RANGE_MAX {
        return Err(EvalError::other(format!("lists.range() gives at most {RANGE_MAX} items")));
    }
    Ok(Value::list((0..end).map(Value::Int).collect()))
}

fn place(found: Option<usize>) -> Value {
    Value::Int(found.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1))
}

fn of_list(function: &str, items: &[Value], rest: &[Value]) -> Option<Evaluated> {
    Some(match (function, rest) {
        ("isSorted", []) => {
            let is_in_order = |pair: &[Value]| compare(&pair[0], &pair[1]).is_some_and(Ordering::is_le);
            Ok(Value::Bool(items.windows(2).all(is_in_order)))
        }
        ("sum", []) => sum(items),
        ("min", []) => extreme(items, Ordering::Less, "min"),
        ("max", []) => extreme(items, Ordering::Greater, "max"),
        ("indexOf", [item]) => Ok(place(items.iter().position(|candidate| candidate == item))),
        ("lastIndexOf", [item]) => Ok(place(items.iter().rposition(|candidate| candidate == item))),
        ("reverse", []) => Ok(Value::list(items.iter().rev().cloned().collect())),
        ("distinct", []) => Ok(Value::list(distinct(items))),
        ("sort", []) => Ok(Value::list(sorted(items))),
        ("slice", [Value::Int(from), Value::Int(to)]) => slice(items, *from, *to),
        ("flatten", []) => Ok(Value::list(flattened(items, 1))),
        ("flatten", [Value::Int(depth)]) if *depth < 0 => Err(EvalError::other("level must be non-negative")),
        ("flatten", [Value::Int(depth)]) => Ok(Value::list(flattened(items, *depth))),
        ("first", []) => Ok(Value::Optional(items.first().cloned().map(Into::into))),
        ("last", []) => Ok(Value::Optional(items.last().cloned().map(Into::into))),
        ("unwrapOpt" | "optional.unwrap", []) => {
            let unwrapped = items.iter().filter_map(|item| match item {
                Value::Optional(value) => value.as_deref().cloned(),
                _ => None,
            });
            Ok(Value::list(unwrapped.collect()))
        }
        _ => return None,
    })
}

fn sum(items: &[Value]) -> Evaluated {
    let mut items = items.iter();
    // The sum of nothing is zero: an integer, as every other zero compares equal to it.
    let Some(first) = items.next() else { return Ok(Value::Int(0)) };
    items.try_fold(first.clone(), |sum, item| arithmetic("_+_", &sum, item).unwrap_or(Err(EvalError::NoSuchOverload)))
}

fn extreme(items: &[Value], wanted: Ordering, name: &str) -> Evaluated {
    let mut items = items.iter();
    let first = items.next().ok_or_else(|| EvalError::other(format!("{name} called on empty list")))?;
    let mut best = first;
    for item in items {
        if compare(item, best).ok_or(EvalError::NoSuchOverload)? == wanted {
            best = item;
        }
    }
    Ok(best.clone())
}

fn distinct(items: &[Value]) -> Vec<Value> {
    let mut distinct: Vec<Value> = Vec::new();
    for item in items {
        if !distinct.contains(item) {
            distinct.push(item.clone());
        }
    }
    distinct
}

fn sorted(items: &[Value]) -> Vec<Value> {
    let mut sorted = items.to_vec();
    sorted.sort_by(|one, other| compare(one, other).unwrap_or(Ordering::Equal));
    sorted
}

fn slice(items: &[Value], from: i64, to: i64) -> Evaluated {
    if from < 0 || to < 0 {
        return Err(EvalError::other(format!("cannot slice({from}, {to}), negative indexes not supported")));
    }
    if from > to {
        return Err(EvalError::other(format!(
            "cannot slice({from}, {to}), start index must be less than or equal to end index"
        )));
    }
    let end = usize::try_from(to).ok().filter(|to| *to <= items.len());
    let part = usize::try_from(from).ok().zip(end).and_then(|(from, to)| items.get(from..to));
    let part =
        part.ok_or_else(|| EvalError::other(format!("cannot slice({from}, {to}), list is length {}", items.len())))?;
    Ok(Value::list(part.to_vec()))
}

fn flattened(items: &[Value], depth: i64) -> Vec<Value> {
    let flatten = |item: &Value| match item {
        Value::List(list) if depth > 0 => flattened(&list.items, depth - 1),
        other => vec![other.clone()],
    };
    items.iter().flat_map(flatten).collect()
}
