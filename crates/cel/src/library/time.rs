//! Parts of times and durations.

use crate::error::EvalError;
use crate::value::{Evaluated, Value};
use jiff::tz::{Offset, TimeZone};

const MILLISECOND: i64 = 1_000_000;
const SECOND: i64 = 1_000 * MILLISECOND;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

pub(super) fn call(function: &str, args: &[Value]) -> Option<Evaluated> {
    match args {
        [Value::Timestamp(time)] => part(function, &time.to_zoned(TimeZone::UTC)).map(|part| Ok(Value::Int(part))),
        [Value::Timestamp(time), Value::Text(name)] => {
            let Some(zone) = zone(name) else {
                return Some(Err(EvalError::other(format!("unknown time zone {name}"))));
            };
            part(function, &time.to_zoned(zone)).map(|part| Ok(Value::Int(part)))
        }
        [Value::Duration(nanos)] => {
            let part = match function {
                "getHours" => nanos / HOUR,
                "getMinutes" => nanos / MINUTE,
                "getSeconds" => nanos / SECOND,
                "getMilliseconds" => nanos / MILLISECOND,
                _ => return None,
            };
            Some(Ok(Value::Int(part)))
        }
        _ => None,
    }
}

/// A zone by name, or by its offset such as `-08:00`.
fn zone(name: &str) -> Option<TimeZone> {
    let digits = name.trim_start_matches(['+', '-']);
    if let Some((hours, minutes)) = digits.split_once(':') {
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        let seconds = (hours * 60 + minutes) * 60;
        let signed = if name.starts_with('-') { -seconds } else { seconds };
        return Offset::from_seconds(signed).ok().map(TimeZone::fixed);
    }
    match name {
        "" | "UTC" => Some(TimeZone::UTC),
        name => TimeZone::get(name).ok(),
    }
}

fn part(function: &str, time: &jiff::Zoned) -> Option<i64> {
    Some(i64::from(match function {
        "getFullYear" => i32::from(time.year()),
        "getMonth" => i32::from(time.month()) - 1,
        "getDayOfYear" => i32::from(time.day_of_year()) - 1,
        "getDayOfMonth" => i32::from(time.day()) - 1,
        "getDate" => i32::from(time.day()),
        "getDayOfWeek" => i32::from(time.weekday().to_sunday_zero_offset()),
        "getHours" => i32::from(time.hour()),
        "getMinutes" => i32::from(time.minute()),
        "getSeconds" => i32::from(time.second()),
        "getMilliseconds" => i32::from(time.millisecond()),
        _ => return None,
    }))
}

/// A duration as Go writes it, such as `1h30m` or `1.5s`, in nanoseconds.
#[must_use]
pub fn parse_duration(text: &str) -> Option<i64> {
    let (is_negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(end);
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        total = total.checked_add(nanoseconds(number, unit)?)?;
        rest = after;
    }
    let total = if is_negative { -total } else { total };
    (!text.trim_start_matches(['-', '+']).is_empty()).then(|| i64::try_from(total).ok()).flatten()
}

fn nanoseconds(number: &str, unit: &str) -> Option<i128> {
    let scale = i128::from(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => MILLISECOND,
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        _ => return None,
    });
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let digits = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i128>().ok() };
    let fraction = fraction.get(..fraction.len().min(18))?;
    let part = digits(fraction)?.checked_mul(scale)? / 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    digits(whole)?.checked_mul(scale)?.checked_add(part)
}

/// A duration as CEL writes it: in seconds.
pub(crate) fn duration_text(nanos: i64) -> String {
    let (seconds, rest) = (nanos / SECOND, (nanos % SECOND).abs());
    let sign = if nanos < 0 && seconds == 0 { "-" } else { "" };
    if rest == 0 {
        return format!("{sign}{seconds}s");
    }
    format!("{sign}{seconds}.{}s", format!("{rest:09}").trim_end_matches('0'))
}
