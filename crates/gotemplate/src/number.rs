//! Number literals: one text may be an int, a uint, a float and a complex number at once, as Go's ideal constants.

use crate::quote::{quote, unquote_char};

/// A number literal under each type that can hold it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Number {
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) complex: Option<(f64, f64)>,
}

/// A character constant like `'a'`.
pub(crate) fn parse_char(text: &[u8]) -> Result<Number, String> {
    let code = unquote_char(text)?;
    Ok(Number { int: Some(code.into()), uint: Some(code.into()), float: Some(code.into()), complex: None })
}

/// `1+2i`.
pub(crate) fn parse_complex(text: &str) -> Result<Number, String> {
    let syntax = || "syntax error scanning complex number".to_owned();
    let split = text.rfind(['+', '-']).filter(|at| *at > 0).ok_or_else(syntax)?;
    // The sign of an exponent separates nothing.
    let split = match text.as_bytes()[split - 1] {
        b'e' | b'E' | b'p' | b'P' => text[..split - 1].rfind(['+', '-']).filter(|at| *at > 0).ok_or_else(syntax)?,
        _ => split,
    };
    let imaginary = text[split..].strip_suffix('i').ok_or_else(syntax)?;
    let real = parse_float(&text[..split]).ok_or_else(syntax)?;
    Ok(Number::of_complex(real, parse_float(imaginary).ok_or_else(syntax)?))
}

/// Any other number.
pub(crate) fn parse_number(text: &str) -> Result<Number, String> {
    if let Some(imaginary) = text.strip_suffix('i').and_then(parse_float) {
        return Ok(Number::of_complex(0.0, imaginary));
    }
    let mut number = Number { uint: parse_uint(text), int: parse_int(text), ..Number::default() };
    if number.int == Some(0) {
        number.uint = Some(0);
    }
    if let Some(int) = number.int {
        number.float = Some(int as f64);
    } else if let Some(uint) = number.uint {
        number.float = Some(uint as f64);
    } else if let Some(float) = parse_float(text) {
        if !text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("integer overflow: {}", quote(text.as_bytes())));
        }
        number.float = Some(float);
        number.int = whole_int(float);
        number.uint = whole_uint(float);
    } else {
        return Err(format!("illegal number syntax: {}", quote(text.as_bytes())));
    }
    Ok(number)
}

impl Number {
    fn of_complex(real: f64, imaginary: f64) -> Self {
        let complex = Some((real, imaginary));
        if imaginary != 0.0 {
            return Number { complex, ..Number::default() };
        }
        Number { int: whole_int(real), uint: whole_uint(real), float: Some(real), complex }
    }
}

/// The integer a float is, as amd64 converts: what lies beyond gives the smallest `i64`, which is no such float.
fn whole_int(value: f64) -> Option<i64> {
    let inside = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value);
    (inside && value.trunc() == value).then_some(value as i64)
}

fn whole_uint(value: f64) -> Option<u64> {
    let inside = (0.0..18_446_744_073_709_551_616.0).contains(&value);
    (inside && value.trunc() == value).then_some(value as u64)
}

/// Go's `strconv.ParseUint(text, 0, 64)`.
pub(crate) fn parse_uint(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let (digits, radix) = match bytes {
        [b'0', b'x' | b'X', ..] if bytes.len() >= 3 => (&text[2..], 16),
        [b'0', b'o' | b'O', ..] if bytes.len() >= 3 => (&text[2..], 8),
        [b'0', b'b' | b'B', ..] if bytes.len() >= 3 => (&text[2..], 2),
        [b'0', _, ..] => (&text[1..], 8),
        _ => (text, 10),
    };
    if digits.is_empty() || digits.contains('_') && !underscores_ok(text) {
        return None;
    }
    let mut sum = 0u64;
    for digit in digits.chars().filter(|digit| *digit != '_') {
        sum = sum.checked_mul(radix.into())?.checked_add(digit.to_digit(radix)?.into())?;
    }
    Some(sum)
}

/// Go's `strconv.ParseInt(text, 0, 64)`.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = parse_uint(digits)?;
    if negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
}

/// Whether underscores stand only between digits, or after the prefix that names the base.
fn underscores_ok(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text).as_bytes();
    let (start, hexadecimal) = match text {
        [b'0', b'x' | b'X', ..] => (2, true),
        [b'0', b'o' | b'O' | b'b' | b'B', ..] => (2, false),
        _ => (0, false),
    };
    let mut before = if start > 0 { b'0' } else { b'^' };
    for &byte in &text[start..] {
        if byte.is_ascii_digit() || hexadecimal && byte.is_ascii_hexdigit() {
            before = b'0';
        } else if byte == b'_' {
            if before != b'0' {
                return false;
            }
            before = b'_';
        } else if before == b'_' {
            return false;
        } else {
            before = b'!';
        }
    }
    before != b'_'
}

/// Go's `strconv.ParseFloat(text, 64)` on what the lexer takes for a number; `None` also for what overflows.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    if text.contains('_') && !underscores_ok(text) {
        return None;
    }
    let plain: String = text.chars().filter(|found| *found != '_').collect();
    let digits = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
    let value = match digits.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => parse_hexadecimal(&digits[2..]),
        _ => {
            let plausible = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
            plausible.then(|| digits.parse::<f64>().ok()).flatten()
        }
    }?;
    let value = if plain.starts_with('-') { -value } else { value };
    value.is_finite().then_some(value)
}

/// Hexadecimal mantissa and the binary exponent it must have, correctly rounded.
fn parse_hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let exponent_digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    if exponent_digits.is_empty() || !exponent_digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Far beyond what a float can hold: more digits change nothing.
    let magnitude = exponent_digits.parse::<i64>().map_or(100_000, |value| value.min(100_000));
    let mut exponent = if exponent.starts_with('-') { -magnitude } else { magnitude };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut bits = 0u64;
    let mut lost = false;
    for digit in whole.chars().chain(fraction.chars()) {
        let digit = digit.to_digit(16)?;
        if bits >> 59 == 0 {
            bits = bits << 4 | u64::from(digit);
        } else {
            lost |= digit != 0;
            exponent += 4;
        }
    }
    exponent -= 4 * fraction.len() as i64;
    Some(scaled(bits | u64::from(lost), exponent))
}

/// `bits × 2^exponent`, rounded once, half to even.
fn scaled(bits: u64, exponent: i64) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    let top = 63 - i64::from(bits.leading_zeros());
    // The lowest bit the result can have: 52 below its highest, or the lowest a denormal number has.
    let lowest = (exponent + top - 52).max(-1074);
    let shift = lowest - exponent;
    let rounded = match shift {
        ..=0 => bits << -shift,
        1..=63 => {
            let (kept, cut) = (bits >> shift, bits & ((1 << shift) - 1));
            let half = 1u64 << (shift - 1);
            kept + u64::from(cut > half || cut == half && kept & 1 == 1)
        }
        64 => u64::from(bits > 1 << 63),
        _ => 0,
    };
    if lowest > 971 {
        return f64::INFINITY;
    }
    // Exact: `rounded` has at most 53 bits, and both powers are within range.
    let half = lowest / 2;
    rounded as f64 * 2f64.powi(half as i32) * 2f64.powi((lowest - half) as i32)
}
