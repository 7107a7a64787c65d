//! Recorded cases: an expression, and the original's value or error.

use budget::{Budget, Limits};
use expr::{Environment, Error, Key, ListType, Program, Value, condition};
use jiff::Timestamp;
use serde_json::Value as Json;
use sprig::time::{Zone, parse};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Enough for every case that is not about limits.
pub const LIMITS: Limits = Limits { fuel: 20_000_000, bytes: 64 << 20, depth: 128 };

/// What came of a case: the value shown, or the error's text.
pub enum Answer {
    Value(String),
    Error(String),
    /// A limit of ours: the original's answer says nothing.
    Stopped,
}

/// The names that expressions use.
pub fn environment() -> Environment {
    let data: Json = serde_json::from_str(include_str!("../cases/data.json")).expect("data.json is JSON");
    let names = data.as_object().expect("an object").iter();
    Environment::strict(names.map(|(name, json)| (name.clone(), value(json))).collect())
}

/// Plain JSON, with `{"$floats": …}` and the like for what JSON has no word for.
pub fn value(json: &Json) -> Value {
    let items = |json: &Json| json.as_array().expect("a list").iter().map(value).collect::<Vec<_>>();
    let list = |ty, items| Value::list(ty, items).expect("flat");
    let integer = |value: Value| match value {
        Value::Float(value) => Value::int(value as i64),
        other => other,
    };
    if let Some((key, inner)) = json.as_object().and_then(|object| object.iter().next()) {
        let text = inner.as_str().unwrap_or_default();
        match key.as_str() {
            "$floats" => return list(ListType::Float, items(inner)),
            "$ints" => return list(ListType::Int, items(inner).into_iter().map(integer).collect()),
            "$strings" => return list(ListType::String, items(inner)),
            "$nil" => return Value::Nil,
            "$float" => return Value::Float(text.parse().expect("a float")),
            "$int" => return Value::int(inner.as_i64().expect("an integer")),
            "$int64" => return Value::int64(inner.as_i64().expect("an integer")),
            "$time" => {
                let time = parse(b"2006-01-02T15:04:05Z07:00", text.as_bytes(), &Zone::Utc).expect("a time");
                return Value::Time(Arc::new(time));
            }
            "$duration" => return Value::Duration(sprig::duration::parse(text).expect("a duration")),
            _ => {}
        }
    }
    match json {
        Json::Array(_) => list(ListType::Any, items(json)),
        Json::Object(entries) => {
            let entries: BTreeMap<Key, Value> =
                entries.iter().map(|(key, inner)| (Key::from(key.as_str()), value(inner))).collect();
            Value::map(expr::MapType::Any, entries).expect("flat")
        }
        plain => Value::from_json(plain).expect("flat"),
    }
}

/// Our answer to a case.
pub fn answer(case: &Json, environment: &Environment) -> Answer {
    let source = case["e"].as_str().expect("an expression");
    let mut budget = Budget::new(LIMITS);
    let now = Timestamp::UNIX_EPOCH;
    if let Some(result) = case.get("c") {
        return match condition::holds(source, &value(result), now, &mut budget) {
            Ok(holds) => Answer::Value(holds.to_string()),
            Err(condition::ConditionError::Expression(Error { exceeded: Some(_), .. })) => Answer::Stopped,
            Err(error) => Answer::Error(error.to_string()),
        };
    }
    let run = Program::compile(source, environment, &mut budget)
        .and_then(|program| program.run(environment, now, &mut budget));
    match run {
        Ok(value) => Answer::Value(show(&value)),
        Err(Error { exceeded: Some(_), .. }) => Answer::Stopped,
        Err(error) if error.message.contains("limit: value depth") => Answer::Stopped,
        Err(error) => Answer::Error(error.to_string()),
    }
}

/// How ours differs from the recorded answer; `None` when it does not, or says nothing.
pub fn difference(case: &Json, environment: &Environment) -> Option<String> {
    let theirs = case["out"].as_str().map_or_else(|| format!("error {}", case["err"]), ToOwned::to_owned);
    let ours = match answer(case, environment) {
        Answer::Value(value) => value,
        Answer::Error(error) => format!("error {}", Json::from(error)),
        Answer::Stopped => return None,
    };
    (ours != theirs).then(|| format!("{}\n    theirs {theirs}\n    ours   {ours}", case["e"]))
}

/// A value with its types, as the oracle's program shows it.
fn show(value: &Value) -> String {
    let all = |items: &[Value]| items.iter().map(show).collect::<Vec<_>>().join(", ");
    match value {
        Value::Nil => "nil".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::String(text) => gotemplate::quote(text.as_bytes()),
        Value::Bytes(text) => {
            let bytes: Vec<String> = text.as_bytes().iter().map(ToString::to_string).collect();
            format!("bytes[{}]", bytes.join(" "))
        }
        Value::List(list) => format!("{}[{}]", value.type_name(), all(list.items())),
        Value::Map(map) => {
            let mut entries: Vec<String> =
                map.entries().map(|(key, item)| format!("{}: {}", show(key), show(item))).collect();
            entries.sort();
            format!("{}{{{}}}", value.type_name(), entries.join(", "))
        }
        Value::Function(_) => "func".to_owned(),
        other => format!("{}({other})", other.type_name()),
    }
}
