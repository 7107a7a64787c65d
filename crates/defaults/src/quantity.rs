//! Kubernetes' quantities: a decimal number with a suffix, compared by value, written in canonical form.

use std::cmp::Ordering;
use std::fmt;

/// The suffix family a quantity was written with, which its canonical form keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `1Ki`, `1536Mi`.
    BinarySi,
    /// `100m`, `1M`, `5`.
    DecimalSi,
    /// `1e9`.
    DecimalExponent,
}

/// A quantity: a whole number of billionths, so that every value Kubernetes can hold (nano precision) is exact.
#[derive(Debug, Clone, Copy)]
pub struct Quantity {
    nanos: i128,
    format: Format,
}

/// Why some text is no quantity. The messages are Kubernetes'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not of the form of a quantity.
    #[error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")]
    Form,
    /// The suffix is none of those known.
    #[error("unable to parse quantity's suffix")]
    Suffix,
}

/// Billionths in one.
const NANOS: i128 = 1_000_000_000;
/// The largest quantity Kubernetes holds, 2^63 - 1; larger ones are cut to it.
const MAX: i128 = i64::MAX as i128;

impl Quantity {
    /// Reads a quantity. Digits below a billionth are rounded up (away from zero), values beyond 2^63 - 1 are cut to it.
    ///
    /// # Errors
    /// When the text is no quantity.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let (negative, rest) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            Some(_) => (false, text),
            None => return Err(QuantityError::Form),
        };
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (digits, suffix) = rest.split_at(end);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
            return Err(QuantityError::Form);
        }
        let (scale, format) = Scale::parse(suffix)?;
        let nanos = scale.nanos(whole, fraction);
        let nanos = nanos.min(MAX * NANOS);
        Ok(Quantity { nanos: if negative { -nanos } else { nanos }, format })
    }

    /// A whole number.
    #[must_use]
    pub fn whole(number: i64) -> Self {
        Quantity { nanos: i128::from(number) * NANOS, format: Format::DecimalSi }
    }

    /// Zero.
    #[must_use]
    pub fn zero() -> Self {
        Quantity::whole(0)
    }

    /// The value in thousandths, rounded up; cut to what fits.
    #[must_use]
    pub fn millis(self) -> i64 {
        saturate(ceil_div(self.nanos, NANOS / 1000))
    }

    /// The value, rounded up; cut to what fits.
    #[must_use]
    pub fn value(self) -> i64 {
        saturate(ceil_div(self.nanos, NANOS))
    }

    /// The value as near as a float comes.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an approximation is asked for")]
    pub fn approximate(self) -> f64 {
        self.nanos as f64 / NANOS as f64
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.nanos < 0
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }

    /// Whether it has no fraction.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.nanos % NANOS == 0
    }

    /// Rounded up to thousandths.
    #[must_use]
    pub fn rounded_to_millis(self) -> Self {
        Quantity { nanos: ceil_div(self.nanos, NANOS / 1000) * (NANOS / 1000), ..self }
    }
}

impl std::ops::Add for Quantity {
    type Output = Quantity;

    /// The sum, written as the first is unless that is zero.
    fn add(self, other: Quantity) -> Quantity {
        let format = if self.is_zero() { other.format } else { self.format };
        Quantity { nanos: self.nanos.saturating_add(other.nanos), format }
    }
}

impl std::ops::Sub for Quantity {
    type Output = Quantity;

    /// The difference, written as the first is unless that is zero.
    fn sub(self, other: Quantity) -> Quantity {
        let format = if self.is_zero() { other.format } else { self.format };
        Quantity { nanos: self.nanos.saturating_sub(other.nanos), format }
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl fmt::Display for Quantity {
    /// The canonical form: the largest suffix of its family that leaves a whole number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nanos == 0 {
            return f.write_str("0");
        }
        // Compat: binary suffixes cannot show fractions, and values below 1024 have none, so both are written as decimals.
        let binary = self.format == Format::BinarySi && self.is_whole() && self.nanos.abs() >= 1024 * NANOS;
        if binary {
            let (number, power) = reduce(self.nanos / NANOS, 1024, 6);
            return write!(f, "{number}{}", ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][power]);
        }
        let (number, power) = reduce(self.nanos, 1000, 9);
        if self.format == Format::DecimalExponent {
            let exponent = power as i32 * 3 - 9;
            return if exponent == 0 { write!(f, "{number}") } else { write!(f, "{number}e{exponent}") };
        }
        write!(f, "{number}{}", ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"][power])
    }
}

/// Divides by `base` while that leaves no remainder, at most `times_max` times.
fn reduce(mut number: i128, base: i128, times_max: usize) -> (i128, usize) {
    let mut times = 0;
    while times < times_max && number % base == 0 {
        number /= base;
        times += 1;
    }
    (number, times)
}

