//! Go's `time.Duration`: nanoseconds in 64 bits, read and written as `1h2m3.5s`.

const SECOND: u64 = 1_000_000_000;

/// `time.ParseDuration`.
///
/// # Errors
/// Go's text.
pub fn parse(text: &str) -> Result<i64, String> {
    let fail = |why: &str| format!("time: {why} duration {}", quoted(text.as_bytes()));
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned == "0" {
        return Ok(0);
    }
    if unsigned.is_empty() {
        return Err(fail("invalid"));
    }
    let mut total = 0_u64;
    let mut rest = unsigned;
    while !rest.is_empty() {
        let number = Number::split(&mut rest).map_err(|()| fail("invalid"))?;
        let length = rest.bytes().take_while(|byte| !byte.is_ascii_digit() && *byte != b'.').count();
        if length == 0 {
            return Err(fail("missing unit in"));
        }
        let (name, behind) = rest.split_at(length);
        rest = behind;
        let unit = unit(name).ok_or_else(|| {
            format!("time: unknown unit {} in duration {}", quoted(name.as_bytes()), quoted(text.as_bytes()))
        })?;
        let part = number.times(unit).ok_or_else(|| fail("invalid"))?;
        total = total.checked_add(part).filter(|sum| *sum <= 1 << 63).ok_or_else(|| fail("invalid"))?;
    }
    if text.starts_with('-') {
        return Ok(0_i64.wrapping_sub_unsigned(total));
    }
    i64::try_from(total).map_err(|_| fail("invalid"))
}

fn unit(name: &str) -> Option<u64> {
    Some(match name {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 3600 * SECOND,
        _ => return None,
    })
}

/// A number before a unit: whole part, and a fraction over a power of ten.
struct Number {
    whole: u64,
    fraction: u64,
    scale: f64,
}

impl Number {
    fn split(rest: &mut &str) -> Result<Number, ()> {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole_length = digits(rest);
        let whole = &rest[..whole_length];
        *rest = &rest[whole_length..];
        let mut number = Number { whole: 0, fraction: 0, scale: 1.0 };
        if !whole.is_empty() {
            number.whole = whole.parse().ok().filter(|whole| *whole <= 1 << 63).ok_or(())?;
        }
        let mut fraction_length = 0;
        if let Some(behind) = rest.strip_prefix('.') {
            fraction_length = digits(behind);
            number.read_fraction(&behind[..fraction_length]);
            *rest = &behind[fraction_length..];
        }
        if whole_length == 0 && fraction_length == 0 { Err(()) } else { Ok(number) }
    }

    /// Digits beyond what 63 bits hold are dropped.
    fn read_fraction(&mut self, digits: &str) {
        for digit in digits.bytes() {
            let longer = self.fraction.checked_mul(10).and_then(|value| value.checked_add(u64::from(digit - b'0')));
            match longer.filter(|value| self.fraction <= (1_u64 << 63).wrapping_sub(1) / 10 && *value <= 1 << 63) {
                Some(value) => (self.fraction, self.scale) = (value, self.scale * 10.0),
                None => break,
            }
        }
    }

    fn times(&self, unit: u64) -> Option<u64> {
        let whole = self.whole.checked_mul(unit).filter(|nanos| *nanos <= 1 << 63)?;
        let part = if self.fraction > 0 { (self.fraction as f64 * (unit as f64 / self.scale)) as u64 } else { 0 };
        whole.checked_add(part).filter(|nanos| *nanos <= 1 << 63)
    }
}

/// As [`parse`], of a text that need not be UTF-8.
///
/// # Errors
/// Go's text.
pub fn parse_bytes(text: &[u8]) -> Result<i64, String> {
    let wrong = |_| format!("time: invalid duration {}", quoted(text));
    parse(std::str::from_utf8(text).map_err(wrong)?)
}

/// `Duration.String`.
#[must_use]
pub fn format(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let magnitude = nanos.unsigned_abs();
    match magnitude {
        0 => "0s".to_owned(),
        1..1_000 => format!("{sign}{magnitude}ns"),
        1_000..1_000_000 => format!("{sign}{}µs", fraction(magnitude, 1_000)),
        1_000_000..SECOND => format!("{sign}{}ms", fraction(magnitude, 1_000_000)),
        _ => {
            let (minutes, nanos) = (magnitude / (60 * SECOND), magnitude % (60 * SECOND));
            let seconds = fraction(nanos, SECOND);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{sign}{seconds}s"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
            }
        }
    }
}

/// `value / unit` with as many decimals as it needs.
fn fraction(value: u64, unit: u64) -> String {
    let (whole, rest) = (value / unit, value % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let width = unit.ilog10() as usize;
    format!("{whole}.{rest:0width$}").trim_end_matches('0').to_owned()
}

/// `Duration.Round`: to the nearest multiple of `unit`, half away from zero.
#[must_use]
pub fn round(nanos: i64, unit: i64) -> i64 {
    if unit <= 0 {
        return nanos;
    }
    let rest = nanos % unit;
    let up = rest.unsigned_abs() >= unit.unsigned_abs() - rest.unsigned_abs();
    match (nanos < 0, up) {
        (true, true) => (nanos - rest).checked_sub(unit).unwrap_or(i64::MIN),
        (false, true) => (nanos - rest).checked_add(unit).unwrap_or(i64::MAX),
        (_, false) => nanos - rest,
    }
}

/// Sprig's `durationRound`: the largest unit that fits more than once, rounded down.
#[must_use]
pub fn largest_unit(nanos: i64) -> String {
    const HOUR: u64 = 3600 * SECOND;
    let units = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (60 * SECOND, "m"),
        (SECOND, "s"),
    ];
    let magnitude = nanos.unsigned_abs();
    units
        .into_iter()
        .find(|(unit, _)| magnitude > *unit)
        .map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", magnitude / unit))
}

/// As Go's time package quotes: bytes outside of ASCII, quotes, backslashes and controls escaped.
pub(crate) fn quoted(text: &[u8]) -> String {
    let mut out = String::from("\"");
    for byte in text {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(*byte)]),
            b' '..0x80 => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_durations_read_back() {
        for text in ["0s", "1ns", "1.5µs", "2.000001ms", "1h0m0.5s", "-2562047h47m16.854775808s", "59m59.999999999s"] {
            assert_eq!(parse(text).map(format), Ok(text.to_owned()));
        }
    }

    #[test]
    fn errors_are_gos() {
        assert_eq!(parse("3d"), Err("time: unknown unit \"d\" in duration \"3d\"".to_owned()));
        assert_eq!(parse("3"), Err("time: missing unit in duration \"3\"".to_owned()));
        assert_eq!(parse("."), Err("time: invalid duration \".\"".to_owned()));
    }
}
