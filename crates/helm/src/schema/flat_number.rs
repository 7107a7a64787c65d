//! Numbers as Go's `big.Float` prints them.

use serde_json::Number;

/// The shortest digits; an exponent from a million on, and below a ten-thousandth.
pub(super) fn shown(number: &Number) -> String {
    let float = number.as_f64().unwrap_or_default();
    if float == 0.0 || (1e-4..1e6).contains(&float.abs()) {
        return format!("{float}");
    }
    let text = format!("{float:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(("+", exponent), |rest| ("-", rest));
    format!("{digits}e{sign}{exponent:0>2}")
}
