//! Durations as Go reads and writes them, plus the bare integer that Argo CD takes for seconds.

use std::fmt;
use std::time::Duration;

/// A span of time with Go's resolution (nanoseconds, 64 bits, signed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct GoDuration {
    nanoseconds: i64,
}

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Neither a whole number of seconds nor a sequence such as `1h2m3.5s`.
    #[error(
        "invalid duration {0:?}: expected whole seconds or a sequence such as \"1h2m3.5s\" with units ns, us, ms, s, m, h"
    )]
    Form(String),
    /// A number without a unit among numbers with one.
    #[error("invalid duration {0:?}: a unit (ns, us, ms, s, m, h) is missing")]
    MissingUnit(String),
    /// A unit Go does not know.
    #[error("invalid duration {text:?}: unknown unit {unit:?}, expected one of ns, us, ms, s, m, h")]
    UnknownUnit {
        /// The whole text.
        text: String,
        /// The unit in it.
        unit: String,
    },
    /// Longer than 292 years.
    #[error("invalid duration {0:?}: longer than 2562047h47m16s")]
    Overflow(String),
}

const NANOSECONDS: i128 = 1_000_000_000;

impl GoDuration {
    /// So many seconds.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        GoDuration { nanoseconds: seconds.saturating_mul(1_000_000_000) }
    }

    /// So many nanoseconds.
    #[must_use]
    pub const fn from_nanoseconds(nanoseconds: i64) -> Self {
        GoDuration { nanoseconds }
    }

    /// Its length in nanoseconds.
    #[must_use]
    pub const fn nanoseconds(self) -> i64 {
        self.nanoseconds
    }

    /// As a standard duration; a negative one counts as none.
    #[must_use]
    pub fn to_std(self) -> Duration {
        Duration::from_nanos(u64::try_from(self.nanoseconds).unwrap_or(0))
    }

    /// Reads what Argo CD takes for a duration: a bare unsigned integer is seconds, anything else must be Go's form.
    ///
    /// # Errors
    /// When the text is neither.
    pub fn parse(text: &str) -> Result<Self, DurationError> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let seconds: i128 = text.parse().map_err(|_| DurationError::Overflow(text.to_owned()))?;
            return Self::checked(seconds.saturating_mul(NANOSECONDS), text);
        }
        Self::parse_go(text)
    }

    /// Reads Go's form only, as `time.ParseDuration` does.
    ///
    /// # Errors
    /// When the text is not of that form.
    pub fn parse_go(text: &str) -> Result<Self, DurationError> {
        let (negative, mut rest) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        if rest == "0" {
            return Ok(GoDuration::default());
        }
        if rest.is_empty() {
            return Err(DurationError::Form(text.to_owned()));
        }
        let mut total: i128 = 0;
        while !rest.is_empty() {
            let (part, after) = Self::part(rest, text)?;
            total = total.saturating_add(part);
            rest = after;
        }
        Self::checked(if negative { -total } else { total }, text)
    }

    /// One number with its unit from the front of `rest`, in nanoseconds.
    fn part<'t>(rest: &'t str, text: &str) -> Result<(i128, &'t str), DurationError> {
        let overflow = || DurationError::Overflow(text.to_owned());
        let split = |from: &'t str, accept: fn(u8) -> bool| {
            let end = from.bytes().position(|byte| !accept(byte)).unwrap_or(from.len());
            from.split_at(end)
        };
        let (whole, rest) = split(rest, |byte| byte.is_ascii_digit());
        let (fraction, rest) = match rest.strip_prefix('.') {
            Some(rest) => split(rest, |byte| byte.is_ascii_digit()),
            None => ("", rest),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(DurationError::Form(text.to_owned()));
        }
        let (unit, rest) = split(rest, |byte| byte != b'.' && !byte.is_ascii_digit());
        let scale = Self::unit(unit, text)?;
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| overflow())? };
        let mut nanoseconds = whole.checked_mul(scale).ok_or_else(overflow)?;
        let mut place = scale;
        for digit in fraction.bytes() {
            nanoseconds += i128::from(digit - b'0') * place / 10;
            place /= 10;
        }
        Ok((nanoseconds, rest))
    }

    fn unit(unit: &str, text: &str) -> Result<i128, DurationError> {
        Ok(match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => NANOSECONDS,
            "m" => 60 * NANOSECONDS,
            "h" => 3600 * NANOSECONDS,
            "" => return Err(DurationError::MissingUnit(text.to_owned())),
            _ => return Err(DurationError::UnknownUnit { text: text.to_owned(), unit: unit.to_owned() }),
        })
    }

    fn checked(nanoseconds: i128, text: &str) -> Result<Self, DurationError> {
        let nanoseconds = i64::try_from(nanoseconds).map_err(|_| DurationError::Overflow(text.to_owned()))?;
        Ok(GoDuration { nanoseconds })
    }
}

