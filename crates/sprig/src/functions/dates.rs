//! Times and durations.

use crate::define::{Outcome, bytes, row};
use crate::duration;
use crate::sources::Sources;
use crate::time::{Time, Zone, format, parse};
use crate::time_object::TimeObject;
use gotemplate::{Args, Call, Definition, IntKind, Type, Value};

const ANY: Type = Type::Any;
const STR: Type = Type::String;
const TIME: Type = TimeObject::TYPE;
const HTML: &[u8] = b"2006-01-02";

pub(crate) const TABLE: &[Definition] = &[
    row("now", &[], TIME, |call, _| Ok(now(call).into())),
    row("date", &[STR, ANY], STR, |call, args| Ok(dated(call, args.bytes(0), args.any(1), b"Local"))),
    row("dateInZone", &[STR, ANY, STR], STR, |call, args| Ok(dated(call, args.bytes(0), args.any(1), args.bytes(2)))),
    row("date_in_zone", &[STR, ANY, STR], STR, |call, args| Ok(dated(call, args.bytes(0), args.any(1), args.bytes(2)))),
    row("htmlDate", &[ANY], STR, |call, args| Ok(dated(call, HTML, args.any(0), b"Local"))),
    row("htmlDateInZone", &[ANY, STR], STR, |call, args| Ok(dated(call, HTML, args.any(0), args.bytes(1)))),
    row("dateModify", &[STR, TIME], TIME, |_, args| Ok(modified(args).unwrap_or_else(|_| args.any(1).clone()))),
    row("date_modify", &[STR, TIME], TIME, |_, args| Ok(modified(args).unwrap_or_else(|_| args.any(1).clone()))),
    row("mustDateModify", &[STR, TIME], TIME, |_, args| Ok(modified(args)?)),
    row("must_date_modify", &[STR, TIME], TIME, |_, args| Ok(modified(args)?)),
    row("toDate", &[STR, STR], TIME, |call, args| Ok(read(call, args).unwrap_or_default().into())),
    row("mustToDate", &[STR, STR], TIME, |call, args| Ok(read(call, args)?.into())),
    row("unixEpoch", &[TIME], STR, |_, args| Ok(TimeObject::of(args.any(0)).map_or(0, Time::unix).to_string().into())),
    row("ago", &[ANY], STR, ago),
    row("duration", &[ANY], STR, |_, args| {
        Ok(duration::format(seconds(args.any(0)).wrapping_mul(1_000_000_000)).into())
    }),
    row("durationRound", &[ANY], STR, |call, args| {
        let nanos = match args.any(0) {
            Value::Str(text) => duration::parse_bytes(text.as_bytes()).unwrap_or(0),
            Value::Int(nanos, IntKind::Int64) => *nanos,
            other => TimeObject::of(other).map_or(0, |time| now(call).since(time)),
        };
        Ok(duration::largest_unit(nanos).into())
    }),
];

fn now(call: &mut Call<'_>) -> Time {
    let sources = call.state::<Sources>();
    sources.now.shown_in(sources.local.clone())
}

/// A time or seconds since 1970; the present for anything else.
fn instant(call: &mut Call<'_>, value: &Value, kinds: &[IntKind]) -> Time {
    match value {
        Value::Int(seconds, kind) if kinds.contains(kind) => Time::from_unix(*seconds, 0),
        other => TimeObject::of(other).cloned().unwrap_or_else(|| now(call)),
    }
}

fn dated(call: &mut Call<'_>, layout: &[u8], value: &Value, zone: &[u8]) -> Value {
    let time = instant(call, value, &[IntKind::Int, IntKind::Int32, IntKind::Int64]);
    let zone = match zone {
        b"Local" => call.state::<Sources>().local.clone(),
        name => std::str::from_utf8(name).ok().and_then(Zone::load).unwrap_or_default(),
    };
    bytes(format(&time.shown_in(zone), layout))
}

fn modified(args: Args<'_>) -> Result<Value, String> {
    let nanos = duration::parse_bytes(args.bytes(0))?;
    Ok(TimeObject::of(args.any(1)).cloned().unwrap_or_default().plus(nanos).into())
}

fn read(call: &mut Call<'_>, args: Args<'_>) -> Result<Time, String> {
    let local = call.state::<Sources>().local.clone();
    parse(args.bytes(0), args.bytes(1), &local).map_err(|error| error.to_string())
}

fn ago(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let then = instant(call, args.any(0), &[IntKind::Int, IntKind::Int64]);
    let passed = now(call).since(&then);
    Ok(duration::format(duration::round(passed, 1_000_000_000)).into())
}

/// What `duration` takes: text and `int64`, nothing else.
fn seconds(value: &Value) -> i64 {
    match value {
        Value::Int(seconds, IntKind::Int64) => *seconds,
        // Compat: of a number that is too large, Go gives the largest along with the error.
        Value::Str(text) => text.as_str().map_or(0, clamped),
        _ => 0,
    }
}

fn clamped(text: &str) -> i64 {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX })
}
