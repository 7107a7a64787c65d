//! What functions do with texts.

use crate::compare::{compare, type_name};
use crate::error::{RunError, raised};
use regex::RegexBuilder;
use serde_json::Value;

/// The largest automaton an expression may make.
const REGEX_BYTES_MAX: usize = 1 << 20;

pub(crate) fn text(value: &Value) -> Result<&str, RunError> {
    value.as_str().ok_or_else(|| raised(format!("a string was expected, not {}", type_name(value))))
}

/// A text as it is, everything else as JSON.
pub(crate) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether an expression matches somewhere in a text; flags as in jq: `i` without case, `x` spaced out, `s` dots match
/// line ends, `g` and `n` change nothing here.
pub(crate) fn test(value: &Value, expression: &Value, flags: &str) -> Result<Value, RunError> {
    let has = |flag: char| flags.contains(flag);
    let mut builder = RegexBuilder::new(text(expression)?);
    builder.case_insensitive(has('i')).ignore_whitespace(has('x')).dot_matches_new_line(has('s'));
    let regex = builder.size_limit(REGEX_BYTES_MAX).build().map_err(|_| raised("the regular expression is invalid"))?;
    Ok(Value::Bool(regex.is_match(text(value)?)))
}

/// The text without its beginning or end, where it has that.
pub(crate) fn trimmed(value: &Value, part: &Value, strip: fn(&'_ str, &str) -> Option<String>) -> Value {
    match (value, part) {
        (Value::String(text), Value::String(part)) => strip(text, part).map_or_else(|| value.clone(), Value::String),
        _ => value.clone(),
    }
}

pub(crate) fn join(value: &Value, separator: &Value) -> Result<Value, RunError> {
    let Value::Array(items) = value else { return Err(raised("a list was expected to join")) };
    let mut parts = Vec::new();
    for item in items {
        parts.push(match item {
            Value::Null => String::new(),
            Value::Array(_) | Value::Object(_) => return Err(raised("lists and objects cannot be joined")),
            scalar => shown(scalar),
        });
    }
    Ok(Value::String(parts.join(text(separator)?)))
}

/// Where a part begins; null where it is not found.
pub(crate) fn index(value: &Value, part: &Value) -> Value {
    let found = match (value, part) {
        (Value::String(text), Value::String(part)) => {
            text.find(part.as_str()).map(|bytes| text[..bytes].chars().count())
        }
        (Value::Array(items), part) => items.iter().position(|item| compare(item, part).is_eq()),
        _ => None,
    };
    found.map_or(Value::Null, Value::from)
}
