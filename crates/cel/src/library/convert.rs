//! Conversions between types, `size` and `type`.

use super::quote::quoted;
use super::time;
use crate::error::EvalError;
use crate::value::{Evaluated, Key, Library, Value};
use jiff::Timestamp;
use std::fmt::Write;

pub(super) fn call(function: &str, args: &[Value]) -> Option<Evaluated> {
    let [value] = args else { return None };
    match function {
        "dyn" => Some(Ok(value.clone())),
        "type" => Some(Ok(Value::Type(value.type_name()))),
        "size" => {
            let is_sized =
                matches!(value, Value::Text(_) | Value::Bytes(_) | Value::List(_) | Value::Map(_) | Value::Object(_));
            is_sized.then(|| Ok(Value::Int(i64::try_from(value.size()).unwrap_or(i64::MAX))))
        }
        "bool" => to_bool(value),
        "int" => to_int(value),
        "uint" => to_uint(value),
        "double" => to_double(value),
        "string" => to_text(value),
        "bytes" => match value {
            Value::Bytes(_) => Some(Ok(value.clone())),
            Value::Text(text) => Some(Ok(Value::Bytes(text.as_bytes().into()))),
            _ => None,
        },
        "timestamp" => to_timestamp(value),
        "duration" => to_duration(value),
        _ => None,
    }
}

fn failed(from: &str, to: &str, value: &str) -> EvalError {
    EvalError::other(format!("type conversion error from '{from}' to '{to}': {value}"))
}

fn to_bool(value: &Value) -> Option<Evaluated> {
    match value {
        Value::Bool(_) => Some(Ok(value.clone())),
        Value::Text(text) => Some(match &**text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
            other => Err(failed("string", "bool", other)),
        }),
        _ => None,
    }
}

fn overflow<T>(value: Option<T>, wrap: impl FnOnce(T) -> Value, kind: &str) -> Evaluated {
    value.map(wrap).ok_or_else(|| EvalError::other(format!("{kind} overflow")))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn to_int(value: &Value) -> Option<Evaluated> {
    match value {
        Value::Int(_) => Some(Ok(value.clone())),
        Value::Uint(value) => Some(overflow(i64::try_from(*value).ok(), Value::Int, "integer")),
        Value::Double(value) => {
            let fits = value.is_finite() && *value > i64::MIN as f64 && *value < i64::MAX as f64;
            Some(overflow(fits.then_some(*value as i64), Value::Int, "integer"))
        }
        Value::Text(text) => Some(text.parse().map(Value::Int).map_err(|_| failed("string", "int", text))),
        Value::Timestamp(time) => Some(Ok(Value::Int(time.as_second()))),
        Value::Duration(nanos) => Some(Ok(Value::Int(*nanos))),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
fn to_uint(value: &Value) -> Option<Evaluated> {
    match value {
        Value::Uint(_) => Some(Ok(value.clone())),
        Value::Int(value) => Some(overflow(u64::try_from(*value).ok(), Value::Uint, "unsigned integer")),
        Value::Double(value) => {
            let fits = value.is_finite() && *value >= 0.0 && *value < u64::MAX as f64;
            Some(overflow(fits.then_some(*value as u64), Value::Uint, "unsigned integer"))
        }
        Value::Text(text) => Some(text.parse().map(Value::Uint).map_err(|_| failed("string", "uint", text))),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss)]
fn to_double(value: &Value) -> Option<Evaluated> {
    match value {
        Value::Double(_) => Some(Ok(value.clone())),
        Value::Int(value) => Some(Ok(Value::Double(*value as f64))),
        Value::Uint(value) => Some(Ok(Value::Double(*value as f64))),
        Value::Text(text) => Some(text.parse().map(Value::Double).map_err(|_| failed("string", "double", text))),
        _ => None,
    }
}

fn to_text(value: &Value) -> Option<Evaluated> {
    Some(Ok(Value::text(match value {
        Value::Text(_) => return Some(Ok(value.clone())),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Double(value) => double_text(*value),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return Some(Err(EvalError::other("invalid UTF-8 in bytes, cannot convert to string"))),
        },
        Value::Timestamp(time) => time.to_string(),
        Value::Duration(nanos) => time::duration_text(*nanos),
        Value::Library(library) => match &**library {
            Library::Ip(ip) => ip.to_string(),
            Library::Cidr(cidr) => cidr.to_string(),
            _ => return None,
        },
        _ => return None,
    })))
}

fn double_text(value: f64) -> String {
    let exponent = if value == 0.0 { 0.0 } else { value.abs().log10().floor() };
    if !(-4.0..21.0).contains(&exponent) && value.is_finite() {
        let text = format!("{value:e}");
        // Go writes the exponent with a sign and at least two digits.
        if let Some((digits, power)) = text.split_once('e') {
            let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
            return format!("{digits}e{sign}{power:0>2}");
        }
    }
    match value {
        value if value.is_nan() => "NaN".to_owned(),
        value if value.is_infinite() => if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned(),
        value => value.to_string(),
    }
}

fn to_timestamp(value: &Value) -> Option<Evaluated> {
    match value {
        Value::Timestamp(_) => Some(Ok(value.clone())),
        Value::Int(seconds) => Some(overflow(Timestamp::from_second(*seconds).ok(), Value::Timestamp, "timestamp")),
        Value::Text(text) => Some(text.parse().map(Value::Timestamp).map_err(|_| failed("string", "timestamp", text))),
        _ => None,
    }
}

fn to_duration(value: &Value) -> Option<Evaluated> {
    match value {
        Value::Duration(_) => Some(Ok(value.clone())),
        Value::Int(nanos) => Some(Ok(Value::Duration(*nanos))),
        Value::Text(text) => {
            Some(time::parse_duration(text).map(Value::Duration).ok_or_else(|| failed("string", "duration", text)))
        }
        _ => None,
    }
}

/// A value as messages and `format` show it.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Type(name) => name.to_string(),
        Value::List(list) => format!("[{}]", joined(list.items.iter().map(within))),
        Value::Map(map) => {
            let entry = |(key, value): (&Key, &Value)| format!("{}:{}", within(&key.value()), within(value));
            format!("{{{}}}", joined(map.iter().map(entry)))
        }
        Value::Object(fields) => {
            let entry = |(name, value): (&String, &Value)| format!("{}:{}", quoted(name), within(value));
            format!("{{{}}}", joined(fields.iter().map(entry)))
        }
        Value::Optional(None) => "optional.none()".to_owned(),
        Value::Optional(Some(value)) => format!("optional({})", shown(value)),
        other => match to_text(other) {
            Some(Ok(Value::Text(text))) => text.to_string(),
            _ => other.type_name().to_string(),
        },
    }
}

/// A value within a list or map: there texts are told apart from what looks like them.
fn within(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Timestamp(_) => format!("timestamp({})", quoted(&shown(value))),
        Value::Duration(_) => format!("duration({})", quoted(&shown(value))),
        value => shown(value),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.enumerate().fold(String::new(), |mut text, (index, part)| {
        let separator = if index > 0 { ", " } else { "" };
        write!(text, "{separator}{part}").expect("invariant: writing into memory does not fail");
        text
    })
}
