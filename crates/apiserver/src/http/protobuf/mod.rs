//! Bodies in Kubernetes' protobuf form, as kubectl sends them for objects it knows. They are turned into the JSON
//! that the same client would have sent; answers are always JSON, which such clients accept as well.
//!
//! `messages.txt` lists the messages: number, JSON name and type of each field as of Kubernetes 1.36, `?` before what
//! may be absent, `!` before what is written even when it is empty. Kinds that are not listed are refused.

mod messages;
mod wire;

use messages::{Field, Kind};
use serde_json::{Map, Value};
use wire::{Wire, WireError};

/// What every such body begins with.
const MAGIC: &[u8] = b"k8s\0";

/// Nesting of messages at most; Kubernetes' own types stay far below, custom schemas excepted, which are not sent so.
const DEPTH_MAX: u32 = 64;

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProtobufError {
    /// It is no body of this form.
    #[error("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")]
    NoMagic,
    /// It is cut or garbled.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A kind whose form is not known here.
    #[error("{0} is not known in protobuf form; send it as application/json")]
    UnknownKind(String),
    /// Nested too deeply.
    #[error("nested deeper than {DEPTH_MAX} messages")]
    TooDeep,
}

/// Reads a body.
///
/// # Errors
/// When it is no such body, or of a kind that is not listed.
pub fn decode(bytes: &[u8]) -> Result<Value, ProtobufError> {
    let body = bytes.strip_prefix(MAGIC).ok_or(ProtobufError::NoMagic)?;
    let (mut api_version, mut kind, mut raw) = (String::new(), String::new(), &[][..]);
    for part in wire::fields(body) {
        match part? {
            (1, Wire::Bytes(types)) => {
                for part in wire::fields(types) {
                    match part? {
                        (1, Wire::Bytes(text)) => api_version = wire::text(text)?,
                        (2, Wire::Bytes(text)) => kind = wire::text(text)?,
                        _ => {}
                    }
                }
            }
            (2, Wire::Bytes(object)) => raw = object,
            _ => {}
        }
    }
    let message = messages::message_of(&api_version, &kind)
        .ok_or_else(|| ProtobufError::UnknownKind(format!("{api_version}, Kind={kind}")))?;
    let mut object = read_message(raw, message, 0)?;
    object.insert("apiVersion".to_owned(), api_version.into());
    object.insert("kind".to_owned(), kind.into());
    Ok(Value::Object(object))
}

fn read_message(bytes: &[u8], fields: &[Field], depth: u32) -> Result<Map<String, Value>, ProtobufError> {
    if depth > DEPTH_MAX {
        return Err(ProtobufError::TooDeep);
    }
    let mut object = Map::new();
    for part in wire::fields(bytes) {
        let (number, wire) = part?;
        if let Some(field) = fields.iter().find(|field| field.number == number) {
            read_field(&mut object, field, &wire, depth)?;
        }
    }
    Ok(object)
}

fn read_field(
    object: &mut Map<String, Value>,
    field: &Field,
    wire: &Wire<'_>,
    depth: u32,
) -> Result<(), ProtobufError> {
    let value = match &field.kind {
        Kind::List(element) => {
            let item = read_value(element, wire, depth)?;
            let list = object.entry(field.json).or_insert_with(|| Value::Array(Vec::new()));
            if let Some(list) = list.as_array_mut() {
                list.push(item);
            }
            return Ok(());
        }
        Kind::Map(element) => {
            let (key, item) = read_entry(element, wire, depth)?;
            let map = object.entry(field.json).or_insert_with(|| Value::Object(Map::new()));
            if let Some(map) = map.as_object_mut() {
                map.insert(key, item);
            }
            return Ok(());
        }
        kind => read_value(kind, wire, depth)?,
    };
    // An embedded message's fields stand among its parent's.
    if field.json.is_empty() {
        if let Value::Object(inner) = value {
            object.extend(inner);
        }
    } else if field.is_optional || field.is_kept || !is_zero(&value) {
        object.insert(field.json.to_owned(), value);
    }
    Ok(())
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(is) => !is,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn read_entry(element: &Kind, wire: &Wire<'_>, depth: u32) -> Result<(String, Value), ProtobufError> {
    let Wire::Bytes(entry) = wire else { return Err(WireError.into()) };
    let (mut key, mut value) = (String::new(), None);
    for part in wire::fields(entry) {
        match part? {
            (1, Wire::Bytes(text)) => key = wire::text(text)?,
            (2, wire) => value = Some(read_value(element, &wire, depth)?),
            _ => {}
        }
    }
    Ok((key, value.unwrap_or_else(|| "".into())))
}

fn read_value(kind: &Kind, wire: &Wire<'_>, depth: u32) -> Result<Value, ProtobufError> {
    Ok(match (kind, wire) {
        (Kind::Int, Wire::Number(number)) => Value::from(number.cast_signed()),
        (Kind::Bool, Wire::Number(number)) => Value::from(*number != 0),
        (Kind::Text, Wire::Bytes(bytes)) => Value::from(wire::text(bytes)?),
        (Kind::Bytes, Wire::Bytes(bytes)) => Value::from(wire::base64(bytes)),
        (Kind::Time, Wire::Bytes(bytes)) => wire::time(bytes)?.map_or(Value::Null, Value::from),
        (Kind::MicroTime, Wire::Bytes(bytes)) => wire::micro_time(bytes)?.map_or(Value::Null, Value::from),
        (Kind::Quantity, Wire::Bytes(bytes)) => Value::from(wire::first_text(bytes)?),
        (Kind::IntOrString, Wire::Bytes(bytes)) => wire::int_or_string(bytes)?,
        (Kind::Raw, Wire::Bytes(bytes)) => wire::raw(bytes)?,
        (Kind::Message(name), Wire::Bytes(bytes)) => {
            let fields = messages::fields_of(name).unwrap_or_default();
            // Go writes lists of text that are maps' values as messages with one repeated field.
            Value::Object(read_message(bytes, fields, depth + 1)?)
        }
        (Kind::List(element), Wire::Bytes(bytes)) => {
            let items: Result<Vec<_>, ProtobufError> =
                wire::fields(bytes).map(|part| read_value(element, &part?.1, depth + 1)).collect();
            Value::from(items?)
        }
        _ => return Err(WireError.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bodies as Kubernetes' own code writes them, in base64, with the objects they are of.
    const CASES: &str = include_str!("cases.jsonl");

    #[test]
    fn bodies_become_the_json_they_stand_for() {
        use base64::Engine;
        for line in CASES.lines() {
            let case: Value = serde_json::from_str(line).expect("a case");
            let body = case["body"].as_str().expect("a body");
            let body = base64::engine::general_purpose::STANDARD.decode(body).expect("base64");
            assert_eq!(decode(&body), Ok(case["object"].clone()), "{}", case["object"]["kind"]);
            for cut in 0..body.len() {
                // Whatever is cut off, the rest is read or refused.
                let _ = decode(&body[..cut]);
            }
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        assert_eq!(decode(b"{}"), Err(ProtobufError::NoMagic));
        assert_eq!(decode(b"k8s\0\xff\xff"), Err(ProtobufError::Wire(WireError)));
    }
}
