//! Floating point numbers as Go prints and parses them.

/// A float as Go's `strconv.FormatFloat(value, 'g', -1, 64)` prints it: the shortest digits that read back the same, with
/// an exponent of at least two digits below `1e-04` and from `1e+06`.
#[must_use]
pub fn format_float(value: f64) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if PLAIN_EXPONENTS.contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// The exponents Go's shortest 'g' form writes without one.
const PLAIN_EXPONENTS: std::ops::Range<i32> = -4..6;

/// Reads decimal text as Go's `ParseFloat` would; `None` for anything else, and for what overflows.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let plausible = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    plausible.then(|| text.parse::<f64>().ok()).flatten().filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_in_go() {
        let cases = [
            (1.5, "1.5"),
            (0.1, "0.1"),
            (1e20, "1e+20"),
            (1.5e-7, "1.5e-07"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-2.5, "-2.5"),
            (123_456.789, "123456.789"),
            (1_234_567.5, "1.2345675e+06"),
        ];
        for (value, expected) in cases {
            assert_eq!(format_float(value), expected);
        }
    }
}
