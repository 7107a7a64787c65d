//! Sprig's lenient conversions of anything to numbers, as spf13/cast does them, and Go's `strconv` under them.

use gotemplate::Value;

/// `int64`: 0 for what has no number in it.
pub fn to_int64(value: &Value) -> i64 {
    match value.plain() {
        Value::Bool(value) => i64::from(value),
        Value::Int(value, _) => value,
        Value::Uint(value, _) => value.cast_signed(),
        Value::Float(value) => truncated(value),
        Value::Str(text) => text.as_str().and_then(|text| parse_int(without_zero_decimals(text), 0)).unwrap_or(0),
        _ => 0,
    }
}

/// `float64`: 0 for what has no number in it.
pub fn to_float64(value: &Value) -> f64 {
    match value.plain() {
        Value::Bool(value) => f64::from(u8::from(value)),
        Value::Int(value, _) => value as f64,
        Value::Uint(value, _) => value as f64,
        Value::Float(value) => value,
        Value::Str(text) => text.as_str().and_then(parse_float).unwrap_or(0.0),
        _ => 0.0,
    }
}

/// Go's conversion of a float to an integer, as the processor does it: out of range gives the smallest integer.
pub fn truncated(value: f64) -> i64 {
    let fits = value > -9_223_372_036_854_777_856.0 && value < 9_223_372_036_854_775_808.0;
    if fits { value as i64 } else { i64::MIN }
}

/// `1.00` is as good as `1` to cast; `1.01` is not.
fn without_zero_decimals(text: &str) -> &str {
    let mut zero_seen = false;
    for (at, byte) in text.bytes().enumerate().rev() {
        match byte {
            b'.' if zero_seen => return &text[..at],
            b'.' => {}
            b'0' => zero_seen = true,
            _ => break,
        }
    }
    text
}

/// `strconv.ParseInt(text, base, 64)`; base 0 reads Go's prefixes and underscores. Nothing when it is an error.
pub fn parse_int(text: &str, base: u32) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = parse_uint(digits, base)?;
    if negative { 0_i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
}

fn parse_uint(text: &str, base: u32) -> Option<u64> {
    if base != 0 {
        return plain_digits(text, base);
    }
    let prefix = text.get(..2).unwrap_or("").to_ascii_lowercase();
    let (base, digits) = match prefix.as_str() {
        "0x" => (16, &text[2..]),
        "0b" => (2, &text[2..]),
        "0o" => (8, &text[2..]),
        _ if text.len() > 1 && text.starts_with('0') => (8, &text[1..]),
        _ => (10, text),
    };
    if digits.contains('_') && !underscores_separate(text) {
        return None;
    }
    plain_digits(&digits.replace('_', ""), base)
}

fn plain_digits(digits: &str, base: u32) -> Option<u64> {
    let bare = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if bare { u64::from_str_radix(digits, base).ok() } else { None }
}

/// Whether every underscore stands between digits, or between a base prefix and a digit.
fn underscores_separate(text: &str) -> bool {
    let text = text.trim_start_matches(['+', '-']);
    let bytes = text.as_bytes();
    let prefixed = bytes.len() >= 2 && bytes[0] == b'0' && matches!(bytes[1] | 0x20, b'x' | b'b' | b'o');
    let hex = prefixed && bytes[1] | 0x20 == b'x';
    let mut after_digit = prefixed;
    let mut after_underscore = false;
    for byte in &bytes[if prefixed { 2 } else { 0 }..] {
        let digit = byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit();
        if *byte == b'_' && !after_digit || *byte != b'_' && !digit && after_underscore {
            return false;
        }
        (after_digit, after_underscore) = (digit, *byte == b'_');
    }
    !after_underscore
}

/// `strconv.Atoi` with its error swallowed.
pub fn atoi(text: &str) -> i64 {
    parse_int(text, 10).unwrap_or(0)
}

