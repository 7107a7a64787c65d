//! A write that changes nothing must not count as one because a manager's time moved.

use super::entries::entries_of;
use serde_json::{Map, Value};

/// Gives the managers of `new` the times they have in `old`, when times are all that differs; `new` then equals `old`.
pub fn restore_times(old: &Value, new: &mut Value) {
    let (Some(old_entries), Some(new_entries)) = (entries_of(old), entries_of(new)) else { return };
    if !same_but_times(old_entries, new_entries) || !same_but_managers(old, new) {
        return;
    }
    let entries = Value::Array(old_entries.to_vec());
    if let Some(metadata) = new.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("managedFields".to_owned(), entries);
    }
}

fn same_but_times(old: &[Value], new: &[Value]) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same_except(old, new, "time", |_, _| true))
}

fn same_but_managers(old: &Value, new: &Value) -> bool {
    same_except(old, new, "metadata", |old, new| same_except(old, new, "managedFields", |_, _| true))
}

/// Whether two objects have equal fields, `key` judged by `rule`.
fn same_except(old: &Value, new: &Value, key: &str, rule: impl Fn(&Value, &Value) -> bool) -> bool {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else { return old == new };
    let rest = |map: &Map<String, Value>| map.iter().filter(|(name, _)| *name != key).count();
    let null = Value::Null;
    rest(old) == rest(new)
        && old.iter().filter(|(name, _)| *name != key).all(|(name, value)| new.get(name) == Some(value))
        && rule(old.get(key).unwrap_or(&null), new.get(key).unwrap_or(&null))
}
