//! What tells the items of a merged list apart.

use crate::fields::PathElement;
use schema::{ListKind, ListType};
use serde_json::Value;

/// The step from a set or list-map to one of its items.
pub(crate) fn item_step(list: &ListType, item: &Value) -> Result<PathElement, String> {
    match &list.kind {
        ListKind::Atomic => Err("invalid indexing of non-associative list".to_owned()),
        ListKind::Set => value_step(item),
        ListKind::Map(keys) if keys.is_empty() => value_step(item),
        ListKind::Map(keys) => key_step(list, keys, item),
    }
}

fn value_step(item: &Value) -> Result<PathElement, String> {
    Err(match item {
        Value::Object(_) => "associative list without keys has an element that's a map type",
        Value::Array(_) => "not supported: associative list with lists as elements",
        Value::Null => "associative list without keys has an element that's an explicit null",
        _ => return Ok(PathElement::Value(item.clone())),
    }
    .to_owned())
}

fn key_step(list: &ListType, keys: &[Box<str>], item: &Value) -> Result<PathElement, String> {
    let Some(map) = item.as_object() else {
        return Err(match item {
            Value::Null => "associative list with keys may not have a null element".to_owned(),
            _ => "associative list with keys may not have non-map elements".to_owned(),
        });
    };
    let mut fields = Vec::with_capacity(keys.len());
    for key in keys {
        // A key that is left out and has no default stays out of the step: it is another item then.
        let default = || list.items.field(key).and_then(|field| field.default.as_ref());
        if let Some(value) = map.get(&**key).or_else(default) {
            fields.push((key.clone(), value.clone()));
        }
    }
    if fields.is_empty() {
        let keys: Vec<String> = keys.iter().map(|key| crate::value::quote(key)).collect();
        return Err(format!(
            "associative list with keys has an element that omits all key fields [{}] (and doesn't have default \
             values for any key fields)",
            keys.join(" ")
        ));
    }
    fields.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(PathElement::Key(fields.into()))
}
