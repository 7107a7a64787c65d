//! Taking places out of a value.

use crate::error::{RunError, raised};
use crate::item::{Step, bounds, place};
use serde_json::Value;
use std::cmp::Ordering;

/// Takes out every place, the last ones of each list first, so that the others keep their numbers.
pub(crate) fn delete(value: &mut Value, paths: Vec<Vec<Step>>) -> Result<(), RunError> {
    if paths.iter().any(Vec::is_empty) {
        return Err(raised("the filter picks the whole value, which cannot be deleted"));
    }
    let mut paths: Vec<Vec<Step>> = paths.into_iter().map(|path| settled(value, path)).collect();
    paths.sort_by(|a, b| order(b, a));
    paths.dedup();
    for path in paths {
        delete_one(value, &path);
    }
    Ok(())
}

/// The path with every number counted from the start.
fn settled(value: &Value, mut path: Vec<Step>) -> Vec<Step> {
    let mut at = Some(value);
    for step in &mut path {
        let length = at.and_then(Value::as_array).map_or(0, Vec::len);
        match step {
            Step::Key(key) => at = at.and_then(|value| value.get(key.as_str())),
            Step::Index(index) => {
                if let Some(place) = place(*index, length) {
                    *index = i64::try_from(place).unwrap_or(*index);
                    at = at.and_then(|value| value.get(place));
                } else {
                    at = None;
                }
            }
            Step::Slice(from, to) => {
                let (start, end) = bounds(*from, *to, length);
                (*from, *to) = (i64::try_from(start).ok(), i64::try_from(end).ok());
                at = None;
            }
        }
    }
    path
}

fn order(a: &[Step], b: &[Step]) -> Ordering {
    for (a, b) in a.iter().zip(b) {
        let ordering = match (a, b) {
            (Step::Key(a), Step::Key(b)) => a.cmp(b),
            (Step::Index(a), Step::Index(b)) => a.cmp(b),
            (Step::Slice(a, _), Step::Slice(b, _)) => a.cmp(b),
            (Step::Slice(a, _), Step::Index(b)) => a.cmp(&Some(*b)),
            (Step::Index(a), Step::Slice(b, _)) => Some(*a).cmp(b),
            (Step::Key(_), _) => Ordering::Greater,
            (_, Step::Key(_)) => Ordering::Less,
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
    a.len().cmp(&b.len())
}

fn delete_one(value: &mut Value, path: &[Step]) {
    let Some((last, parents)) = path.split_last() else { return };
    let mut at = value;
    for step in parents {
        let next = match (step, at) {
            (Step::Key(key), Value::Object(map)) => map.get_mut(key),
            (Step::Index(index), Value::Array(items)) => {
                place(*index, items.len()).and_then(|place| items.get_mut(place))
            }
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => return,
        }
    }
    match (last, at) {
        (Step::Key(key), Value::Object(map)) => drop(map.remove(key)),
        (Step::Index(index), Value::Array(items)) => {
            if let Some(place) = place(*index, items.len()) {
                items.remove(place);
            }
        }
        (Step::Slice(from, to), Value::Array(items)) => {
            let (from, to) = bounds(*from, *to, items.len());
            items.drain(from..to);
        }
        _ => {}
    }
}
