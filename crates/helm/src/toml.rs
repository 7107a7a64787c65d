//! TOML as `BurntSushi/toml` writes and reads it.

use crate::encode::{EncodeError, Floats, plain};
use budget::{Budget, Exceeded};
use gotemplate::Value;
use serde_json::{Map, Value as Json};

/// The TOML of a map; the inner error is the text that stands in its place.
pub(crate) fn encode(value: &Value, budget: &mut Budget) -> Result<Result<String, String>, Exceeded> {
    let value = match plain(value, Floats::Kept, budget) {
        Ok(value) => value,
        Err(EncodeError::Limit(exceeded)) => return Err(exceeded),
        Err(error) => return Ok(Err(error.to_string())),
    };
    let Json::Object(map) = value else {
        return Ok(Err("toml: top-level values must be Go maps or structs".to_owned()));
    };
    let mut writer = Writer { out: String::new(), wrote_any: false };
    let written = writer.table(&map, &[]);
    budget.take_bytes(writer.out.len() as u64)?;
    Ok(written.map(|()| writer.out))
}

/// TOML as templates see it: integers are `int64`, points in time are times.
pub(crate) fn decode(text: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(text).map_err(|_| "toml: invalid UTF-8".to_owned())?;
    let table: ::toml::Table = text.parse().map_err(|error: ::toml::de::Error| format!("toml: {}", error.message()))?;
    Ok(as_value(::toml::Value::Table(table)))
}

fn as_value(value: ::toml::Value) -> Value {
    match value {
        ::toml::Value::String(text) => Value::text(text),
        ::toml::Value::Integer(number) => Value::int64(number),
        ::toml::Value::Float(number) => Value::Float(number),
        ::toml::Value::Boolean(flag) => Value::Bool(flag),
        ::toml::Value::Datetime(time) => point_in_time(&time.to_string()),
        ::toml::Value::Array(items) => Value::list(items.into_iter().map(as_value).collect()),
        ::toml::Value::Table(table) => {
            Value::Map(gotemplate::Map::from_entries(table.into_iter().map(|(key, value)| (key, as_value(value)))))
        }
    }
}

/// A time; where the zone, the day or the hour is left open it is shown in UTC.
fn point_in_time(text: &str) -> Value {
    const LAYOUTS: [&[u8]; 4] = [b"2006-01-02T15:04:05Z07:00", b"2006-01-02T15:04:05", b"2006-01-02", b"15:04:05"];
    let read = |layout: &&[u8]| sprig::time::parse(layout, text.as_bytes(), &sprig::time::Zone::Utc).ok();
    LAYOUTS.iter().find_map(read).map_or_else(|| Value::text(text), Value::from)
}

struct Writer {
    out: String,
    wrote_any: bool,
}

impl Writer {
    /// Plain entries first, then the tables below, each sorted by key.
    fn table(&mut self, map: &Map<String, Json>, path: &[&str]) -> Result<(), String> {
        for (key, value) in map.iter().filter(|(_, value)| !is_table(value) && !value.is_null()) {
            self.indent(path.len());
            self.out.push_str(&key_text(key));
            self.out.push_str(" = ");
            self.inline(value)?;
            self.out.push('\n');
            self.wrote_any = true;
        }
        for (key, value) in map.iter().filter(|(_, value)| is_table(value)) {
            let mut path = path.to_vec();
            path.push(key);
            match value {
                Json::Object(below) => {
                    self.header(&path, "[", "]");
                    self.table(below, &path)?;
                }
                Json::Array(items) => {
                    for item in items {
                        let Json::Object(below) = item else { continue };
                        self.header(&path, "[[", "]]");
                        self.table(below, &path)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn header(&mut self, path: &[&str], open: &str, close: &str) {
        if self.wrote_any && (path.len() == 1 || open == "[[") {
            self.out.push('\n');
        }
        self.indent(path.len() - 1);
        let names: Vec<String> = path.iter().map(|name| key_text(name)).collect();
        self.out.push_str(&format!("{open}{}{close}\n", names.join(".")));
        self.wrote_any = true;
    }

    fn indent(&mut self, levels: usize) {
        for _ in 0..levels {
            self.out.push_str("  ");
        }
    }

    fn inline(&mut self, value: &Json) -> Result<(), String> {
        match value {
            Json::Null => return Err("toml: cannot encode array with nil element".to_owned()),
            Json::Bool(flag) => self.out.push_str(&flag.to_string()),
            Json::Number(number) => self.out.push_str(&number_text(number)),
            Json::String(text) => self.out.push_str(&quoted(text)),
            Json::Array(items) => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.out.push_str(", ");
                    }
                    self.inline(item)?;
                }
                self.out.push(']');
            }
            Json::Object(map) => {
                self.out.push('{');
                for (at, (key, value)) in map.iter().filter(|(_, value)| !value.is_null()).enumerate() {
                    if at > 0 {
                        self.out.push_str(", ");
                    }
                    self.out.push_str(&key_text(key));
                    self.out.push_str(" = ");
                    self.inline(value)?;
                }
                self.out.push('}');
            }
        }
        Ok(())
    }
}

fn is_table(value: &Json) -> bool {
    match value {
        Json::Object(_) => true,
        Json::Array(items) => !items.is_empty() && items.iter().all(Json::is_object),
        _ => false,
    }
}

fn key_text(key: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !key.is_empty() && key.bytes().all(bare) { key.to_owned() } else { quoted(key) }
}

/// A number: what was a float in Go has a point.
///
/// Compat: everything numeric from YAML is a float to Go, so a count of 3 is written as 3.0.
fn number_text(number: &serde_json::Number) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else { return number.to_string() };
    let text = sprig::json::float(float);
    if text.contains(['.', 'e']) { text } else { format!("{text}.0") }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{0}'..='\u{1f}' | '\u{7f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
