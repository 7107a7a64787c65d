//! Floating point numbers as text: Go's `strconv.FormatFloat`, all its formats.

/// Significant decimal digits of a number: `0.d₁d₂… × 10^point`. Zero has none.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

/// A `float64` has no more significant digits than this; what is asked for beyond them is zeros.
const DIGITS_MAX: usize = 1100;

/// Appends `value` in Go's format `verb` (one of `e E f g G b x X`), with `precision` digits or as many as are needed to
/// read the same number back.
pub(crate) fn append_float(out: &mut Vec<u8>, value: f64, verb: u8, precision: Option<usize>) {
    if value.is_nan() {
        out.extend(b"NaN");
        return;
    }
    if value.is_infinite() {
        out.extend(if value > 0.0 { b"+Inf" } else { b"-Inf" });
        return;
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let value = value.abs();
    match verb {
        b'e' | b'E' => {
            let decimal = decimal(value, precision.map(|digits| digits + 1));
            let shown = precision.unwrap_or(decimal.digits.len().saturating_sub(1));
            append_exponential(out, &decimal, shown, verb);
        }
        b'f' => append_fixed(out, value, precision),
        b'b' => append_binary(out, value),
        b'x' | b'X' => append_hexadecimal(out, value, verb, precision),
        _ => append_general(out, value, verb, precision),
    }
}

/// What Go prints with `%v`: `1`, `1.5`, `1e+06`.
#[must_use]
pub fn format_float(value: f64) -> String {
    let mut out = Vec::new();
    append_float(&mut out, value, b'g', None);
    String::from_utf8(out).unwrap_or_default()
}

/// The digits of `value`: the fewest that read back the same, or so many, correctly rounded. Without trailing zeros.
fn decimal(value: f64, count: Option<usize>) -> Decimal {
    if value == 0.0 {
        return Decimal { digits: Vec::new(), point: 0 };
    }
    let text = match count {
        None => scientific(value),
        Some(count) => format!("{value:.*e}", count.clamp(1, DIGITS_MAX) - 1),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
    Decimal { digits, point: exponent.parse::<i32>().unwrap_or_default() + 1 }
}

/// The fewest digits that read back as the same number, as `1.5e-7`.
///
/// Of two that are equally near Go takes the even one, Rust the larger: `900719925474099.25` is `…99.2`.
#[must_use]
pub fn scientific(value: f64) -> String {
    /// Fewer digits than these name every number of their length apart, so none is half way between two.
    const DIGITS_MIN: usize = 16;
    let written = format!("{value:e}");
    let Some((mantissa, exponent)) = written.split_once('e') else { return written };
    let count = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let odd = mantissa.bytes().last().is_some_and(|digit| digit & 1 == 1);
    if count < DIGITS_MIN || !odd {
        return written;
    }
    let exact = format!("{value:.800e}");
    let (even, rest) = exact.split_at(mantissa.len());
    let behind = rest.split_once('e').map_or(rest, |(digits, _)| digits);
    let half = behind.strip_prefix('5').is_some_and(|zeros| zeros.bytes().all(|digit| digit == b'0'));
    let candidate = format!("{even}e{exponent}");
    if half && candidate.parse() == Ok(value) { candidate } else { written }
}

fn append_zeros(out: &mut Vec<u8>, count: usize) {
    out.resize(out.len() + count, b'0');
}

fn append_exponential(out: &mut Vec<u8>, decimal: &Decimal, shown: usize, letter: u8) {
    out.push(decimal.digits.first().copied().unwrap_or(b'0'));
    if shown > 0 {
        out.push(b'.');
        let fraction = decimal.digits.get(1..).unwrap_or_default();
        let fraction = &fraction[..fraction.len().min(shown)];
        out.extend(fraction);
        append_zeros(out, shown - fraction.len());
    }
    let exponent = if decimal.digits.is_empty() { 0 } else { decimal.point - 1 };
    append_exponent(out, letter, exponent);
}

/// Sign and at least two digits.
fn append_exponent(out: &mut Vec<u8>, letter: u8, exponent: i32) {
    let sign = if exponent < 0 { '-' } else { '+' };
    out.push(letter);
    out.extend(format!("{sign}{:02}", exponent.unsigned_abs()).bytes());
}

fn append_fixed(out: &mut Vec<u8>, value: f64, precision: Option<usize>) {
    match precision {
        None => out.extend(format!("{value}").bytes()),
        Some(precision) => {
            let exact = precision.min(DIGITS_MAX);
            out.extend(format!("{value:.exact$}").bytes());
            append_zeros(out, precision - exact);
        }
    }
}

fn append_general(out: &mut Vec<u8>, value: f64, verb: u8, precision: Option<usize>) {
    let precision = precision.map(|digits| digits.max(1));
    let decimal = decimal(value, precision);
    let count = decimal.digits.len() as i32;
    let widest = match precision {
        None => 6,
        Some(precision) => {
            let precision = i32::try_from(precision).unwrap_or(i32::MAX);
            if precision > count && count >= decimal.point { count } else { precision }
        }
    };
    let exponent = decimal.point - 1;
    if exponent < -4 || exponent >= widest {
        let letter = verb - (b'g' - b'e');
        append_exponential(out, &decimal, decimal.digits.len().saturating_sub(1), letter);
        return;
    }
    append_positional(out, &decimal);
}

fn append_positional(out: &mut Vec<u8>, decimal: &Decimal) {
    let whole = usize::try_from(decimal.point).unwrap_or(0);
    let within = decimal.digits.len().min(whole);
    if whole == 0 {
        out.push(b'0');
    }
    out.extend(&decimal.digits[..within]);
    append_zeros(out, whole - within);
    if decimal.digits.len() > within {
        out.push(b'.');
        append_zeros(out, usize::try_from(-decimal.point).unwrap_or(0));
        out.extend(&decimal.digits[within..]);
    }
}

const MANTISSA_BITS: u32 = 52;
const EXPONENT_BIAS: i32 = -1023;

/// Mantissa and binary exponent, the mantissa with its leading bit at position 52 unless the number is denormal.
fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let mantissa = bits & ((1 << MANTISSA_BITS) - 1);
    let exponent = ((bits >> MANTISSA_BITS) & 0x7ff) as i32;
    match exponent {
        0 => (mantissa, 1 + EXPONENT_BIAS),
        _ => (mantissa | 1 << MANTISSA_BITS, exponent + EXPONENT_BIAS),
    }
}

fn append_binary(out: &mut Vec<u8>, value: f64) {
    let (mantissa, exponent) = parts(value);
    out.extend(format!("{mantissa}p{:+}", exponent - MANTISSA_BITS as i32).bytes());
}

fn append_hexadecimal(out: &mut Vec<u8>, value: f64, verb: u8, precision: Option<usize>) {
    const TOP: u32 = 60;
    let (mut mantissa, mut exponent) = parts(value);
    if mantissa == 0 {
        exponent = 0;
    }
    mantissa <<= TOP - MANTISSA_BITS;
    while mantissa != 0 && mantissa & (1 << TOP) == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    if let Some(precision) = precision.filter(|digits| *digits < 15) {
        let shift = precision as u32 * 4;
        let extra = (mantissa << shift) & ((1 << TOP) - 1);
        mantissa >>= TOP - shift;
        mantissa += u64::from(extra | (mantissa & 1) > 1 << (TOP - 1));
        mantissa <<= TOP - shift;
        if mantissa & (1 << (TOP + 1)) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let digits: &[u8; 16] = if verb == b'X' { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    out.extend([b'0', verb, b'0' + ((mantissa >> TOP) & 1) as u8]);
    mantissa <<= 4;
    let shown =
        precision.unwrap_or_else(|| (64 - mantissa.trailing_zeros() as usize).div_ceil(4) * usize::from(mantissa != 0));
    if shown > 0 {
        out.push(b'.');
    }
    for _ in 0..shown {
        out.push(digits[(mantissa >> TOP) as usize & 15]);
        mantissa <<= 4;
    }
    append_exponent(out, if verb == b'X' { b'P' } else { b'p' }, exponent);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_equally_near_the_even_one_is_taken() {
        assert_eq!(scientific(7_205_759_403_792_794.0 / 8.0), "9.007199254740992e14");
        assert_eq!(scientific(-7_205_759_403_792_794.0 / 8.0), "-9.007199254740992e14");
        assert_eq!(scientific(7_205_759_403_792_798.0 / 8.0), "9.007199254740998e14");
        assert_eq!(scientific(0.3), "3e-1");
    }
}
