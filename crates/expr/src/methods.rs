//! The methods of times, durations, months, weekdays and zones.

use crate::builtin::integer_of_float;
use crate::print::{TIME_LAYOUT, month_name, weekday_name, zone_name};
use crate::types::{Signature, Type};
use crate::value::{Calling, Function, Value};
use gotemplate::Text;
use sprig::time::{Time, Zone, format};
use std::cmp::Ordering;
use std::sync::Arc;

type Body = fn(&Value, &[Value]) -> Value;

struct Method {
    receiver: Type,
    name: &'static str,
    parameters: &'static [Type],
    returns: Type,
    body: Body,
}

const fn method(receiver: Type, name: &'static str, parameters: &'static [Type], returns: Type, body: Body) -> Method {
    Method { receiver, name, parameters, returns, body }
}

const YEAR_ZERO_SECONDS: i128 = 62_135_596_800;
const NANOS_PER_SECOND: i64 = 1_000_000_000;

static METHODS: &[Method] = &[
    method(Type::Time, "Year", &[], Type::INT, |time, _| Value::int(reading(time, b"2006"))),
    method(Type::Time, "Month", &[], Type::Month, |time, _| Value::Month(reading(time, b"1"))),
    method(Type::Time, "Day", &[], Type::INT, |time, _| Value::int(reading(time, b"2"))),
    method(Type::Time, "Hour", &[], Type::INT, |time, _| Value::int(reading(time, b"15"))),
    method(Type::Time, "Minute", &[], Type::INT, |time, _| Value::int(reading(time, b"4"))),
    method(Type::Time, "Second", &[], Type::INT, |time, _| Value::int(reading(time, b"5"))),
    method(Type::Time, "YearDay", &[], Type::INT, |time, _| Value::int(reading(time, b"002"))),
    method(Type::Time, "Weekday", &[], Type::Weekday, |time, _| Value::Weekday(weekday(time))),
    method(Type::Time, "Nanosecond", &[], Type::INT, |time, _| Value::int(i64::from(of(time).nanosecond()))),
    method(Type::Time, "Unix", &[], Type::INT64, |time, _| Value::int64(of(time).unix())),
    method(Type::Time, "UnixMilli", &[], Type::INT64, |time, _| Value::int64(parts(time, 1_000))),
    method(Type::Time, "UnixMicro", &[], Type::INT64, |time, _| Value::int64(parts(time, 1_000_000))),
    method(Type::Time, "UnixNano", &[], Type::INT64, |time, _| Value::int64(of(time).unix_nanos())),
    method(Type::Time, "IsZero", &[], Type::Bool, |time, _| of(time).is_zero().into()),
    method(Type::Time, "UTC", &[], Type::Time, |time, _| made(of(time).shown_in(Zone::Utc))),
    method(Type::Time, "Local", &[], Type::Time, |time, _| made(of(time).shown_in(Zone::Utc))),
    method(Type::Time, "In", &[Type::Zone], Type::Time, |time, args| match &args[0] {
        Value::Zone(zone) => made(of(time).shown_in((**zone).clone())),
        _ => time.clone(),
    }),
    method(Type::Time, "Location", &[], Type::Zone, |time, _| Value::Zone(Arc::new(of(time).zone().clone()))),
    method(Type::Time, "Format", &[Type::String], Type::String, |time, args| match &args[0] {
        Value::String(layout) => Value::String(Text::from_bytes(format(of(time), layout.as_bytes()))),
        _ => Value::Nil,
    }),
    method(Type::Time, "String", &[], Type::String, |time, _| {
        Value::String(Text::from_bytes(format(of(time), TIME_LAYOUT)))
    }),
    method(Type::Time, "Add", &[Type::Duration], Type::Time, |time, args| made(of(time).plus(nanos(&args[0])))),
    method(Type::Time, "AddDate", &[Type::INT, Type::INT, Type::INT], Type::Time, |time, args| {
        let part = |at: usize| crate::builtin::int_of(&args[at]).unwrap_or_default();
        made(of(time).plus_date(part(0), part(1), part(2)))
    }),
    method(Type::Time, "Sub", &[Type::Time], Type::Duration, |time, args| {
        Value::Duration(of(time).since(of(&args[0])))
    }),
    method(Type::Time, "Before", &[Type::Time], Type::Bool, |time, args| {
        (of(time).compare(of(&args[0])) == Ordering::Less).into()
    }),
    method(Type::Time, "After", &[Type::Time], Type::Bool, |time, args| {
        (of(time).compare(of(&args[0])) == Ordering::Greater).into()
    }),
    method(Type::Time, "Equal", &[Type::Time], Type::Bool, |time, args| {
        (of(time).compare(of(&args[0])) == Ordering::Equal).into()
    }),
    method(Type::Time, "Compare", &[Type::Time], Type::INT, |time, args| {
        Value::int(of(time).compare(of(&args[0])) as i64)
    }),
    method(Type::Time, "Truncate", &[Type::Duration], Type::Time, |time, args| {
        let unit = nanos(&args[0]);
        if unit <= 0 { time.clone() } else { made(of(time).plus(-beyond(of(time), unit))) }
    }),
    method(Type::Time, "Round", &[Type::Duration], Type::Time, |time, args| {
        let unit = nanos(&args[0]);
        if unit <= 0 {
            return time.clone();
        }
        let beyond = beyond(of(time), unit);
        made(of(time).plus(if beyond < unit - beyond { -beyond } else { unit - beyond }))
    }),
    method(Type::Duration, "Hours", &[], Type::Float, |nanos, _| in_units(nanos, 3600 * NANOS_PER_SECOND)),
    method(Type::Duration, "Minutes", &[], Type::Float, |nanos, _| in_units(nanos, 60 * NANOS_PER_SECOND)),
    method(Type::Duration, "Seconds", &[], Type::Float, |nanos, _| in_units(nanos, NANOS_PER_SECOND)),
    method(Type::Duration, "Milliseconds", &[], Type::INT64, |value, _| Value::int64(nanos(value) / 1_000_000)),
    method(Type::Duration, "Microseconds", &[], Type::INT64, |value, _| Value::int64(nanos(value) / 1_000)),
    method(Type::Duration, "Nanoseconds", &[], Type::INT64, |value, _| Value::int64(nanos(value))),
    method(Type::Duration, "Abs", &[], Type::Duration, |value, _| Value::Duration(nanos(value).saturating_abs())),
    method(Type::Duration, "Round", &[Type::Duration], Type::Duration, |value, args| {
        Value::Duration(sprig::duration::round(nanos(value), nanos(&args[0])))
    }),
    method(Type::Duration, "Truncate", &[Type::Duration], Type::Duration, |value, args| {
        let unit = nanos(&args[0]);
        Value::Duration(if unit <= 0 { nanos(value) } else { nanos(value) - nanos(value) % unit })
    }),
    method(Type::Duration, "String", &[], Type::String, |value, _| {
        Value::from(sprig::duration::format(nanos(value)).as_str())
    }),
    method(Type::Month, "String", &[], Type::String, |value, _| Value::from(month_name(nanos(value)).as_str())),
    method(Type::Weekday, "String", &[], Type::String, |value, _| Value::from(weekday_name(nanos(value)).as_str())),
    method(Type::Zone, "String", &[], Type::String, |value, _| match value {
        Value::Zone(zone) => Value::from(zone_name(zone).as_str()),
        _ => Value::Nil,
    }),
];

