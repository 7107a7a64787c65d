//! Values as text: Go's `%v`.

use crate::value::{Key, Value};
use budget::{Budget, Exceeded};
use gotemplate::{Text, format_float};
use sprig::time::{MONTHS, WEEKDAYS, Zone, format};

/// The layout of `Time.String`.
pub(crate) const TIME_LAYOUT: &[u8] = b"2006-01-02 15:04:05.999999999 -0700 MST";
impl Value {
    /// The value as `fmt.Sprint` shows it: Go's `%v`.
    ///
    /// # Errors
    /// When that is more than `budget` allows.
    pub fn printed(&self, budget: &mut Budget) -> Result<Text, Exceeded> {
        print(self, budget)
    }
}

/// `value` as `fmt.Sprint` shows it.
pub(crate) fn print(value: &Value, budget: &mut Budget) -> Result<Text, Exceeded> {
    let mut out = Vec::new();
    append(&mut out, value, budget)?;
    budget.take_bytes(out.len() as u64)?;
    Ok(Text::from_bytes(out))
}

fn append(out: &mut Vec<u8>, value: &Value, budget: &mut Budget) -> Result<(), Exceeded> {
    budget.spend(1)?;
    match value {
        Value::Nil => out.extend(b"<nil>"),
        Value::Bool(value) => out.extend(value.to_string().bytes()),
        Value::Int(integer) => out.extend(integer.value.to_string().bytes()),
        Value::Float(value) => out.extend(format_float(*value).bytes()),
        Value::String(text) => {
            budget.spend(text.len() as u64 / 64)?;
            out.extend(text.as_bytes());
        }
        Value::Bytes(text) => {
            let numbers: Vec<String> = text.as_bytes().iter().map(ToString::to_string).collect();
            out.extend(format!("[{}]", numbers.join(" ")).bytes());
        }
        Value::Time(time) => out.extend(format(time, TIME_LAYOUT)),
        Value::Duration(nanos) => out.extend(sprig::duration::format(*nanos).bytes()),
        Value::Month(month) => out.extend(month_name(*month).bytes()),
        Value::Weekday(day) => out.extend(weekday_name(*day).bytes()),
        Value::Zone(zone) => out.extend(zone_name(zone).bytes()),
        Value::List(list) => {
            out.push(b'[');
            for (at, item) in list.items().iter().enumerate() {
                if at > 0 {
                    out.push(b' ');
                }
                append(out, item, budget)?;
            }
            out.push(b']');
        }
        Value::Map(map) => {
            out.extend(b"map[");
            for (at, (key, item)) in map.entries().enumerate() {
                if at > 0 {
                    out.push(b' ');
                }
                append(out, key, budget)?;
                out.push(b':');
                append(out, item, budget)?;
            }
            out.push(b']');
        }
        Value::Function(_) => out.extend(b"<func>"),
    }
    Ok(())
}

/// Short text of a value for messages, which name only scalars.
pub(crate) fn shown(value: &Value) -> String {
    let mut budget = Budget::new(budget::Limits { fuel: 1_000, bytes: 4_096, depth: 0 });
    print(value, &mut budget).map_or_else(|_| "…".to_owned(), |text| text.to_string())
}

pub(crate) fn month_name(month: i64) -> String {
    let name = usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at));
    name.map_or_else(|| format!("%!Month({month})"), ToString::to_string)
}

pub(crate) fn weekday_name(day: i64) -> String {
    let name = usize::try_from(day).ok().and_then(|at| WEEKDAYS.get(at));
    name.map_or_else(|| format!("%!Weekday({day})"), ToString::to_string)
}

pub(crate) fn zone_name(zone: &Zone) -> String {
    match zone {
        Zone::Utc => "UTC".to_owned(),
        Zone::Fixed(name, _) => name.clone(),
        Zone::Named(zone) => zone.iana_name().unwrap_or_default().to_owned(),
    }
}

/// A key of a map from the text that names it.
pub(crate) fn text_key(text: &Text) -> Key {
    Key::of(Value::String(text.clone())).expect("invariant: a string can be hashed")
}

impl std::fmt::Display for Value {
    /// Go's `%v`, cut short when it is very long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&shown(self))
    }
}
