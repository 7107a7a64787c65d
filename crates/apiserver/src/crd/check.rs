//! Checking a custom resource against its schema, in the words upstream's validator has.

use super::format;
use super::node::{Bounds, Node};
use kinds::{FieldError, FieldErrorKind};
use serde_json::{Number, Value};

/// What is wrong with a value of this schema. What is as it was in `old` is not looked at, so that an object made before
/// its schema became stricter can still be changed elsewhere.
pub fn check(value: &Value, old: Option<&Value>, schema: &Node) -> Vec<FieldError> {
    let mut errors = Vec::new();
    check_at(value, old, schema, "", &mut errors);
    lists(value, schema, "", &mut errors);
    errors
}

fn error(kind: FieldErrorKind, path: &str, value: Option<String>, detail: impl Into<String>) -> FieldError {
    FieldError { kind, field: path.to_owned(), value, detail: detail.into() }
}

fn invalid(path: &str, value: &Value, detail: impl Into<String>) -> FieldError {
    error(FieldErrorKind::Invalid, path, Some(value.to_string()), detail)
}

/// A problem upstream reports without a place of its own.
fn placeless(detail: impl Into<String>) -> FieldError {
    error(FieldErrorKind::Invalid, "<nil>", Some("\"\"".to_owned()), detail)
}

fn child(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn check_at(value: &Value, old: Option<&Value>, schema: &Node, path: &str, errors: &mut Vec<FieldError>) {
    if (value.is_null() && schema.nullable) || old == Some(value) {
        return;
    }
    if !check_type(value, schema, path, errors) {
        return;
    }
    check_allowed(value, schema, path, errors);
    composition(value, schema, path, errors);
    match value {
        Value::String(text) => check_text(text, schema, path, errors),
        Value::Number(number) => check_number(number, schema, path, errors),
        Value::Array(items) => {
            check_count(items.len(), schema.item_count, "items", path, errors);
            if schema.unique_items && (1..items.len()).any(|index| items[..index].contains(&items[index])) {
                errors.push(error(
                    FieldErrorKind::Duplicate,
                    path,
                    Some(value.to_string()),
                    "shouldn't contain duplicates",
                ));
            }
            if let Some(node) = &schema.items {
                for (index, item) in items.iter().enumerate() {
                    let before = old.and_then(|old| same_item(old, item, schema));
                    check_at(item, before, node, &format!("{path}[{index}]"), errors);
                }
            }
        }
        Value::Object(map) => {
            check_count(map.len(), schema.property_count, "properties", path, errors);
            for (name, item) in map {
                let node = schema.properties.get(name).or(schema.additional.as_deref());
                if let Some(node) = node {
                    check_at(item, old.and_then(|old| old.get(name)), node, &child(path, name), errors);
                }
            }
            for name in schema.required.iter().filter(|name| !map.contains_key(*name)) {
                errors.push(error(FieldErrorKind::Required, &child(path, name), None, ""));
            }
            if schema.is_embedded {
                check_embedded(map, path, errors);
            }
        }
        _ => {}
    }
}

/// What an item was before: only the keys of a map in a list tell which one it is.
fn same_item<'v>(old: &'v Value, item: &Value, schema: &Node) -> Option<&'v Value> {
    if schema.list_type.as_deref() != Some("map") {
        return None;
    }
    let same = |old: &&Value| schema.list_map_keys.iter().all(|key| old.get(key) == item.get(key));
    old.as_array()?.iter().find(same)
}

