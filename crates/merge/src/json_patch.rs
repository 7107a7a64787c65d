//! JSON patch (RFC 6902), as the API server applies it.
//!
//! Compat: `replace` of a missing key of an object sets it; indexes may be negative and then count from the end; every
//! failure stops the patch and changes nothing.

use serde_json::Value;

/// How many operations a patch may have: each may copy the whole object. Kubernetes' own bound.
pub const OPERATIONS_MAX: usize = 10_000;

/// How much all copies of a patch may add, in bytes of JSON: a copy of a copy doubles the object, and a few dozen of
/// them would fill any memory. The size of the largest request a server takes.
const COPIED_BYTES_MAX: usize = 3 * 1024 * 1024;

/// Why a patch was not applied. Answers: 400 for [`JsonPatchError::Malformed`], 413 for
/// [`JsonPatchError::TooManyOperations`], 422 for the rest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonPatchError {
    /// Not a list of operations.
    #[error("error decoding patch: {0}")]
    Malformed(String),
    /// More operations than allowed.
    #[error("The allowed maximum operations in a JSON patch is {OPERATIONS_MAX}, got {0}")]
    TooManyOperations(usize),
    /// An operation nobody knows.
    #[error("Unexpected kind: {0}")]
    Operation(String),
    /// An operation whose place is not there.
    #[error("{operation} operation does not apply: doc is missing path: {path:?}: missing value")]
    Missing {
        /// The operation.
        operation: &'static str,
        /// The place.
        path: String,
    },
    /// A test that failed.
    #[error("testing value {0} failed: test failed")]
    Test(String),
    /// Copies that add too much.
    #[error("the copies of the patch add more than {COPIED_BYTES_MAX} bytes")]
    Copied,
}

/// Applies `patch`, a list of operations, to `document`.
///
/// # Errors
/// When the patch is malformed or an operation does not apply.
pub fn apply(document: &Value, patch: &Value) -> Result<Value, JsonPatchError> {
    let Value::Array(operations) = patch else {
        let kind = match patch {
            Value::Object(_) => "object",
            Value::String(_) => "string",
            Value::Number(_) => "number",
            Value::Bool(_) => "bool",
            Value::Array(_) | Value::Null => return Ok(document.clone()),
        };
        let expected = "Go value of type []handlers.jsonPatchOp";
        return Err(JsonPatchError::Malformed(format!("json: cannot unmarshal {kind} into {expected}")));
    };
    if operations.len() > OPERATIONS_MAX {
        return Err(JsonPatchError::TooManyOperations(operations.len()));
    }
    let mut patcher = Patcher { document: document.clone(), copied: 0 };
    operations.iter().try_for_each(|operation| patcher.run(operation))?;
    Ok(patcher.document)
}

struct Patcher {
    document: Value,
    copied: usize,
}

impl Patcher {
    fn run(&mut self, operation: &Value) -> Result<(), JsonPatchError> {
        let text = |key: &str| operation.get(key).and_then(Value::as_str);
        let value = operation.get("value");
        let path = text("path").unwrap_or_default();
        let missing = |operation| missing(operation, path);
        match text("op").unwrap_or_default() {
            "add" => self.add(path, value.cloned().unwrap_or_default()).ok_or_else(|| missing("add")),
            "remove" => self.take(path).map(drop).ok_or_else(|| missing("remove")),
            "replace" => self.replace(path, value.cloned().unwrap_or_default()).ok_or_else(|| missing("replace")),
            "test" => self.test(path, value.unwrap_or(&Value::Null)),
            "move" => {
                let from = text("from").unwrap_or_default();
                let moved = self.take(from).ok_or_else(|| self::missing("move", from))?;
                self.add(path, moved).ok_or_else(|| missing("move"))
            }
            "copy" => {
                let from = text("from").unwrap_or_default();
                let copied = self.get(from).ok_or_else(|| self::missing("copy", from))?;
                // Before the copy is made: numbers take sixteen times as much in memory.
                let bytes = copied.to_string().len();
                if self.copied + bytes > COPIED_BYTES_MAX {
                    return Err(JsonPatchError::Copied);
                }
                self.copied += bytes;
                let copy = self.get(from).cloned().ok_or_else(|| self::missing("copy", from))?;
                self.add(path, copy).ok_or_else(|| missing("copy"))
            }
            other => Err(JsonPatchError::Operation(other.to_owned())),
        }
    }

    /// The container a path ends in, and the last key.
    fn container(&mut self, path: &str) -> Option<(&mut Value, String)> {
        let (parents, last) = path.rsplit_once('/')?;
        let mut at = &mut self.document;
        for key in parents.split('/').skip(1) {
            at = match at {
                Value::Object(map) => map.get_mut(&unescape(key))?,
                Value::Array(items) => {
                    let index = index(key, items.len())?;
                    items.get_mut(index)?
                }
                _ => return None,
            };
        }
        Some((at, unescape(last)))
    }

