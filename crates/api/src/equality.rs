//! When two objects say the same although they are written differently.

use serde::Serialize;
use serde_json::Value;

/// Fields in which emptiness is a value of its own: the user's own objects.
const VERBATIM: [&str; 3] = ["valuesObject", "map", "array"];

/// Whether two values of a wire type say the same: absent, null and empty lists and objects are one, everywhere but
/// in fields whose content is the user's own.
///
/// Used where a difference of writing alone must not count, above all between a spec and `status.sync.comparedTo`.
#[must_use]
pub fn semantically_equal<T: Serialize>(left: &T, right: &T) -> bool {
    canonical(left) == canonical(right)
}

/// The value without anything that is the same as nothing; `Null` if nothing is left.
fn canonical<T: Serialize>(value: &T) -> Value {
    prune(serde_json::to_value(value).expect("invariant: wire types have string keys and no failing members"))
}

fn prune(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let pruned = map.into_iter().map(|(key, value)| {
                let value = if VERBATIM.contains(&key.as_str()) { value } else { prune(value) };
                (key, value)
            });
            let kept: serde_json::Map<String, Value> = pruned.filter(|(_, value)| !value.is_null()).collect();
            if kept.is_empty() { Value::Null } else { Value::Object(kept) }
        }
        Value::Array(items) if items.is_empty() => Value::Null,
        Value::Array(items) => Value::Array(items.into_iter().map(prune).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use crate::{ApplicationSource, semantically_equal};

    fn source(text: &str) -> ApplicationSource {
        serde_json::from_str(text).expect("a source")
    }

    #[test]
    fn null_empty_and_absent_are_one() {
        let plain = source(r#"{"repoURL": "r", "path": "p"}"#);
        for other in [
            r#"{"repoURL": "r", "path": "p", "directory": null}"#,
            r#"{"repoURL": "r", "path": "p", "directory": {}}"#,
            r#"{"repoURL": "r", "path": "p", "directory": {"recurse": false, "jsonnet": {"libs": []}}}"#,
            r#"{"repoURL": "r", "path": "p", "helm": {"parameters": [], "valueFiles": null, "values": ""}}"#,
            r#"{"repoURL": "r", "path": "p", "chart": "", "newer": {}}"#,
        ] {
            assert!(semantically_equal(&plain, &source(other)), "{other}");
        }
    }

    #[test]
    fn the_users_own_values_are_compared_as_they_are() {
        let one = source(r#"{"repoURL": "r", "helm": {"valuesObject": {"a": {}}}}"#);
        let two = source(r#"{"repoURL": "r", "helm": {"valuesObject": {}}}"#);
        assert!(!semantically_equal(&one, &two));
        let absent = source(r#"{"repoURL": "r", "plugin": {"parameters": [{"name": "a"}]}}"#);
        let empty = source(r#"{"repoURL": "r", "plugin": {"parameters": [{"name": "a", "array": []}]}}"#);
        assert!(!semantically_equal(&absent, &empty));
    }

    #[test]
    fn what_differs_differs() {
        assert!(!semantically_equal(&source(r#"{"repoURL": "r"}"#), &source(r#"{"repoURL": "s"}"#)));
        let recurse = source(r#"{"repoURL": "r", "directory": {"recurse": true}}"#);
        assert!(!semantically_equal(&source(r#"{"repoURL": "r"}"#), &recurse));
    }
}
