//! How Go holds a parsed quantity: an integer with a decimal scale, a format, and for texts that are canonical as they
//! stand the text itself; amounts that might not fit 64 bits as a big number of billionths.

/// The fields of Go's `resource.Quantity`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'t> {
    pub(super) value: i64,
    pub(super) scale: i32,
    pub(super) cached: &'t str,
    pub(super) format: &'static str,
    /// The amount in billionths, when Go does not trust 64 bits with it; then the other numbers are 0.
    pub(super) billionths: Option<u128>,
}

/// Decimal digits that Go trusts 64 bits with: of a decimal number, and of one with a binary suffix.
const DIGITS_MAX: i32 = 18;
/// See [`DIGITS_MAX`].
const BINARY_DIGITS_MAX: i32 = 14;

const DECIMAL: &str = "DecimalSI";
const BINARY: &str = "BinarySI";
const EXPONENT: &str = "DecimalExponent";

/// Reads a canonical quantity; what is none counts as zero, for the API server has refused it before.
pub(super) fn parse(text: &str) -> Parts<'_> {
    if text == "0" {
        return Parts { value: 0, scale: 0, cached: text, format: DECIMAL, billionths: None };
    }
    let unsigned = text.trim_start_matches(['-', '+']);
    let digits_end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(digits_end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole = whole.trim_start_matches('0');
    let shifted = format!("{whole}{fraction}");
    let magnitude: i64 = shifted.parse().unwrap_or_default();
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let count = |digits: &str| i32::try_from(digits.len()).unwrap_or(i32::MAX);
    match suffix_meaning(suffix) {
        Suffix::Binary(exponent) if BINARY_DIGITS_MAX - count(&shifted) < exponent_digits(exponent) => {
            // Compat: amounts are capped at what 64 bits hold.
            let amount = (u128::from(magnitude.unsigned_abs()) << exponent).min(i64::MAX as u128);
            big(amount, BINARY)
        }
        Suffix::Decimal(exponent, format) if DIGITS_MAX < count(&shifted) => {
            let power = 10_u128.saturating_pow(exponent.unsigned_abs());
            big(shifted.parse::<u128>().unwrap_or_default().saturating_mul(power), format)
        }
        Suffix::Binary(exponent) => {
            let cached = if magnitude & 7 != 0 { text } else { "" };
            let value = sign * magnitude.saturating_mul(1 << exponent);
            Parts { value, scale: 0, cached, format: BINARY, billionths: None }
        }
        Suffix::Decimal(exponent, format) => {
            let scale = exponent - count(fraction);
            let canonical = scale % 3 == 0 && !shifted.ends_with("000") && !shifted.starts_with('0');
            let cached = if canonical && !shifted.is_empty() { text } else { "" };
            Parts { value: sign * magnitude, scale, cached, format, billionths: None }
        }
    }
}

/// Go's estimate of the decimal digits of a power of two.
fn exponent_digits(exponent: u32) -> i32 {
    i32::try_from(exponent * 3 / 10).unwrap_or(i32::MAX)
}

fn big(amount: u128, format: &'static str) -> Parts<'static> {
    let billionths = Some(amount.saturating_mul(1_000_000_000));
    Parts { value: 0, scale: 0, cached: "", format, billionths }
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
