//! Times, durations, months and weekdays as values in a template, with the methods that templates call on them.

use crate::cast::to_int64;
use crate::duration;
use crate::sources::Sources;
use crate::time::{MONTHS, Time, WEEKDAYS, Zone, format};
use gotemplate::{Args, Call, FuncError, Function, GoObject, IntKind, Kind, Signature, Text, Type, Value};
use std::any::Any;
use std::cmp::Ordering;
use std::sync::Arc;

/// The layout of `Time.String`.
const STRING_LAYOUT: &[u8] = b"2006-01-02 15:04:05.999999999 -0700 MST";
/// The layout of a time in JSON.
const JSON_LAYOUT: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";

/// A `time.Time` in a template.
#[derive(Debug, Clone)]
pub struct TimeObject(pub Time);

impl TimeObject {
    /// The type name that parameters of this type are declared with.
    pub const TYPE: Type = Type::Named("time.Time");

    /// The time in `value`, when it is one.
    #[must_use]
    pub fn of(value: &Value) -> Option<&Time> {
        match value {
            Value::Object(object) => object.as_any().downcast_ref::<TimeObject>().map(|object| &object.0),
            _ => None,
        }
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Value::object(TimeObject(time))
    }
}

/// A `time.Duration`.
pub(crate) fn duration_value(nanos: i64) -> Value {
    NamedInt::duration(nanos)
}

type Method = fn(&Time, &mut Call<'_>, Args<'_>) -> Result<Value, FuncError>;

/// Name, parameters, what it does.
const METHODS: &[(&str, &[Type], Type, Method)] = &[
    ("Format", &[Type::String], Type::String, |time, _, args| Ok(Text::from_bytes(format(time, args.bytes(0))).into())),
    ("String", &[], Type::String, |time, _, _| Ok(text(time).into())),
    ("Unix", &[], Type::INT64, |time, _, _| Ok(Value::int64(time.unix()))),
    ("UnixNano", &[], Type::INT64, |time, _, _| Ok(Value::int64(time.unix_nanos()))),
    ("UnixMicro", &[], Type::INT64, |time, _, _| Ok(Value::int64(parts(time, 1_000_000)))),
    ("UnixMilli", &[], Type::INT64, |time, _, _| Ok(Value::int64(parts(time, 1_000)))),
    ("Year", &[], Type::INT, |time, _, _| Ok(Value::int(time.shown().date.year))),
    ("Month", &[], NamedInt::MONTH, |time, _, _| Ok(NamedInt::month(time.shown().date.month))),
    ("Day", &[], Type::INT, |time, _, _| Ok(Value::int(i64::from(time.shown().date.day)))),
    ("YearDay", &[], Type::INT, |time, _, _| Ok(Value::int(time.shown().year_day))),
    ("Weekday", &[], NamedInt::WEEKDAY, |time, _, _| Ok(NamedInt::weekday(time.shown().weekday))),
    ("Hour", &[], Type::INT, |time, _, _| Ok(Value::int(time.shown().hour))),
    ("Minute", &[], Type::INT, |time, _, _| Ok(Value::int(time.shown().minute))),
    ("Second", &[], Type::INT, |time, _, _| Ok(Value::int(time.shown().second))),
    ("Nanosecond", &[], Type::INT, |time, _, _| Ok(Value::int(i64::from(time.nanosecond())))),
    ("IsZero", &[], Type::Bool, |time, _, _| Ok(time.is_zero().into())),
    ("UTC", &[], TimeObject::TYPE, |time, _, _| Ok(time.shown_in(Zone::Utc).into())),
    ("Local", &[], TimeObject::TYPE, |time, call, _| Ok(time.shown_in(call.state::<Sources>().local.clone()).into())),
    ("Add", &[Type::Any], TimeObject::TYPE, |time, _, args| Ok(time.plus(to_int64(args.any(0))).into())),
    ("AddDate", &[Type::INT, Type::INT, Type::INT], TimeObject::TYPE, |time, _, args| {
        Ok(time.plus_date(args.int(0), args.int(1), args.int(2)).into())
    }),
    ("Sub", &[TimeObject::TYPE], NamedInt::DURATION, |time, _, args| Ok(NamedInt::duration(time.since(other(args))))),
    ("Before", &[TimeObject::TYPE], Type::Bool, |time, _, args| {
        Ok((time.compare(other(args)) == Ordering::Less).into())
    }),
    ("After", &[TimeObject::TYPE], Type::Bool, |time, _, args| {
        Ok((time.compare(other(args)) == Ordering::Greater).into())
    }),
    ("Equal", &[TimeObject::TYPE], Type::Bool, |time, _, args| {
        Ok((time.compare(other(args)) == Ordering::Equal).into())
    }),
    ("Compare", &[TimeObject::TYPE], Type::INT, |time, _, args| Ok(Value::int(time.compare(other(args)) as i64))),
    ("Round", &[Type::Any], TimeObject::TYPE, |time, _, args| Ok(rounded(time, to_int64(args.any(0))).into())),
    ("Truncate", &[Type::Any], TimeObject::TYPE, |time, _, args| Ok(truncated(time, to_int64(args.any(0))).into())),
];

fn text(time: &Time) -> Text {
    Text::from_bytes(format(time, STRING_LAYOUT))
}

fn parts(time: &Time, per_second: i64) -> i64 {
    let nanos = i64::from(time.nanosecond());
    time.unix().wrapping_mul(per_second).wrapping_add(nanos / (1_000_000_000 / per_second))
}