/// What the method of that name takes and gives.
pub(crate) fn signature(receiver: &Type, name: &str) -> Option<Signature> {
    let method = METHODS.iter().find(|method| method.receiver == *receiver && method.name == name)?;
    Some(Signature::new(method.parameters, method.returns.clone()))
}

/// The method of that name, of that value.
pub(crate) fn bound(value: &Value, name: &Text) -> Option<Function> {
    if !matches!(value, Value::Time(_) | Value::Duration(_) | Value::Month(_) | Value::Weekday(_) | Value::Zone(_)) {
        return None;
    }
    let ty = value.ty();
    let method = METHODS.iter().find(|method| method.receiver == ty && *name == *method.name)?;
    let value = value.clone();
    let signature = Signature::new(method.parameters, method.returns.clone());
    // The original knows functions of these types by heart.
    let is_common =
        matches!(method.parameters, [Type::Duration | Type::Time | Type::String]) && method.returns != Type::INT;
    let calling = if is_common { Calling::Direct } else { Calling::Reflected };
    Some(Function::new(signature, calling, move |arguments| Ok((method.body)(&value, arguments))))
}

fn of(value: &Value) -> &Time {
    let time = match value {
        Value::Time(time) => Some(&**time),
        _ => None,
    };
    time.expect("invariant: receivers and arguments are checked before they come here")
}

fn made(time: Time) -> Value {
    Value::Time(Arc::new(time))
}

fn nanos(value: &Value) -> i64 {
    match value {
        Value::Duration(value) | Value::Month(value) | Value::Weekday(value) => *value,
        Value::Float(value) => integer_of_float(*value),
        _ => 0,
    }
}

/// A number that clocks in the time's zone show.
fn reading(time: &Value, layout: &[u8]) -> i64 {
    let shown = format(of(time), layout);
    std::str::from_utf8(&shown).ok().and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn weekday(time: &Value) -> i64 {
    let shown = format(of(time), b"Monday");
    (0..7).find(|day| weekday_name(*day).as_bytes() == shown).unwrap_or_default()
}

fn parts(time: &Value, per_second: i64) -> i64 {
    let time = of(time);
    let below = i64::from(time.nanosecond()) / (NANOS_PER_SECOND / per_second);
    time.unix().wrapping_mul(per_second).wrapping_add(below)
}

fn in_units(value: &Value, unit: i64) -> Value {
    let nanos = nanos(value);
    Value::Float((nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64)
}

/// Nanoseconds beyond the last multiple of `unit` since year 1.
fn beyond(time: &Time, unit: i64) -> i64 {
    let since = (i128::from(time.unix()) + YEAR_ZERO_SECONDS) * i128::from(NANOS_PER_SECOND);
    (since + i128::from(time.nanosecond())).rem_euclid(i128::from(unit)) as i64
}
