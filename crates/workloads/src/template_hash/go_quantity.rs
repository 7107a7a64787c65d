//! How Go holds a parsed quantity: an integer with a decimal scale, a format, and for texts that are canonical as they
//! stand the text itself.

/// The fields of Go's `resource.Quantity`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'t> {
    pub(super) value: i64,
    pub(super) scale: i32,
    pub(super) cached: &'t str,
    pub(super) format: &'static str,
}

const DECIMAL: &str = "DecimalSI";
const BINARY: &str = "BinarySI";
const EXPONENT: &str = "DecimalExponent";

/// Reads a canonical quantity; what is none counts as zero, for the API server has refused it before.
pub(super) fn parse(text: &str) -> Parts<'_> {
    if text == "0" {
        return Parts { value: 0, scale: 0, cached: text, format: DECIMAL };
    }
    let unsigned = text.trim_start_matches(['-', '+']);
    let digits_end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(digits_end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole = whole.trim_start_matches('0');
    let shifted = format!("{whole}{fraction}");
    let magnitude: i64 = shifted.parse().unwrap_or_default();
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let fraction_digits = i32::try_from(fraction.len()).unwrap_or_default();
    match suffix_meaning(suffix) {
        Suffix::Binary(exponent) => {
            let cached = if magnitude & 7 != 0 { text } else { "" };
            Parts { value: sign * magnitude.saturating_mul(1 << exponent), scale: 0, cached, format: BINARY }
        }
        Suffix::Decimal(exponent, format) => {
            let scale = exponent - fraction_digits;
            let canonical = scale % 3 == 0 && !shifted.ends_with("000") && !shifted.starts_with('0');
            let cached = if canonical && !shifted.is_empty() { text } else { "" };
            Parts { value: sign * magnitude, scale, cached, format }
        }
    }
}

enum Suffix {
    Binary(u32),
    Decimal(i32, &'static str),
}

fn suffix_meaning(suffix: &str) -> Suffix {
    match suffix {
        "Ki" => Suffix::Binary(10),
        "Mi" => Suffix::Binary(20),
        "Gi" => Suffix::Binary(30),
        "Ti" => Suffix::Binary(40),
        "Pi" => Suffix::Binary(50),
        "Ei" => Suffix::Binary(60),
        "n" => Suffix::Decimal(-9, DECIMAL),
        "u" => Suffix::Decimal(-6, DECIMAL),
        "m" => Suffix::Decimal(-3, DECIMAL),
        "k" => Suffix::Decimal(3, DECIMAL),
        "M" => Suffix::Decimal(6, DECIMAL),
        "G" => Suffix::Decimal(9, DECIMAL),
        "T" => Suffix::Decimal(12, DECIMAL),
        "P" => Suffix::Decimal(15, DECIMAL),
        "E" => Suffix::Decimal(18, DECIMAL),
        other => match other.strip_prefix(['e', 'E']).and_then(|digits| digits.parse().ok()) {
            Some(exponent) => Suffix::Decimal(exponent, EXPONENT),
            None => Suffix::Decimal(0, DECIMAL),
        },
    }
}