fn ceil_div(number: i128, by: i128) -> i128 {
    // Away from zero, as Kubernetes rounds.
    if number >= 0 { (number + by - 1) / by } else { -((-number + by - 1) / by) }
}

fn saturate(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}

/// What a suffix multiplies by: two to a power or ten to a power.
enum Scale {
    Two(u32),
    Ten(i32),
}

impl Scale {
    fn parse(suffix: &str) -> Result<(Self, Format), QuantityError> {
        let decimal = |exponent| Ok((Scale::Ten(exponent), Format::DecimalSi));
        let binary = |power| Ok((Scale::Two(power), Format::BinarySi));
        match suffix {
            "" => decimal(0),
            "n" => decimal(-9),
            "u" => decimal(-6),
            "m" => decimal(-3),
            "k" => decimal(3),
            "M" => decimal(6),
            "G" => decimal(9),
            "T" => decimal(12),
            "P" => decimal(15),
            "E" => decimal(18),
            "Ki" => binary(10),
            "Mi" => binary(20),
            "Gi" => binary(30),
            "Ti" => binary(40),
            "Pi" => binary(50),
            "Ei" => binary(60),
            _ => Scale::exponent(suffix),
        }
    }

    fn exponent(suffix: &str) -> Result<(Self, Format), QuantityError> {
        let Some(digits) = suffix.strip_prefix(['e', 'E']) else { return Err(form_or_suffix(suffix)) };
        let exponent: i32 = digits.parse().map_err(|_| form_or_suffix(suffix))?;
        Ok((Scale::Ten(exponent), Format::DecimalExponent))
    }

    /// Billionths of `whole.fraction` under this scale, rounded away from zero and cut at a little above the maximum.
    fn nanos(&self, whole: &str, fraction: &str) -> i128 {
        let cut = MAX * NANOS;
        match *self {
            Scale::Ten(exponent) => decimal(whole, fraction, exponent.saturating_add(9)).unwrap_or(cut),
            Scale::Two(power) => {
                let Some(scaled) = decimal(whole, fraction, 9) else { return cut };
                scaled.checked_mul(1 << power).unwrap_or(cut)
            }
        }
    }
}

fn form_or_suffix(suffix: &str) -> QuantityError {
    let known = |c: char| "eEinumkKMGTP+-".contains(c) || c.is_ascii_digit();
    if suffix.chars().all(known) { QuantityError::Suffix } else { QuantityError::Form }
}

/// `whole.fraction` times ten to `exponent` as a whole number, rounded away from zero; `None` when it does not fit.
fn decimal(whole: &str, fraction: &str, exponent: i32) -> Option<i128> {
    let digits = whole.bytes().chain(fraction.bytes());
    let keep = i64::try_from(whole.len()).ok()? + i64::from(exponent);
    let mut number: i128 = 0;
    let mut taken: i64 = 0;
    let mut rest = false;
    for digit in digits {
        if taken < keep {
            number = number.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
        } else {
            rest |= digit != b'0';
        }
        taken += 1;
    }
    if number != 0 {
        for _ in taken..keep {
            number = number.checked_mul(10)?;
        }
    }
    Some(number + i128::from(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        Quantity::parse(text).map_or_else(|error| error.to_string(), |quantity| quantity.to_string())
    }

    #[test]
    fn canonical_forms_are_kubernetes_own() {
        let cases = [
            ("0.1", "100m"),
            ("1024Ki", "1Mi"),
            ("1.5Gi", "1536Mi"),
            ("1000000", "1M"),
            ("1e9", "1e9"),
            ("1000m", "1"),
            ("1500m", "1500m"),
            ("0", "0"),
            ("0.0Gi", "0"),
            ("-1", "-1"),
            ("+2", "2"),
            ("512Ki", "512Ki"),
            ("512", "512"),
            ("1023Mi", "1023Mi"),
            ("0.5Ki", "512"),
            ("1.1Ki", "1126400m"),
            ("123", "123"),
            ("1E", "1E"),
            ("1E3", "1e3"),
            ("100E3", "100e3"),
            (".5", "500m"),
            ("5.", "5"),
            ("0.0000000001", "1n"),
            ("9999999999999999999", "9223372036854775807"),
        ];
        for (given, expected) in cases {
            assert_eq!(canonical(given), expected, "{given}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", "abc", "1x", "1..2", "-", "1 ", "1KiB"] {
            assert!(Quantity::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn values_compare_and_add_across_suffixes() {
        let quantity = |text: &str| Quantity::parse(text).expect("a quantity");
        assert_eq!(quantity("1"), quantity("1000m"));
        assert!(quantity("1Gi") > quantity("1G"));
        assert_eq!((quantity("1Gi") + quantity("512Mi")).to_string(), "1536Mi");
        assert_eq!(quantity("100m").millis(), 100);
        assert_eq!(quantity("1.5").value(), 2);
        assert_eq!((quantity("1") - quantity("100m")).to_string(), "900m");
    }
}
