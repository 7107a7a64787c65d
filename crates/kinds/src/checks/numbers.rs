//! Numbers and numbers-or-percents.

use super::text;
use crate::field::{Errors, Path};
use crate::read;
use serde_json::Value;

/// Zero or more.
pub fn not_negative(path: &Path<'_>, number: i64, errors: &mut Errors) {
    if number < 0 {
        errors.invalid_number(path, number, "must be greater than or equal to 0");
    }
}

/// The number at `key` of `value`, when given, is zero or more.
pub fn not_negative_at(path: &Path<'_>, value: &Value, key: &str, errors: &mut Errors) {
    if let Some(number) = read::given_number(value, key) {
        not_negative(&path.child(key), number, errors);
    }
}

/// Between two numbers, both included.
pub fn in_range(path: &Path<'_>, number: i64, min: i64, max: i64, errors: &mut Errors) {
    if number < min || number > max {
        errors.invalid_number(path, number, format!("must be between {min} and {max}, inclusive"));
    }
}

/// A port number.
pub fn port(path: &Path<'_>, number: i64, errors: &mut Errors) {
    in_range(path, number, 1, 65_535, errors);
}

/// A port number or the name of a port.
pub fn port_or_name(path: &Path<'_>, value: &Value, errors: &mut Errors) {
    match value {
        Value::String(name) => text::invalid_each(path, name, text::port_name(name), errors),
        other => port(path, other.as_i64().unwrap_or_default(), errors),
    }
}

/// Zero or more, or a percentage.
pub fn number_or_percent(path: &Path<'_>, value: &Value, errors: &mut Errors) {
    match value {
        Value::String(percent) => text::invalid_each(path, percent, text::percent(percent), errors),
        other => not_negative(path, other.as_i64().unwrap_or_default(), errors),
    }
}

/// At most the whole, when it is a percentage.
pub fn at_most_all(path: &Path<'_>, value: &Value, errors: &mut Errors) {
    if let Some(percent) = percent_of(value)
        && percent > 100
    {
        errors.invalid(path, value, "must not be greater than 100%");
    }
}

/// The number of a percentage.
pub fn percent_of(value: &Value) -> Option<i64> {
    let text = value.as_str()?;
    if text::percent(text).is_empty() { text.trim_end_matches('%').parse().ok() } else { None }
}

/// The number itself, or that of the percentage.
pub fn number_of(value: &Value) -> i64 {
    value.as_i64().or_else(|| percent_of(value)).unwrap_or_default()
}
