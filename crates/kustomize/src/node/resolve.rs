//! What a plain scalar means to go-yaml v3.

use super::Tag;
use yaml::parse_timestamp;

/// What a plain scalar resolves to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Resolved {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    /// A point in time, as JSON writes it.
    Time(String),
    Merge,
    Text,
}

impl Resolved {
    pub fn tag(&self) -> Tag {
        match self {
            Resolved::Null => Tag::Null,
            Resolved::Bool(_) => Tag::Bool,
            Resolved::Int(_) | Resolved::Uint(_) => Tag::Int,
            Resolved::Float(_) => Tag::Float,
            Resolved::Time(_) => Tag::Timestamp,
            Resolved::Merge => Tag::Merge,
            Resolved::Text => Tag::Str,
        }
    }
}

/// Resolves a plain scalar.
pub(crate) fn resolve(text: &str) -> Resolved {
    let Some(first) = text.bytes().next() else { return Resolved::Null };
    match first {
        b'~' | b't' | b'T' | b'f' | b'F' | b'n' | b'N' => word(text),
        b'<' if text == "<<" => Resolved::Merge,
        b'.' => special_float(text).or_else(|| go_float(text)).map_or(Resolved::Text, Resolved::Float),
        b'0'..=b'9' | b'+' | b'-' => number(text),
        _ => Resolved::Text,
    }
}

/// Whether YAML 1.1 would read something else than text: what the original quotes when it sets a new field.
///
/// Compat: a date stays text to go-yaml v2, so it is not among them.
pub(crate) fn is_not_text(text: &str) -> bool {
    if text.is_empty() || text.contains('\n') {
        return false;
    }
    matches!(text, "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON")
        || matches!(text, "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF")
        || !matches!(resolve(text), Resolved::Text | Resolved::Time(_) | Resolved::Merge)
}

/// Whether a plain scalar of this text is text to go-yaml v3.
pub(crate) fn reads_as_text(text: &str) -> bool {
    matches!(resolve(text), Resolved::Text)
}

fn word(text: &str) -> Resolved {
    match text {
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "true" | "True" | "TRUE" => Resolved::Bool(true),
        "false" | "False" | "FALSE" => Resolved::Bool(false),
        _ => Resolved::Text,
    }
}

fn special_float(text: &str) -> Option<f64> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

fn number(text: &str) -> Resolved {
    if let Some(float) = special_float(text) {
        return Resolved::Float(float);
    }
    if let Some(time) = parse_timestamp(text) {
        return Resolved::Time(time);
    }
    let without_bars;
    let plain = if text.contains('_') {
        without_bars = text.replace('_', "");
        &without_bars
    } else {
        text
    };
    if let Some(integer) = integer(plain) {
        return integer;
    }
    if is_yaml_float(plain) { go_float(plain).map_or(Resolved::Text, Resolved::Float) } else { Resolved::Text }
}

/// An integer in any base Go takes: `0x`, `0o`, `0b`, and a leading zero for octal.
fn integer(text: &str) -> Option<Resolved> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (0, text),
    };
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&digits[2..], 16),
        [b'0', b'o' | b'O', ..] => (&digits[2..], 8),
        [b'0', b'b' | b'B', ..] => (&digits[2..], 2),
        [b'0', _, ..] => (&digits[1..], 8),
        _ => (digits, 10),
    };
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if sign < 0 {
        return 0_i64.checked_sub_unsigned(magnitude).map(Resolved::Int);
    }
    match i64::try_from(magnitude) {
        Ok(value) => Some(Resolved::Int(value)),
        // Compat: Go reads what does not fit a signed number only without a sign.
        Err(_) if sign == 0 => Some(Resolved::Uint(magnitude)),
        Err(_) => None,
    }
}

/// Digits with an optional fraction or a bare fraction, and an optional exponent.
fn is_yaml_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
        None => digits(mantissa),
    };
    fits && exponent.is_none_or(digits)
}

fn go_float(text: &str) -> Option<f64> {
    let plausible = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    plausible.then(|| text.parse::<f64>().ok()).flatten().filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_resolve_as_in_go_yaml_v3() {
        let cases = [
            ("yes", Resolved::Text),
            ("true", Resolved::Bool(true)),
            ("~", Resolved::Null),
            ("", Resolved::Null),
            ("0777", Resolved::Int(511)),
            ("0o17", Resolved::Int(15)),
            ("089", Resolved::Float(89.0)),
            ("1_000", Resolved::Int(1000)),
            ("18446744073709551615", Resolved::Uint(u64::MAX)),
            ("+18446744073709551615", Resolved::Float(18_446_744_073_709_552_000.0)),
            ("1e3", Resolved::Float(1000.0)),
            (".5", Resolved::Float(0.5)),
            ("1:30", Resolved::Text),
            ("-", Resolved::Text),
            ("<<", Resolved::Merge),
            ("2001-01-02", Resolved::Time("2001-01-02T00:00:00Z".into())),
        ];
        for (text, expected) in cases {
            assert_eq!(resolve(text), expected, "{text}");
        }
    }
}