/// `strconv.ParseFloat(text, 64)`; nothing when it is an error, too large a number included.
pub fn parse_float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => return Some(sign * f64::INFINITY),
        "nan" => return Some(f64::NAN),
        _ => {}
    }
    if unsigned.contains('_') && !underscores_separate(unsigned) {
        return None;
    }
    let digits = unsigned.replace('_', "");
    let number = match digits.get(..2) {
        Some("0x" | "0X") => parse_hex_float(&digits[2..])?,
        _ if unsigned.contains('_') && !unsigned.starts_with("0x") && digits.is_empty() => return None,
        _ if digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte)) => digits.parse().ok()?,
        _ => return None,
    };
    if f64::is_finite(number) { Some(sign * number) } else { None }
}

/// What stands behind `0x`: `1.8p-3`. The exponent is a must.
fn parse_hex_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let exponent = parse_int(exponent, 10)?.clamp(-100_000, 100_000);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    // 64 bits of mantissa with a sticky last bit are more than rounding to 53 needs.
    let (mut bits, mut dropped, mut shift) = (0_u64, false, 0_i64);
    for (at, digit) in whole.chars().chain(fraction.chars()).enumerate() {
        let digit = u64::from(digit.to_digit(16)?);
        if bits >> 58 == 0 {
            bits = bits << 4 | digit;
        } else {
            dropped |= digit != 0;
            shift += 4;
        }
        if at >= whole.len() {
            shift -= 4;
        }
    }
    Some(scaled(bits | u64::from(dropped), exponent + shift))
}

/// `bits * 2^exponent`, rounded once.
fn scaled(bits: u64, exponent: i64) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    let top = exponent + 63 - i64::from(bits.leading_zeros());
    // Below the normal numbers fewer bits are kept: round to them here, so that scaling is exact.
    let kept = if top < -1022 { 53 - (-1022 - top) } else { 53 };
    let drop = 64 - i64::from(bits.leading_zeros()) - kept;
    let rounded = if drop <= 0 {
        u128::from(bits)
    } else if drop > 64 {
        0
    } else {
        let (wide, half) = (u128::from(bits), 1_u128 << (drop - 1));
        let (quotient, rest) = (wide >> drop, wide & ((1 << drop) - 1));
        let up = rest > half || rest == half && quotient & 1 == 1;
        (quotient + u128::from(up)) << drop
    };
    let mut value = rounded as f64;
    let mut left = exponent;
    while left != 0 && value != 0.0 && value.is_finite() {
        let step = left.clamp(-1000, 1000);
        value *= 2_f64.powi(step as i32);
        left -= step;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_read_as_go_literals() {
        let read = ["0x1F", "0b11", "0o17", "017", "1_000", "+5", "-9223372036854775808", "0_1", "0x_1"];
        let given = read.map(|text| parse_int(text, 0));
        assert_eq!(given, [31, 3, 15, 15, 1000, 5, i64::MIN, 1, 1].map(Some));
        for wrong in ["", "+", "08", "1_", "_1", "1e3", "9223372036854775808", "--1", "0x", "é"] {
            assert_eq!(parse_int(wrong, 0), None, "{wrong}");
        }
    }

    #[test]
    fn floats_read_as_go_literals() {
        for (text, value) in [("1_000", 1000.0), ("0x1p-2", 0.25), ("1_0.5", 10.5), ("0x_1p3", 8.0), ("1.", 1.0)] {
            assert_eq!(parse_float(text), Some(value), "{text}");
        }
        assert_eq!(parse_float("0x1.fffffffffffff8p1023"), None);
        assert_eq!(parse_float("0x1p-1074"), Some(5e-324));
        assert_eq!(parse_float("0x.8p-1074"), Some(0.0));
        for wrong in ["", "1e400", " 1", "0x10", "1e", ".", "e1", "infin", "1__0"] {
            assert_eq!(parse_float(wrong), None, "{wrong}");
        }
    }
}
