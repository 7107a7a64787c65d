//! JSON as Go's encoder writes a typed struct: fields in order of declaration, empty ones left out where the type says
//! so, structs always there, quantities and times in their one spelling. What the type does not know is dropped.

use super::encoding::Encoding;
use defaults::Quantity;
use defaults::types::{self, Field, Form, Shape, Type};
use jiff::Timestamp;
use serde_json::Value;

/// The type of metadata, the only one that changed its spelling between releases.
const METADATA: &str = "meta/v1.ObjectMeta";

/// Writes a value of a type.
pub fn write(kind: &Type, value: &Value, encoding: Encoding) -> String {
    let mut writer = Writer { text: String::with_capacity(1024), encoding };
    writer.write_struct(kind, value);
    writer.text
}

/// Text with quotes, escaped as Go does, HTML included.
pub fn push_quoted(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

struct Writer {
    text: String,
    encoding: Encoding,
}

impl Writer {
    fn write_struct(&mut self, kind: &Type, value: &Value) {
        self.text.push('{');
        let start = self.text.len();
        for field in &kind.fields {
            let inner = value.get(field.name).unwrap_or(&Value::Null);
            if self.is_left_out(kind, field, inner) {
                continue;
            }
            if self.text.len() > start {
                self.text.push(',');
            }
            push_quoted(field.name, &mut self.text);
            self.text.push(':');
            self.write_value(&field.shape, inner);
        }
        self.text.push('}');
    }

    fn is_left_out(&self, kind: &Type, field: &Field, value: &Value) -> bool {
        if field.omit_zero && is_zero(&field.shape, value) {
            let is_new = self.encoding == Encoding::Current;
            return is_new || kind.name != METADATA || field.name != "creationTimestamp";
        }
        field.omit_empty && is_empty(&field.shape, value)
    }

    fn write_value(&mut self, shape: &Shape, value: &Value) {
        match &shape.form {
            Form::Optional(_) | Form::List(_) | Form::Map(_) | Form::Raw | Form::SchemaOrPlain | Form::Bytes
                if value.is_null() =>
            {
                self.text.push_str("null");
            }
            Form::Optional(inner) => self.write_value(inner, value),
            Form::Struct(place) => self.write_struct(types::get(*place), value),
            Form::List(inner) => self.write_list(inner, value),
            Form::Map(inner) => self.write_map(inner, value),
            Form::Quantity => self.write_quantity(value),
            Form::Time => self.write_time(value),
            Form::Flag => self.text.push_str(if value.as_bool() == Some(true) { "true" } else { "false" }),
            Form::Integer(_) | Form::Float if value.is_null() => self.text.push('0'),
            Form::NumberOrText if value.is_null() => self.text.push('0'),
            _ => self.write_plain(shape, value),
        }
    }

    fn write_plain(&mut self, shape: &Shape, value: &Value) {
        match (&shape.form, value) {
            (Form::Bytes, Value::String(text)) => {
                let text: String = text.chars().filter(|c| *c != '\n' && *c != '\r').collect();
                push_quoted(&text, &mut self.text);
            }
            (Form::Text | Form::MicroTime, Value::Null) => self.text.push_str("\"\""),
            (_, Value::String(text)) => push_quoted(text, &mut self.text),
            (_, other) => self.text.push_str(&escape_html(&other.to_string())),
        }
    }

    fn write_list(&mut self, inner: &Shape, value: &Value) {
        self.text.push('[');
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.write_value(inner, item);
        }
        self.text.push(']');
    }

    fn write_map(&mut self, inner: &Shape, value: &Value) {
        self.text.push('{');
        for (index, (key, item)) in value.as_object().into_iter().flatten().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            push_quoted(key, &mut self.text);
            self.text.push(':');
            self.write_value(inner, item);
        }
        self.text.push('}');
    }

    fn write_quantity(&mut self, value: &Value) {
        let parsed = match value {
            Value::String(text) => Quantity::parse(text).ok(),
            Value::Number(number) => Quantity::parse(&number.to_string()).ok(),
            _ => None,
        };
        let text = parsed.unwrap_or_else(Quantity::zero).to_string();
        push_quoted(&text, &mut self.text);
    }

    fn write_time(&mut self, value: &Value) {
        match value.as_str().and_then(|text| text.parse::<Timestamp>().ok()) {
            Some(time) => push_quoted(&time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), &mut self.text),
            None => self.text.push_str("null"),
        }
    }
}

/// Escapes what Go escapes in JSON that it takes as it is.
pub fn escape_html(json: &str) -> String {
    json.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

/// Whether `omitempty` leaves it out: false, 0, "", nothing, no items; never a struct.
fn is_empty(shape: &Shape, value: &Value) -> bool {
    match &shape.form {
        Form::Text | Form::Bytes => value.as_str().is_none_or(str::is_empty),
        Form::Flag => value.as_bool() != Some(true),
        Form::Integer(_) | Form::Float => value.as_f64().is_none_or(|number| number == 0.0),
        Form::List(_) => value.as_array().is_none_or(Vec::is_empty),
        Form::Map(_) => value.as_object().is_none_or(serde_json::Map::is_empty),
        Form::Optional(_) | Form::Raw | Form::SchemaOrPlain => value.is_null(),
        Form::Struct(_) | Form::Quantity | Form::Time | Form::MicroTime | Form::NumberOrText => false,
    }
}

/// Whether `omitzero` leaves it out.
fn is_zero(shape: &Shape, value: &Value) -> bool {
    match &shape.form {
        Form::Struct(place) => types::get(*place)
            .fields
            .iter()
            .all(|field| is_zero(&field.shape, value.get(field.name).unwrap_or(&Value::Null))),
        Form::Quantity | Form::Time | Form::MicroTime | Form::NumberOrText => value.is_null(),
        // An empty list or map that is there is not the zero value.
        Form::List(_) | Form::Map(_) => value.is_null(),
        _ => is_empty(shape, value),
    }
}
