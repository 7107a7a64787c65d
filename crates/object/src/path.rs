//! JSON pointers (RFC 6901) into a tree of values.

use serde_json::Value;

/// Why a text is no JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PointerError {
    /// Neither empty nor beginning with a slash.
    #[error("JSON pointer {0:?} must begin with '/'")]
    NoSlash(String),
}

fn segments(pointer: &str) -> Result<Vec<String>, PointerError> {
    match pointer.strip_prefix('/') {
        None if pointer.is_empty() => Ok(Vec::new()),
        None => Err(PointerError::NoSlash(pointer.to_owned())),
        Some(rest) => Ok(rest.split('/').map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect()),
    }
}

/// The value at `pointer`, `None` when there is nothing or the pointer is malformed.
#[must_use]
pub fn pointer_get<'v>(value: &'v Value, pointer: &str) -> Option<&'v Value> {
    value.pointer(pointer)
}

/// Takes away what stands at `pointer`; does nothing when there is nothing.
///
/// # Errors
/// When the pointer is malformed.
pub fn pointer_remove(value: &mut Value, pointer: &str) -> Result<Option<Value>, PointerError> {
    let segments = segments(pointer)?;
    let Some((last, parents)) = segments.split_last() else { return Ok(None) };
    let mut at = value;
    for segment in parents {
        let next = match at {
            Value::Object(map) => map.get_mut(segment),
            Value::Array(items) => segment.parse::<usize>().ok().and_then(|index| items.get_mut(index)),
            _ => None,
        };
        let Some(next) = next else { return Ok(None) };
        at = next;
    }
    Ok(match at {
        Value::Object(map) => map.remove(last),
        Value::Array(items) => {
            last.parse::<usize>().ok().filter(|index| *index < items.len()).map(|index| items.remove(index))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn removal_follows_escapes_and_tolerates_absence() {
        let mut value = json!({"metadata": {"annotations": {"a/b": "1", "c~d": "2"}}, "list": [1, 2]});
        assert_eq!(pointer_remove(&mut value, "/metadata/annotations/a~1b"), Ok(Some(json!("1"))));
        assert_eq!(pointer_remove(&mut value, "/metadata/annotations/c~0d"), Ok(Some(json!("2"))));
        assert_eq!(pointer_remove(&mut value, "/list/0"), Ok(Some(json!(1))));
        assert_eq!(pointer_remove(&mut value, "/nothing/here"), Ok(None));
        assert_eq!(value, json!({"metadata": {"annotations": {}}, "list": [2]}));
        assert_eq!(pointer_remove(&mut value, "list"), Err(PointerError::NoSlash("list".into())));
    }
}
