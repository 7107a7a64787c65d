//! Differences of two values, one a line, for people.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;

/// One place where two values differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where, such as `spec.template.spec.containers[web].image`; empty for the whole.
    pub path: String,
    /// What is there; `None` if nothing.
    pub from: Option<Value>,
    /// What should be there; `None` if nothing.
    pub to: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "(none)".to_owned(), Value::to_string);
        write!(f, "{}: {} -> {}", self.path, text(&self.from), text(&self.to))
    }
}

/// Every place where two values differ, in order. Items of lists are told apart by their `name`, if all have one of
/// their own, else by position.
#[must_use]
pub fn differences(from: Option<&Value>, to: Option<&Value>) -> Vec<Difference> {
    let mut found = Vec::new();
    walk(String::new(), from, to, &mut found);
    found
}

fn walk(path: String, from: Option<&Value>, to: Option<&Value>, found: &mut Vec<Difference>) {
    match (from, to) {
        (Some(from), Some(to)) if from == to => {}
        (None, None) => {}
        (Some(Value::Object(from)), Some(Value::Object(to))) => {
            let keys: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
            for key in keys {
                walk(field(&path, key), from.get(key), to.get(key), found);
            }
        }
        (Some(Value::Array(from)), Some(Value::Array(to))) => walk_lists(&path, from, to, found),
        (from, to) => found.push(Difference { path, from: from.cloned(), to: to.cloned() }),
    }
}

fn walk_lists(path: &str, from: &[Value], to: &[Value], found: &mut Vec<Difference>) {
    let (Some(from_names), Some(to_names)) = (names(from), names(to)) else {
        for index in 0..from.len().max(to.len()) {
            walk(format!("{path}[{index}]"), from.get(index), to.get(index), found);
        }
        return;
    };
    let same_set = from_names.iter().collect::<BTreeSet<_>>() == to_names.iter().collect::<BTreeSet<_>>();
    if same_set && from_names != to_names {
        let order = |names: &[&str]| Some(Value::from(names.to_vec()));
        found.push(Difference { path: format!("{path}[order]"), from: order(&from_names), to: order(&to_names) });
    }
    let at = |names: &[&str], items: &'_ [Value], name: &str| {
        names.iter().position(|it| *it == name).and_then(|index| items.get(index).cloned())
    };
    let mut seen = BTreeSet::new();
    for name in from_names.iter().chain(&to_names).filter(|name| seen.insert(**name)) {
        let (old, new) = (at(&from_names, from, name), at(&to_names, to, name));
        walk(format!("{path}[{name}]"), old.as_ref(), new.as_ref(), found);
    }
}

/// The names of all items, if each has one of its own.
fn names(items: &[Value]) -> Option<Vec<&str>> {
    let names: Vec<&str> = items.iter().map(|item| item.get("name")?.as_str()).collect::<Option<_>>()?;
    let distinct: BTreeSet<_> = names.iter().collect();
    (distinct.len() == names.len()).then_some(names)
}

fn field(path: &str, key: &str) -> String {
    let is_plain =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    match (path.is_empty(), is_plain) {
        (true, true) => key.to_owned(),
        (false, true) => format!("{path}.{key}"),
        (_, false) => format!("{path}[{key:?}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lines(from: &Value, to: &Value) -> Vec<String> {
        differences(Some(from), Some(to)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_place_is_named() {
        let from = json!({"metadata": {"annotations": {"a/b": "1"}}, "spec": {"replicas": 1, "list": [1, 2],
            "containers": [{"name": "web", "image": "a"}, {"name": "log", "image": "x"}]}});
        let to = json!({"metadata": {"annotations": {}}, "spec": {"replicas": 2, "list": [1],
            "containers": [{"name": "log", "image": "x"}, {"name": "web", "image": "b"}]}});
        assert_eq!(
            lines(&from, &to),
            [
                r#"metadata.annotations["a/b"]: "1" -> (none)"#,
                r#"spec.containers[order]: ["web","log"] -> ["log","web"]"#,
                r#"spec.containers[web].image: "a" -> "b""#,
                "spec.list[1]: 2 -> (none)",
                "spec.replicas: 1 -> 2",
            ]
        );
    }

    #[test]
    fn equal_values_have_none() {
        assert!(lines(&json!({"a": [{"name": "x"}]}), &json!({"a": [{"name": "x"}]})).is_empty());
        assert!(differences(None, None).is_empty());
    }
}
