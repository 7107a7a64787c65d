//! Labels, selectors and lists in one cell.

use crate::read;
use serde_json::Value;

/// What stands for nothing.
pub const NONE: &str = "<none>";

/// `a=b,c=d`.
pub fn of_map(labels: &Value) -> String {
    let pairs: Vec<String> = labels
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    or_none(pairs.join(","))
}

/// A selector with `matchLabels` and `matchExpressions`, as requests write it.
pub fn of_selector(selector: &Value) -> String {
    let mut terms: Vec<(&str, String)> = read::entries(selector, "matchLabels")
        .map(|(key, value)| (key, format!("{key}={}", value.as_str().unwrap_or_default())))
        .collect();
    for expression in read::list(selector, "matchExpressions") {
        let key = read::text(expression, "key");
        let mut values: Vec<&str> = read::list(expression, "values").iter().filter_map(Value::as_str).collect();
        values.sort_unstable();
        let values = values.join(",");
        terms.push((
            key,
            match read::text(expression, "operator") {
                "In" => format!("{key} in ({values})"),
                "NotIn" => format!("{key} notin ({values})"),
                "DoesNotExist" => format!("!{key}"),
                _ => key.to_owned(),
            },
        ));
    }
    terms.sort_by_key(|(key, _)| *key);
    or_none(terms.into_iter().map(|(_, term)| term).collect::<Vec<_>>().join(","))
}

/// `<none>` for nothing.
pub fn or_none(text: String) -> String {
    if text.is_empty() { NONE.to_owned() } else { text }
}

/// The first items, and how many more there are.
pub fn first(items: &[String], shown_max: usize, separator: &str) -> String {
    let text = items.iter().take(shown_max).cloned().collect::<Vec<_>>().join(separator);
    match items.len().checked_sub(shown_max).filter(|more| *more > 0) {
        Some(more) => format!("{text} + {more} more..."),
        None => text,
    }
}

/// Names and images of the containers of a pod specification.
pub fn containers(spec: &Value) -> (String, String) {
    let join = |field: &str| {
        let texts: Vec<&str> = read::list(spec, "containers").iter().map(|item| read::text(item, field)).collect();
        texts.join(",")
    };
    (join("name"), join("image"))
}