/// The argument of a method that takes another time.
fn other<'a>(args: Args<'a>) -> &'a Time {
    TimeObject::of(args.any(0)).expect("invariant: the signature lets only times pass")
}

/// Nanoseconds beyond the last multiple of `unit` since year 1.
fn beyond(time: &Time, unit: i64) -> i64 {
    let since_zero = (i128::from(time.unix()) + 62_135_596_800) * 1_000_000_000 + i128::from(time.nanosecond());
    since_zero.rem_euclid(i128::from(unit)) as i64
}

fn truncated(time: &Time, unit: i64) -> Time {
    if unit <= 0 { time.clone() } else { time.plus(-beyond(time, unit)) }
}

fn rounded(time: &Time, unit: i64) -> Time {
    if unit <= 0 {
        return time.clone();
    }
    let beyond = beyond(time, unit);
    time.plus(if beyond < unit - beyond { -beyond } else { unit - beyond })
}

impl GoObject for TimeObject {
    fn type_name(&self) -> &'static str {
        "time.Time"
    }

    fn method(self: Arc<Self>, name: &str) -> Option<Function> {
        let (_, params, returns, body) = METHODS.iter().find(|(method, ..)| *method == name)?;
        Some(Function::closure(Signature::new(params, *returns), move |call, args| body(&self.0, call, args)))
    }

    fn text(&self) -> Option<Text> {
        Some(text(&self.0))
    }

    fn to_json(&self) -> Option<serde_json::Value> {
        Some(String::from_utf8_lossy(&format(&self.0, JSON_LAYOUT)).into_owned().into())
    }

    fn equal(&self, other: &dyn GoObject) -> bool {
        other.as_any().downcast_ref::<TimeObject>().is_some_and(|other| self.0 == other.0)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// An integer type with a name: `time.Duration`, `time.Month`, `time.Weekday`.
#[derive(Debug, Clone)]
struct NamedInt {
    class: &'static NamedIntClass,
    value: i64,
}

#[derive(Debug)]
struct NamedIntClass {
    name: &'static str,
    kind: IntKind,
    text: fn(i64) -> String,
}

static DURATION: NamedIntClass =
    NamedIntClass { name: "time.Duration", kind: IntKind::Int64, text: |nanos| duration::format(nanos) };
static MONTH: NamedIntClass = NamedIntClass {
    name: "time.Month",
    kind: IntKind::Int,
    text: |month| {
        usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).map_or_else(String::new, ToString::to_string)
    },
};
static WEEKDAY: NamedIntClass = NamedIntClass {
    name: "time.Weekday",
    kind: IntKind::Int,
    text: |day| usize::try_from(day).ok().and_then(|at| WEEKDAYS.get(at)).map_or_else(String::new, ToString::to_string),
};

impl NamedInt {
    const DURATION: Type = Type::Named("time.Duration");
    const MONTH: Type = Type::Named("time.Month");
    const WEEKDAY: Type = Type::Named("time.Weekday");

    fn duration(nanos: i64) -> Value {
        Value::object(NamedInt { class: &DURATION, value: nanos })
    }

    fn month(month: u32) -> Value {
        Value::object(NamedInt { class: &MONTH, value: i64::from(month) })
    }

    fn weekday(day: usize) -> Value {
        Value::object(NamedInt { class: &WEEKDAY, value: day as i64 })
    }

    fn text_method(&self) -> String {
        (self.class.text)(self.value)
    }

    /// `Duration.Hours` and its like.
    fn measured(&self, name: &str) -> Option<Value> {
        let nanos = self.value;
        let in_units = |unit: i64| Value::Float((nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64);
        Some(match name {
            "Hours" => in_units(3_600_000_000_000),
            "Minutes" => in_units(60_000_000_000),
            "Seconds" => in_units(1_000_000_000),
            "Milliseconds" => Value::int64(nanos / 1_000_000),
            "Microseconds" => Value::int64(nanos / 1_000),
            "Nanoseconds" => Value::int64(nanos),
            "Abs" => NamedInt::duration(nanos.saturating_abs()),
            _ => return None,
        })
    }
}

impl GoObject for NamedInt {
    fn type_name(&self) -> &'static str {
        self.class.name
    }

    fn kind(&self) -> Kind {
        Kind::Int(self.class.kind)
    }

    fn method(self: Arc<Self>, name: &str) -> Option<Function> {
        if name == "String" {
            let text = self.text_method();
            return Some(Function::closure(Signature::new(&[], Type::String), move |_, _| Ok(text.as_str().into())));
        }
        if self.class.name != DURATION.name {
            return None;
        }
        let nanos = self.value;
        match name {
            "Round" | "Truncate" => {
                let round = name == "Round";
                Some(Function::closure(Signature::new(&[Type::Any], NamedInt::DURATION), move |_, args| {
                    let unit = to_int64(args.any(0));
                    let truncated = if unit <= 0 { nanos } else { nanos - nanos % unit };
                    Ok(NamedInt::duration(if round { duration::round(nanos, unit) } else { truncated }))
                }))
            }
            _ => {
                let value = self.measured(name)?;
                let returns = value.go_type().unwrap_or(Type::Any);
                Some(Function::closure(Signature::new(&[], returns), move |_, _| Ok(value.clone())))
            }
        }
    }

    fn text(&self) -> Option<Text> {
        Some(self.text_method().into())
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::Int(self.value, self.class.kind))
    }

    fn equal(&self, other: &dyn GoObject) -> bool {
        let other = other.as_any().downcast_ref::<NamedInt>();
        other.is_some_and(|other| other.class.name == self.class.name && other.value == self.value)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
