//! The present, dates, durations and zones.

use super::define::{Call, Checking, Definition, Sort, text, wrong_count};
use crate::error::{Outcome, Wrong};
use crate::types::Type;
use crate::value::Value;
use sprig::time::{Time, Zone, parse};
use std::sync::Arc;

pub(super) const TABLE: &[Definition] = &[
    Definition { name: "now", checking: Checking::Rule(check_now), call: now },
    Definition {
        name: "duration",
        checking: Checking::Overloads(&[(&[Sort::String], Sort::Duration)]),
        call: |args, _| {
            let text = text(&args[0])?;
            sprig::duration::parse_bytes(text.as_bytes()).map(Value::Duration).map_err(Wrong::new)
        },
    },
    Definition { name: "date", checking: Checking::Rule(check_date), call: date },
    Definition {
        name: "timezone",
        checking: Checking::Overloads(&[(&[Sort::String], Sort::Zone)]),
        call: |args, _| zone(&text(&args[0])?.to_str_lossy()).map(|zone| Value::Zone(Arc::new(zone))),
    },
];

/// What dates are tried to be, one after the other.
const LAYOUTS: [&str; 7] = [
    "2006-01-02",
    "15:04:05",
    "2006-01-02 15:04:05",
    "2006-01-02T15:04:05Z07:00",
    "02 Jan 06 15:04 MST",
    "Monday, 02-Jan-06 15:04:05 MST",
    "Mon, 02 Jan 2006 15:04:05 MST",
];

fn check_now(types: &[Type]) -> Result<Type, String> {
    match types {
        [] | [Type::Zone] => Ok(Type::Time),
        _ => Err(wrong_count("0", types.len())),
    }
}

fn now(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let (seconds, nanos) = (call.now.as_second(), i64::from(call.now.subsec_nanosecond()));
    let now = Time::from_unix(seconds, nanos);
    match arguments {
        [] => Ok(Value::Time(Arc::new(now))),
        [Value::Zone(zone)] => Ok(Value::Time(Arc::new(now.shown_in((**zone).clone())))),
        _ => Err(Wrong::new(wrong_count("0", arguments.len()))),
    }
}

fn check_date(types: &[Type]) -> Result<Type, String> {
    let Some(first) = types.first() else {
        return Err("invalid number of arguments (expected at least 1, got 0)".to_owned());
    };
    let given = types.len() - usize::from(*first == Type::Zone);
    if given > 3 {
        return Err(format!("invalid number of arguments (expected at most 3, got {given})"));
    }
    Ok(Type::Time)
}

fn zone(name: &str) -> Outcome<Zone> {
    Zone::load(name).ok_or_else(|| Wrong::new(format!("unknown time zone {name}")))
}

fn date(arguments: &[Value], _: &mut Call<'_>) -> Outcome<Value> {
    let (given, arguments) = match arguments {
        [Value::Zone(zone), rest @ ..] => ((**zone).clone(), rest),
        rest => (Zone::Utc, rest),
    };
    let [subject, rest @ ..] = arguments else {
        return Err(Wrong::new("runtime error: index out of range [0] with length 0"));
    };
    let subject = text(subject)?;
    let parsed = match rest {
        [] => LAYOUTS
            .iter()
            .find_map(|layout| parse(layout.as_bytes(), subject.as_bytes(), &given).ok())
            .ok_or_else(|| Wrong::new(format!("invalid date {subject}")))?,
        [layout, rest @ ..] => {
            let layout = text(layout)?;
            let zone = match rest {
                [name, ..] => zone(&text(name)?.to_str_lossy())?,
                [] => given,
            };
            parse(layout.as_bytes(), subject.as_bytes(), &zone).map_err(|error| Wrong::new(error.to_string()))?
        }
    };
    Ok(Value::Time(Arc::new(parsed)))
}