fn check_embedded(map: &serde_json::Map<String, Value>, path: &str, errors: &mut Vec<FieldError>) {
    for name in ["apiVersion", "kind"] {
        if map.get(name).and_then(Value::as_str).unwrap_or_default().is_empty() {
            errors.push(error(FieldErrorKind::Required, &child(path, name), None, ""));
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if is_whole(number) => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_whole(number: &Number) -> bool {
    !number.is_f64() || number.as_f64().is_some_and(|float| float.fract() == 0.0)
}

fn check_type(value: &Value, schema: &Node, path: &str, errors: &mut Vec<FieldError>) -> bool {
    let actual = type_of(value);
    let wanted = match (&schema.kind, schema.is_int_or_string) {
        (_, true) => "integer,string",
        (Some(kind), false) => kind.as_str(),
        (None, false) => return true,
    };
    let fits = wanted.split(',').any(|wanted| wanted == actual || (wanted == "number" && actual == "integer"));
    if !fits {
        let detail = format!("{path} in body must be of type {wanted}: \"{actual}\"");
        errors.push(error(FieldErrorKind::TypeInvalid, path, Some(format!("\"{actual}\"")), detail));
        // Compat: a fraction where an integer belongs is told twice.
        if wanted == "integer" && actual == "number" {
            errors.push(placeless(format!("Checked value must be of type integer (default format) in {path}")));
        }
    }
    fits
}

fn check_allowed(value: &Value, schema: &Node, path: &str, errors: &mut Vec<FieldError>) {
    if schema.allowed.is_empty() || schema.allowed.contains(value) {
        return;
    }
    let supported: Vec<String> = schema
        .allowed
        .iter()
        .map(|allowed| match allowed {
            Value::String(_) => allowed.to_string(),
            other => format!("\"{other}\""),
        })
        .collect();
    let detail = format!("supported values: {}", supported.join(", "));
    errors.push(error(FieldErrorKind::NotSupported, path, Some(value.to_string()), detail));
}

fn check_text(text: &str, schema: &Node, path: &str, errors: &mut Vec<FieldError>) {
    let value = Value::from(text);
    let length = text.chars().count() as u64;
    if let Some(max) = schema.length.max.filter(|max| length > *max) {
        let detail = format!("may not be more than {max} bytes");
        errors.push(error(FieldErrorKind::TooLong, path, None, detail));
    }
    if let Some(min) = schema.length.min.filter(|min| length < *min) {
        errors.push(invalid(path, &value, format!("{path} in body should be at least {min} chars long")));
    }
    if let Some((pattern, regex)) = &schema.pattern
        && !regex.as_ref().is_some_and(|regex| regex.is_match(text))
    {
        errors.push(invalid(path, &value, format!("{path} in body should match '{pattern}'")));
    }
    if let Some(format) = schema.format.as_deref().filter(|format| !format::fits(format, text)) {
        let detail = format!("{path} in body must be of type {format}: {value}");
        errors.push(error(FieldErrorKind::TypeInvalid, path, Some(value.to_string()), detail));
    }
}

fn check_number(number: &Number, schema: &Node, path: &str, errors: &mut Vec<FieldError>) {
    let value = Value::Number(number.clone());
    let as_float = |number: &Number| number.as_f64().unwrap_or_default();
    let float = as_float(number);
    let integer_out_of_range = match schema.format.as_deref() {
        Some("int32") if schema.kind.as_deref() == Some("integer") => {
            i32::try_from(number.as_i64().unwrap_or(i64::MAX)).is_err()
        }
        _ => false,
    };
    if integer_out_of_range {
        errors.push(placeless(format!("Checked value must be of type integer with format int32 in {path}")));
    }
    if let Some(maximum) = &schema.maximum {
        let limit = as_float(maximum);
        if schema.exclusive_maximum && float >= limit {
            errors.push(invalid(path, &value, format!("{path} in body should be less than {maximum}")));
        } else if float > limit {
            errors.push(invalid(path, &value, format!("{path} in body should be less than or equal to {maximum}")));
        }
    }
    if let Some(minimum) = &schema.minimum {
        let limit = as_float(minimum);
        if schema.exclusive_minimum && float <= limit {
            errors.push(invalid(path, &value, format!("{path} in body should be greater than {minimum}")));
        } else if float < limit {
            errors.push(invalid(path, &value, format!("{path} in body should be greater than or equal to {minimum}")));
        }
    }
    if let Some(factor) = &schema.multiple_of {
        let quotient = float / as_float(factor);
        if quotient.fract() != 0.0 {
            errors.push(invalid(path, &value, format!("{path} in body should be a multiple of {factor}")));
        }
    }
}

fn check_count(count: usize, bounds: Bounds, what: &str, path: &str, errors: &mut Vec<FieldError>) {
    let count = count as u64;
    if let Some(max) = bounds.max.filter(|max| count > *max) {
        let items = if max == 1 { "item" } else { "items" };
        let detail = format!("must have at most {max} {items}");
        errors.push(error(FieldErrorKind::TooMany, path, Some(count.to_string()), detail));
    }
    if let Some(min) = bounds.min.filter(|min| count < *min) {
        errors.push(invalid(path, &Value::from(count), format!("{path} in body should have at least {min} {what}")));
    }
}

fn composition(value: &Value, schema: &Node, path: &str, errors: &mut Vec<FieldError>) {
    let attempt = |node: &Node| {
        let mut errors = Vec::new();
        check_at(value, None, node, path, &mut errors);
        errors
    };
    let name = if path.is_empty() { "" } else { path };
    if !schema.any_of.is_empty() {
        let mut attempts = schema.any_of.iter().map(attempt);
        let best = attempts.clone().next();
        if !attempts.any(|errors| errors.is_empty()) {
            errors.push(placeless(format!("\"{name}\" must validate at least one schema (anyOf)")));
            errors.extend(best.unwrap_or_default());
        }
    }
    if !schema.one_of.is_empty() {
        let attempts: Vec<_> = schema.one_of.iter().map(attempt).collect();
        let valid = attempts.iter().filter(|errors| errors.is_empty()).count();
        if valid != 1 {
            let found =
                if valid == 0 { "Found none valid".to_owned() } else { format!("Found {valid} valid alternatives") };
            errors.push(placeless(format!("\"{name}\" must validate one and only one schema (oneOf). {found}")));
            if valid == 0 {
                errors.extend(attempts.into_iter().next().unwrap_or_default());
            }
        }
    }
    let failed: Vec<_> = schema.all_of.iter().map(attempt).filter(|errors| !errors.is_empty()).collect();
    if !failed.is_empty() {
        errors.extend(failed.into_iter().flatten());
        errors.push(placeless(format!("\"{name}\" must validate all the schemas (allOf)")));
    }
    if schema.not.as_deref().is_some_and(|node| attempt(node).is_empty()) {
        errors.push(placeless(format!("\"{name}\" must not validate the schema (not)")));
    }
}

/// Sets and maps in lists: no item twice.
fn lists(value: &Value, schema: &Node, path: &str, errors: &mut Vec<FieldError>) {
    match value {
        Value::Array(items) => {
            duplicates(items, schema, path, errors);
            if let Some(node) = &schema.items {
                for (index, item) in items.iter().enumerate() {
                    lists(item, node, &format!("{path}[{index}]"), errors);
                }
            }
        }
        Value::Object(map) => {
            for (name, item) in map {
                if let Some(node) = schema.properties.get(name).or(schema.additional.as_deref()) {
                    lists(item, node, &child(path, name), errors);
                }
            }
        }
        _ => {}
    }
}

fn duplicates(items: &[Value], schema: &Node, path: &str, errors: &mut Vec<FieldError>) {
    let key = |item: &Value| -> Option<Value> {
        match schema.list_type.as_deref()? {
            "set" => Some(item.clone()),
            "map" => {
                let keys = &schema.list_map_keys;
                let present = keys.iter().filter_map(|key| item.get(key).map(|value| (key.clone(), value.clone())));
                let map: serde_json::Map<String, Value> = present.collect();
                (!map.is_empty()).then_some(Value::Object(map))
            }
            _ => None,
        }
    };
    let mut seen: Vec<Value> = Vec::new();
    for (index, key) in items.iter().enumerate().filter_map(|(index, item)| Some((index, key(item)?))) {
        if seen.contains(&key) {
            let at = format!("{path}[{index}]");
            errors.push(error(FieldErrorKind::Duplicate, &at, Some(key.to_string()), ""));
        } else {
            seen.push(key);
        }
    }
}
