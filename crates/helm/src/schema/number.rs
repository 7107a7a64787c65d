//! Numbers of schemas and values: compared, divided exactly, and written as the English do.

use serde_json::{Number, Value};
use std::cmp::Ordering;

/// Whether a number has no fraction.
pub(super) fn is_whole(number: &Number) -> bool {
    number.as_f64().is_none_or(|float| float.fract() == 0.0)
}

pub(super) fn compare(a: &Number, b: &Number) -> Ordering {
    if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64()) {
        return a.cmp(&b);
    }
    let (a, b) = (a.as_f64().unwrap_or_default(), b.as_f64().unwrap_or_default());
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

/// Whether two values are the same, numbers by what they stand for.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => compare(a, b) == Ordering::Equal,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

/// Whether `number` is `step` taken a whole number of times, as their decimal digits say.
pub(super) fn is_multiple(number: &Number, step: &Number) -> bool {
    let (Some((number, number_scale)), Some((step, step_scale))) = (decimal(number), decimal(step)) else {
        let (number, step) = (number.as_f64().unwrap_or_default(), step.as_f64().unwrap_or_default());
        return step != 0.0 && (number / step).fract() == 0.0;
    };
    let scale = number_scale.max(step_scale);
    let scaled = |digits: i128, from: u32| 10_i128.checked_pow(scale - from).and_then(|ten| digits.checked_mul(ten));
    match (scaled(number, number_scale), scaled(step, step_scale)) {
        (Some(number), Some(step)) if step != 0 => number % step == 0,
        _ => false,
    }
}

/// All digits as one whole number, and how many of them stand behind the point.
fn decimal(number: &Number) -> Option<(i128, u32)> {
    let text = match (number.as_i64(), number.as_f64()) {
        (Some(integer), _) => integer.to_string(),
        (None, Some(float)) => format!("{float}"),
        (None, None) => return None,
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{whole}{fraction}").parse().ok()?;
    Some((digits, u32::try_from(fraction.len()).ok()?))
}

/// `12345.5` as `12,345.5`; from a million on, and below a ten-thousandth, `1.5×10⁰⁶`.
pub(super) fn english(number: &Number) -> String {
    let float = number.as_f64().unwrap_or_default();
    if float == 0.0 || (1e-4..1e6).contains(&float.abs()) {
        return grouped(number);
    }
    let text = format!("{float:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(("", exponent), |rest| ("⁻", rest));
    let raised = |digit: char| digit.to_digit(10).and_then(|digit| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize));
    let exponent: String = format!("{exponent:0>2}").chars().filter_map(raised).collect();
    format!("{digits}×10{sign}{exponent}")
}

/// With a comma between thousands.
fn grouped(number: &Number) -> String {
    let text = match (number.as_i64(), number.as_f64()) {
        (Some(integer), _) => integer.to_string(),
        (None, Some(float)) => format!("{float}"),
        (None, None) => number.to_string(),
    };
    let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let fraction = fraction.map(|digits| format!(".{digits}")).unwrap_or_default();
    format!("{sign}{grouped}{fraction}")
}

pub(super) fn english_count(count: usize) -> String {
    grouped(&Number::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        serde_json::from_str(text).expect("a number")
    }

    #[test]
    fn multiples_are_decimal() {
        for (value, step, expected) in
            [("0.3", "0.1", true), ("9", "3", true), ("7.5", "2.5", true), ("7", "2", false), ("1e3", "10", true)]
        {
            assert_eq!(is_multiple(&number(value), &number(step)), expected, "{value} {step}");
        }
    }

    #[test]
    fn thousands_are_grouped() {
        for (value, shown) in
            [("70000", "70,000"), ("-1234567", "-1.234567×10⁰⁶"), ("999", "999"), ("1234.5", "1,234.5")]
        {
            assert_eq!(english(&number(value)), shown);
        }
        assert_eq!(english_count(1_234_567), "1,234,567");
    }
}