    fn get(&mut self, path: &str) -> Option<&Value> {
        match self.container(path)? {
            (Value::Object(map), key) => map.get(&key),
            (Value::Array(items), key) => items.get(index(&key, items.len())?),
            _ => None,
        }
    }

    fn add(&mut self, path: &str, value: Value) -> Option<()> {
        match self.container(path)? {
            (Value::Object(map), key) => drop(map.insert(key, value)),
            (Value::Array(items), key) if key == "-" => items.push(value),
            (Value::Array(items), key) => {
                let at = index(&key, items.len() + 1)?;
                items.insert(at, value);
            }
            _ => return None,
        }
        Some(())
    }

    fn take(&mut self, path: &str) -> Option<Value> {
        match self.container(path)? {
            (Value::Object(map), key) => map.remove(&key),
            (Value::Array(items), key) => {
                let at = index(&key, items.len())?;
                Some(items.remove(at))
            }
            _ => None,
        }
    }

    fn replace(&mut self, path: &str, value: Value) -> Option<()> {
        if path.is_empty() {
            let whole = value.is_object() || value.is_array();
            return whole.then(|| self.document = value);
        }
        match self.container(path)? {
            (Value::Object(map), key) => drop(map.insert(key, value)),
            (Value::Array(items), key) => {
                let at = index(&key, items.len())?;
                *items.get_mut(at)? = value;
            }
            _ => return None,
        }
        Some(())
    }

    fn test(&mut self, path: &str, expected: &Value) -> Result<(), JsonPatchError> {
        let found = if path.is_empty() {
            &self.document
        } else {
            match self.container(path) {
                None => return Err(missing("test", path)),
                Some((Value::Object(map), key)) => map.get(&key).unwrap_or(&Value::Null),
                Some((Value::Array(items), key)) => {
                    let at = index(&key, items.len()).and_then(|at| items.get(at));
                    at.ok_or_else(|| missing("test", path))?
                }
                Some(_) => return Err(missing("test", path)),
            }
        };
        if crate::value::equal(found, expected) { Ok(()) } else { Err(JsonPatchError::Test(path.to_owned())) }
    }
}

fn missing(operation: &'static str, path: &str) -> JsonPatchError {
    JsonPatchError::Missing { operation, path: path.to_owned() }
}

fn unescape(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

/// An index below `length`; negative ones count from the end.
fn index(key: &str, length: usize) -> Option<usize> {
    let index: i64 = key.parse().ok()?;
    let index = if index < 0 { index.checked_add(i64::try_from(length).ok()?)? } else { index };
    usize::try_from(index).ok().filter(|index| *index < length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn operations_apply_as_the_server_applies_them() {
        let document = json!({"a": {"b": [1, 2, 3]}, "x/y": 1, "m~n": 2});
        let table = [
            (json!([{"op": "add", "path": "/a/b/1", "value": 9}]), Some(json!([1, 9, 2, 3]))),
            (json!([{"op": "add", "path": "/a/b/-", "value": 9}]), Some(json!([1, 2, 3, 9]))),
            (json!([{"op": "add", "path": "/a/b/3", "value": 9}]), Some(json!([1, 2, 3, 9]))),
            (json!([{"op": "add", "path": "/a/b/4", "value": 9}]), None),
            (json!([{"op": "remove", "path": "/a/b/-1"}]), Some(json!([1, 2]))),
            (json!([{"op": "remove", "path": "/a/b/3"}]), None),
            (json!([{"op": "remove", "path": "/a/c"}]), None),
            (json!([{"op": "replace", "path": "/a/b/0", "value": 7}]), Some(json!([7, 2, 3]))),
            (json!([{"op": "replace", "path": "/a/c", "value": 7}]), Some(json!([1, 2, 3]))),
            (json!([{"op": "move", "from": "/a/b/0", "path": "/a/b/2"}]), Some(json!([2, 3, 1]))),
            (json!([{"op": "test", "path": "/a/b", "value": [1, 2.0, 3]}]), Some(json!([1, 2, 3]))),
            (json!([{"op": "test", "path": "/a/b", "value": [1]}]), None),
            (json!([{"op": "test", "path": "/x~1y", "value": 1}]), Some(json!([1, 2, 3]))),
            (json!([{"op": "test", "path": "/m~0n", "value": 2}]), Some(json!([1, 2, 3]))),
            (json!([{"op": "test", "path": "/nothing", "value": null}]), Some(json!([1, 2, 3]))),
            (json!([{"op": "bogus", "path": "/a"}]), None),
            (json!([]), Some(json!([1, 2, 3]))),
        ];
        for (patch, expected) in table {
            let list = apply(&document, &patch).ok().map(|patched| patched["a"]["b"].clone());
            assert_eq!(list, expected, "{patch}");
        }
    }

    #[test]
    fn copies_do_not_grow_without_bound() {
        let copies = (0..100).map(|_| json!({"op": "copy", "from": "/a", "path": "/a/-"}));
        let document = json!({"a": ["x".repeat(1000)]});
        assert_eq!(apply(&document, &copies.collect()), Err(JsonPatchError::Copied));
    }
}
