//! What a plain scalar means in each of go-yaml's dialects.

use crate::number::parse_float;
use crate::timestamp::parse_timestamp;
use serde_json::{Number, Value};
use std::borrow::Cow;

/// Which of go-yaml's two sets of rules reads the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// go-yaml v2, YAML 1.1: `yes`, `on` and `y` are booleans. What Kubernetes, Helm and kubectl read with.
    #[default]
    V2,
    /// go-yaml v3, mostly YAML 1.2: only `true` and `false` are booleans. What Kustomize reads resources with.
    V3,
}

/// What a plain scalar resolves to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    Value(Value),
    /// Looks like a date: stays text in values, but must be quoted when written.
    Timestamp,
    /// `.inf`, `.nan`: valid YAML without a JSON form.
    NotFinite,
    Text,
}

/// Resolves a plain scalar by the rules of `dialect`.
pub(crate) fn resolve(text: &str, dialect: Dialect) -> Scalar {
    let Some(first) = text.chars().next() else { return Scalar::Value(Value::Null) };
    match first {
        '~' | 'a'..='z' | 'A'..='Z' => resolve_word(text, dialect),
        '.' if is_not_finite(text) => Scalar::NotFinite,
        '.' => parse_float(text).map_or(Scalar::Text, float),
        '0'..='9' | '+' | '-' => resolve_number(text),
        _ => Scalar::Text,
    }
}

fn resolve_word(text: &str, dialect: Dialect) -> Scalar {
    match text {
        "~" | "null" | "Null" | "NULL" => Scalar::Value(Value::Null),
        "true" | "True" | "TRUE" => Scalar::Value(Value::Bool(true)),
        "false" | "False" | "FALSE" => Scalar::Value(Value::Bool(false)),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" if dialect == Dialect::V2 => {
            Scalar::Value(Value::Bool(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" if dialect == Dialect::V2 => {
            Scalar::Value(Value::Bool(false))
        }
        _ => Scalar::Text,
    }
}

fn is_not_finite(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN")
}

fn resolve_number(text: &str) -> Scalar {
    if parse_timestamp(text).is_some() {
        return Scalar::Timestamp;
    }
    if is_not_finite(text) {
        return Scalar::NotFinite;
    }
    let plain = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    if let Some(integer) = integer(&plain) {
        return Scalar::Value(Value::Number(integer));
    }
    if is_yaml_float(&plain) { parse_float(&plain).map_or(Scalar::Text, float) } else { Scalar::Text }
}

/// A float as Go's JSON encoder would hand it on: without a fraction it becomes an integer.
fn float(value: f64) -> Scalar {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !value.is_finite() {
        return Scalar::NotFinite;
    }
    if value.fract() == 0.0 && value.abs() < EXACT {
        return Scalar::Value(Value::Number(Number::from(value as i64)));
    }
    Number::from_f64(value).map_or(Scalar::NotFinite, |number| Scalar::Value(Value::Number(number)))
}

/// An integer in any base Go's `ParseInt(_, 0, 64)` accepts: `0x`, `0o`, `0b` and a leading zero for octal.
fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&digits[2..], 16),
        [b'0', b'o' | b'O', ..] => (&digits[2..], 8),
        [b'0', b'b' | b'B', ..] => (&digits[2..], 2),
        [b'0', _, ..] => (&digits[1..], 8),
        _ => (digits, 10),
    };
    // `from_str_radix` would take a second sign.
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if !negative {
        return Some(i64::try_from(magnitude).map_or_else(|_| Number::from(magnitude), Number::from));
    }
    0_i64.checked_sub_unsigned(magnitude).map(Number::from)
}

/// go-yaml's own pattern: digits with an optional fraction or a bare fraction, and an optional exponent.
fn is_yaml_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
        None => digits(mantissa),
    };
    mantissa_fits && exponent.is_none_or(digits)
}

/// A sexagesimal number of YAML 1.1: text to go-yaml, but quoted when written, for other readers' sake.
pub(crate) fn is_base60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = unsigned.split(':');
    let whole = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let Some((last, middle)) = rest.split_last() else { return false };
    let sixty = |text: &str| match text.as_bytes() {
        [one] => one.is_ascii_digit(),
        [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
        _ => false,
    };
    let (seconds, fraction) = last.split_once('.').unwrap_or((last, ""));
    whole.starts_with(|first: char| first.is_ascii_digit())
        && whole.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
        && middle.iter().all(|part| sixty(part))
        && sixty(seconds)
        && fraction.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_scalars_resolve_as_go_yaml_v2_does() {
        let cases = [
            ("yes", json!(true)),
            ("Off", json!(false)),
            ("y", json!(true)),
            ("~", json!(null)),
            ("", json!(null)),
            ("0777", json!(511)),
            ("0o17", json!(15)),
            ("0x1F", json!(31)),
            ("0b11", json!(3)),
            ("1_000", json!(1000)),
            ("089", json!(89)),
            ("1e3", json!(1000)),
            ("1.0", json!(1)),
            ("1.5", json!(1.5)),
            (".5", json!(0.5)),
            ("-7", json!(-7)),
            ("+7", json!(7)),
            ("18446744073709551615", json!(u64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
        ];
        for (text, expected) in cases {
            assert_eq!(resolve(text, Dialect::V2), Scalar::Value(expected), "{text}");
        }
        for text in ["yesterday", "1:30", "--1", "1.2.3", "0x", "-", "+", "1e", "e3", "=", "<<", "v1"] {
            assert_eq!(resolve(text, Dialect::V2), Scalar::Text, "{text}");
        }
        for text in ["2001-01-02", "2001-1-2 3:4:5", "2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43Z"] {
            assert_eq!(resolve(text, Dialect::V2), Scalar::Timestamp, "{text}");
        }
        for text in ["2001-02-30", "2001-12-14T21:59:43", "2001-12-14 21:59:43 -5"] {
            assert_eq!(resolve(text, Dialect::V2), Scalar::Text, "{text}");
        }
        assert_eq!(resolve("yes", Dialect::V3), Scalar::Text);
        assert_eq!(resolve("-.inf", Dialect::V2), Scalar::NotFinite);
        assert!(is_base60("1:30") && is_base60("190:20:30.15") && !is_base60("1:60") && !is_base60("a:30"));
    }
}
