//! Labels and label selectors.

use super::text::{invalid_each, label_value, qualified_name};
use crate::field::{Errors, Path};
use crate::read;
use serde_json::Value;

/// Names and values of labels.
pub fn labels(path: &Path<'_>, labels: &Value, errors: &mut Errors) {
    for (key, value) in labels.as_object().into_iter().flatten() {
        invalid_each(path, key, qualified_name(key), errors);
        let value = value.as_str().unwrap_or_default();
        invalid_each(path, value, label_value(value), errors);
    }
}

/// A selector with `matchLabels` and `matchExpressions`.
pub fn selector(path: &Path<'_>, selector: &Value, errors: &mut Errors) {
    labels(&path.child("matchLabels"), read::at(selector, "matchLabels"), errors);
    let expressions = path.child("matchExpressions");
    for (index, expression) in read::list(selector, "matchExpressions").iter().enumerate() {
        requirement(&expressions.index(index), expression, errors);
    }
}

fn requirement(path: &Path<'_>, expression: &Value, errors: &mut Errors) {
    let operator = read::text(expression, "operator");
    let values = read::list(expression, "values");
    match operator {
        "In" | "NotIn" if values.is_empty() => {
            errors.required(&path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            let message = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
            errors.forbidden(&path.child("values"), message);
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => (),
        _ => errors.invalid_text(&path.child("operator"), operator, "not a valid selector operator"),
    }
    let key = read::text(expression, "key");
    invalid_each(&path.child("key"), key, qualified_name(key), errors);
    let place = path.child("values");
    for (index, value) in values.iter().enumerate() {
        let value = value.as_str().unwrap_or_default();
        invalid_each(&place.index(index), value, label_value(value), errors);
    }
}

/// Whether a selector is one that Kubernetes can evaluate.
pub fn is_usable(selector: &Value) -> bool {
    let mut errors = Errors::default();
    self::selector(&Path::root("selector"), selector, &mut errors);
    errors.is_empty()
}

/// Whether a selector asks for nothing.
pub fn is_empty(selector: &Value) -> bool {
    read::map(selector, "matchLabels").is_none_or(serde_json::Map::is_empty)
        && read::list(selector, "matchExpressions").is_empty()
}

/// Whether labels match a selector; one that asks for nothing matches all, none at all matches nothing.
pub fn matches(selector: &Value, labels: &Value) -> bool {
    if selector.is_null() {
        return false;
    }
    let label = |key: &str| labels.get(key).and_then(Value::as_str);
    let by_labels = read::entries(selector, "matchLabels").all(|(key, value)| label(key) == value.as_str());
    by_labels
        && read::list(selector, "matchExpressions").iter().all(|expression| {
            let found = label(read::text(expression, "key"));
            let among = || read::list(expression, "values").iter().any(|value| value.as_str() == found);
            match read::text(expression, "operator") {
                "In" => found.is_some() && among(),
                "NotIn" => found.is_none() || !among(),
                "Exists" => found.is_some(),
                "DoesNotExist" => found.is_none(),
                _ => false,
            }
        })
}
