//! Version 2 in protobuf, as the library of kubectl reads it (gnostic's `openapi.v2.Document`). Written by hand: the
//! few message types that clients look at, by their field numbers; paths are left out but for what discovery of
//! field validation needs.

use serde_json::{Map, Value};

/// A message under construction.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
            number >>= 7;
        }
        self.0.push(u8::try_from(number).unwrap_or_default());
    }

    fn bytes(&mut self, field: u64, content: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(content.len() as u64);
        self.0.extend_from_slice(content);
    }

    fn text(&mut self, field: u64, text: &str) {
        if !text.is_empty() {
            self.bytes(field, text.as_bytes());
        }
    }

    fn flag(&mut self, field: u64, flag: bool) {
        if flag {
            self.varint(field << 3);
            self.0.push(1);
        }
    }

    fn message(&mut self, field: u64, message: &Message) {
        self.bytes(field, &message.0);
    }

    /// A name and a value, as maps are written.
    fn entry(&mut self, field: u64, name: &str, value: &Message) {
        let mut entry = Message::default();
        entry.bytes(1, name.as_bytes());
        entry.message(2, value);
        self.message(field, &entry);
    }

    /// Anything, as YAML text: how extensions and enum values are written.
    fn any(value: &Value) -> Message {
        let mut any = Message::default();
        any.text(2, &value.to_string());
        any
    }
}

/// The document.
pub fn document(v2: &Value) -> Vec<u8> {
    let mut document = Message::default();
    document.text(1, "2.0");
    let mut info = Message::default();
    info.text(1, "Kubernetes");
    info.text(2, "v1.36.2");
    document.message(2, &info);
    document.message(8, &paths(&v2["paths"]));
    let mut definitions = Message::default();
    for (name, definition) in v2["definitions"].as_object().into_iter().flatten() {
        definitions.entry(1, name, &schema(definition));
    }
    document.message(9, &definitions);
    document.0
}

fn texts<'v>(map: &'v Map<String, Value>, key: &str) -> impl Iterator<Item = &'v str> {
    map.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn text<'v>(map: &'v Map<String, Value>, key: &str) -> &'v str {
    map.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn schema(value: &Value) -> Message {
    let mut message = Message::default();
    let Some(map) = value.as_object() else { return message };
    message.text(1, text(map, "$ref"));
    message.text(2, text(map, "format"));
    message.text(4, text(map, "description"));
    for name in texts(map, "required") {
        message.text(19, name);
    }
    for value in map.get("enum").and_then(Value::as_array).into_iter().flatten() {
        message.message(20, &Message::any(value));
    }
    match map.get("additionalProperties") {
        Some(Value::Bool(allowed)) => {
            let mut item = Message::default();
            item.flag(2, *allowed);
            message.message(21, &item);
        }
        Some(values) => {
            let mut item = Message::default();
            item.message(1, &schema(values));
            message.message(21, &item);
        }
        None => (),
    }
    if !text(map, "type").is_empty() {
        let mut kind = Message::default();
        kind.text(1, text(map, "type"));
        message.message(22, &kind);
    }
    if let Some(items) = map.get("items") {
        let mut item = Message::default();
        item.message(1, &schema(items));
        message.message(23, &item);
    }
    if let Some(properties) = map.get("properties").and_then(Value::as_object) {
        let mut all = Message::default();
        for (name, property) in properties {
            all.entry(1, name, &schema(property));
        }
        message.message(25, &all);
    }
    extensions(&mut message, 31, map);
    message
}

fn extensions(message: &mut Message, field: u64, map: &Map<String, Value>) {
    for (name, value) in map.iter().filter(|(name, _)| name.starts_with("x-")) {
        message.entry(field, name, &Message::any(value));
    }
}

fn paths(paths: &Value) -> Message {
    let mut message = Message::default();
    for (path, item) in paths.as_object().into_iter().flatten() {
        let Some(patch) = item.get("patch").and_then(Value::as_object) else { continue };
        let mut made = Message::default();
        made.message(8, &operation(patch));
        message.entry(2, path, &made);
    }
    message
}

fn operation(operation: &Map<String, Value>) -> Message {
    let mut message = Message::default();
    message.text(5, text(operation, "operationId"));
    for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        if parameter["in"] != "query" || name.is_empty() {
            continue;
        }
        // ParametersItem.parameter.non_body_parameter.query_parameter_sub_schema
        let mut query = Message::default();
        query.text(2, "query");
        query.text(4, name);
        query.text(6, "string");
        let mut plain = Message::default();
        plain.message(3, &query);
        let mut given = Message::default();
        given.message(2, &plain);
        let mut item = Message::default();
        item.message(1, &given);
        message.message(8, &item);
    }
    extensions(&mut message, 13, operation);
    message
}
