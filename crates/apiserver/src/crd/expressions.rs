//! A schema in the terms of expressions: what type its data have for the rules over them, and the data as values.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cel::{Declared, Identity, Key, List, REQUEST_BYTES_MAX, Type, Value as Data, escaped};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whether a schema is that of a whole object, whose type and name rules may always read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Object,
    Part,
}

impl Level {
    /// That of a schema within another.
    pub fn below(schema: &Value) -> Self {
        if schema["x-kubernetes-embedded-resource"] == true { Level::Object } else { Level::Part }
    }
}

/// The type of data of this schema; `None` when rules cannot see such data. `name` names it in messages.
pub fn declared(schema: &Value, level: Level, name: &str) -> Option<Declared> {
    if schema["x-kubernetes-int-or-string"] == true {
        let elements_max = characters_max(schema).unwrap_or(REQUEST_BYTES_MAX - 2);
        return Some(Declared::plain(Type::Dyn, elements_max, 1));
    }
    let inner = |schema: &Value, name: &str| declared(schema, Level::below(schema), name);
    match schema["type"].as_str()? {
        "array" => {
            let items = inner(schema.get("items")?, &format!("{name}.@idx"))?;
            Some(Declared::list(items, count(schema, "maxItems")))
        }
        "object" => match schema.get("additionalProperties").filter(|additional| additional.is_object()) {
            Some(additional) => {
                let values = inner(additional, &format!("{name}.@prop"))?;
                Some(Declared::map(values, count(schema, "maxProperties")))
            }
            None => Some(object(schema, level, name)),
        },
        "string" => Some(text(schema)),
        "boolean" => Some(Declared::plain(Type::Bool, 0, 4)),
        "number" => Some(Declared::plain(Type::Double, 0, 1)),
        "integer" => Some(Declared::plain(Type::Int, 0, 1)),
        _ => None,
    }
}

fn count(schema: &Value, word: &str) -> Option<u64> {
    let count = schema.get(word)?.as_i64()?;
    Some(u64::try_from(count).unwrap_or(0))
}

/// Bytes a text may have: a character takes up to four.
fn characters_max(schema: &Value) -> Option<u64> {
    count(schema, "maxLength").map(|length| length.saturating_mul(4))
}

/// The properties rules may read, which for a whole object include its type and name.
pub fn properties(schema: &Value, level: Level) -> Map<String, Value> {
    let mut properties = schema["properties"].as_object().cloned().unwrap_or_default();
    if level == Level::Object {
        let text = serde_json::json!({"type": "string"});
        let metadata = serde_json::json!({"type": "object", "properties": {"name": text, "generateName": text}});
        properties.insert("apiVersion".to_owned(), text.clone());
        properties.insert("kind".to_owned(), text);
        properties.insert("metadata".to_owned(), metadata);
    }
    properties
}

fn object(schema: &Value, level: Level, name: &str) -> Declared {
    let required = |property: &str| {
        let names = schema["required"].as_array().into_iter().flatten();
        names.filter_map(Value::as_str).any(|name| name == property)
    };
    let mut fields = BTreeMap::new();
    let mut bytes_min = 2;
    for (property, schema) in properties(schema, level) {
        let Some(field) = declared(&schema, Level::below(&schema), &format!("{name}.{property}")) else { continue };
        if required(&property) && schema.get("default").is_none() {
            bytes_min += property.len() as u64 + field.bytes_min + 4;
        }
        if let Some(escaped) = escaped(&property) {
            fields.insert(escaped, field);
        }
    }
    Declared::object(name, fields, bytes_min)
}

fn text(schema: &Value) -> Declared {
    let longest = REQUEST_BYTES_MAX - 2;
    match schema["format"].as_str() {
        Some("byte") => Declared::plain(Type::Bytes, count(schema, "maxLength").unwrap_or(longest), 2),
        Some("duration") => Declared::plain(Type::Duration, 32, 3),
        Some("date") => Declared::plain(Type::Timestamp, 12, 12),
        Some("date-time") => Declared::plain(Type::Timestamp, 32, 21),
        _ => {
            let allowed = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let longest_allowed = allowed.map(|text| text.len() as u64).max();
            Declared::plain(Type::Text, characters_max(schema).or(longest_allowed).unwrap_or(longest), 2)
        }
    }
}

/// Data of this schema as rules see them; what the schema does not tell of is not there.
pub fn data(value: &Value, schema: &Value, level: Level) -> Data {
    let kind = schema["type"].as_str().unwrap_or_default();
    match value {
        Value::Null => Data::Null,
        Value::Bool(flag) => Data::Bool(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(whole) if kind != "number" => Data::Int(whole),
            _ => Data::Double(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => data_of_text(text, schema),
        Value::Array(items) => {
            let schema_of_items = &schema["items"];
            let items = items.iter().map(|item| data(item, schema_of_items, Level::below(schema_of_items))).collect();
            Data::List(Arc::new(List { items, identity: identity(schema) }))
        }
        Value::Object(map) => match schema.get("additionalProperties").filter(|additional| additional.is_object()) {
            Some(additional) => {
                let entries = map.iter().map(|(name, value)| {
                    (Key::Text(name.as_str().into()), data(value, additional, Level::below(additional)))
                });
                Data::Map(Arc::new(entries.collect()))
            }
            None => data_of_object(map, schema, level),
        },
    }
}

fn data_of_object(map: &Map<String, Value>, schema: &Value, level: Level) -> Data {
    let declared = properties(schema, level);
    let fields = map.iter().filter_map(|(name, value)| {
        let schema = declared.get(name)?;
        Some((escaped(name)?, data(value, schema, Level::below(schema))))
    });
    Data::Object(Arc::new(fields.collect()))
}

fn identity(schema: &Value) -> Identity {
    match schema["x-kubernetes-list-type"].as_str() {
        Some("set") => Identity::Value,
        Some("map") => {
            let keys = schema["x-kubernetes-list-map-keys"].as_array().into_iter().flatten();
            Identity::Fields(keys.filter_map(Value::as_str).filter_map(escaped).collect())
        }
        _ => Identity::Place,
    }
}

fn data_of_text(text: &str, schema: &Value) -> Data {
    let plain = || Data::text(text);
    match schema["format"].as_str() {
        Some("byte") => STANDARD.decode(text).map_or_else(|_| plain(), |bytes| Data::Bytes(bytes.into())),
        Some("duration") => cel::parse_duration(text).map_or_else(plain, Data::Duration),
        Some("date") => {
            let midnight =
                text.parse::<jiff::civil::Date>().ok().and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok());
            midnight.map_or_else(plain, |midnight| Data::Timestamp(midnight.timestamp()))
        }
        Some("date-time") => text.parse().map_or_else(|_| plain(), Data::Timestamp),
        _ => plain(),
    }
}