impl From<Duration> for GoDuration {
    fn from(duration: Duration) -> Self {
        GoDuration { nanoseconds: i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX) }
    }
}

impl fmt::Display for GoDuration {
    /// As Go's `Duration.String`: `1h2m3.5s`, `1.5ms`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.nanoseconds < 0 { "-" } else { "" };
        let nanoseconds = u128::from(self.nanoseconds.unsigned_abs());
        let (scale, unit) = match nanoseconds {
            0 => return f.write_str("0s"),
            1..1_000 => (1, "ns"),
            1_000..1_000_000 => (1_000, "µs"),
            1_000_000..1_000_000_000 => (1_000_000, "ms"),
            _ => return write_clock(f, sign, nanoseconds),
        };
        write!(f, "{sign}{}{unit}", decimal(nanoseconds, scale))
    }
}

fn write_clock(f: &mut fmt::Formatter<'_>, sign: &str, nanoseconds: u128) -> fmt::Result {
    let seconds = nanoseconds / 1_000_000_000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let rest = decimal(nanoseconds % 60_000_000_000, 1_000_000_000);
    match (hours, minutes) {
        (0, 0) => write!(f, "{sign}{rest}s"),
        (0, _) => write!(f, "{sign}{minutes}m{rest}s"),
        _ => write!(f, "{sign}{hours}h{minutes}m{rest}s"),
    }
}

/// `value / scale` in decimal, without trailing zeros.
fn decimal(value: u128, scale: u128) -> String {
    let width = scale.ilog10() as usize;
    let fraction = format!("{:0width$}", value % scale);
    let fraction = fraction.trim_end_matches('0');
    if width == 0 || fraction.is_empty() {
        format!("{}", value / scale)
    } else {
        format!("{}.{fraction}", value / scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_forms_are_read_and_written() {
        for (text, written) in [
            ("30", "30s"),
            ("0", "0s"),
            ("5s", "5s"),
            ("3m", "3m0s"),
            ("90m", "1h30m0s"),
            ("1.5h", "1h30m0s"),
            ("1h2m3.5s", "1h2m3.5s"),
            ("-1m", "-1m0s"),
            (".5s", "500ms"),
            ("1500us", "1.5ms"),
            ("7ns", "7ns"),
            ("1.000000001s", "1.000000001s"),
        ] {
            assert_eq!(GoDuration::parse(text).map(|duration| duration.to_string()), Ok(written.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(matches!(GoDuration::parse(""), Err(DurationError::Form(_))));
        assert!(matches!(GoDuration::parse("s"), Err(DurationError::Form(_))));
        assert!(matches!(GoDuration::parse("1h5"), Err(DurationError::MissingUnit(_))));
        assert!(matches!(GoDuration::parse("1d"), Err(DurationError::UnknownUnit { .. })));
        assert!(matches!(GoDuration::parse("9999999999999"), Err(DurationError::Overflow(_))));
        assert!(matches!(GoDuration::parse_go("30"), Err(DurationError::MissingUnit(_))));
    }
}
