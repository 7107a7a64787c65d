//! `toYaml`, `fromJson` and their relatives. The ones that read never fail: what is wrong is in what they give.

use crate::encode::{EncodeError, pretty, trimmed, yaml_document, yaml_or_error};
use crate::profile::Profile;
use crate::values::{decoding, read_document};
use budget::Exceeded;
use gotemplate::{Args, Call, Definition, FuncError, FuncMap, List, ListType, Map, MapClass, Signature, Type, Value};
use sprig::json::{Layout, decode, encode};

const TO_TEXT: Signature = Signature::new(&[Type::Any], Type::String);
const TO_MAP: Signature = Signature::new(&[Type::String], Type::MAP);
const TO_LIST: Signature = Signature::new(&[Type::String], Type::LIST);

const TABLE: [Definition; 9] = [
    Definition { name: "toYaml", signature: TO_TEXT, body: to_yaml },
    Definition { name: "toYamlPretty", signature: TO_TEXT, body: to_yaml_pretty },
    Definition { name: "fromYaml", signature: TO_MAP, body: from_yaml },
    Definition { name: "fromYamlArray", signature: TO_LIST, body: from_yaml_array },
    Definition { name: "toJson", signature: TO_TEXT, body: to_json },
    Definition { name: "fromJson", signature: TO_MAP, body: from_json },
    Definition { name: "fromJsonArray", signature: TO_LIST, body: from_json_array },
    Definition { name: "toToml", signature: TO_TEXT, body: to_toml },
    Definition { name: "fromToml", signature: TO_MAP, body: from_toml },
];

/// What Helm 4 has besides.
const OF_HELM_4: [Definition; 3] = [
    Definition { name: "mustToYaml", signature: TO_TEXT, body: must_to_yaml },
    Definition { name: "mustToJson", signature: TO_TEXT, body: must_to_json },
    Definition { name: "mustToToml", signature: TO_TEXT, body: must_to_toml },
];

pub(super) fn add(functions: &mut FuncMap, profile: Profile) {
    functions.extend(&TABLE);
    if profile.is_four() {
        functions.extend(&OF_HELM_4);
    }
}

fn to_yaml(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    Ok(Value::text(trimmed(yaml_document(args.any(0), call.budget)?)))
}

fn must_to_yaml(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    yaml_or_error(args.any(0), call.budget).map(|text| Value::text(trimmed(text))).map_err(|error| match error {
        EncodeError::Unsupported(_) => FuncError::Message(format!("error marshaling into JSON: {error}")),
        EncodeError::Limit(exceeded) => exceeded.into(),
    })
}

fn to_yaml_pretty(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    let text = pretty(args.any(0), call.budget).or_else(swallowed)?;
    call.take_bytes(text.len())?;
    Ok(Value::text(trimmed(text)))
}

fn to_json(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    match encode(args.any(0), Layout::Compact, call.budget) {
        Ok(text) => Ok(Value::text(text)),
        Err(FuncError::Message(_)) => Ok(Value::text("")),
        Err(limit) => Err(limit),
    }
}

fn must_to_json(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    encode(args.any(0), Layout::Compact, call.budget).map(Value::text)
}

fn to_toml(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    let text = crate::toml::encode(args.any(0), call.budget)?.unwrap_or_else(|error| error);
    Ok(Value::text(text))
}

fn must_to_toml(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    crate::toml::encode(args.any(0), call.budget)?.map(Value::text).map_err(FuncError::Message)
}

/// Helm gives an empty text for what has no form; limits are not swallowed.
fn swallowed(error: EncodeError) -> Result<String, Exceeded> {
    match error {
        EncodeError::Unsupported(_) => Ok(String::new()),
        EncodeError::Limit(exceeded) => Err(exceeded),
    }
}

fn from_yaml(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    let read = read_document(args.bytes(0), call.budget);
    // Compat: a document that says nothing leaves the empty map that reading began with; JSON's null does not.
    Ok(match map_or_error(read.map(|json| Value::from(&json)), decoding) {
        Value::Map(map) if map.is_nil() => Value::Map(Map::from_entries(std::iter::empty::<(&str, Value)>())),
        read => read,
    })
}

fn from_yaml_array(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    let read = read_document(args.bytes(0), call.budget);
    Ok(match list_or_error(read.map(|json| Value::from(&json)), decoding) {
        Value::List(list) if list.is_nil() => Value::list(Vec::new()),
        read => read,
    })
}

fn from_json(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    Ok(map_or_error(read_json(call, args.bytes(0))?, str::to_owned))
}

fn from_json_array(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    Ok(list_or_error(read_json(call, args.bytes(0))?, str::to_owned))
}

fn from_toml(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    call.spend(args.bytes(0).len())?;
    Ok(map_or_error(crate::toml::decode(args.bytes(0)), str::to_owned))
}

fn read_json(call: &mut Call<'_>, text: &[u8]) -> Result<Result<Value, String>, Exceeded> {
    let decoded = decode(text, call.budget)?;
    Ok(decoded.error.map_or(Ok(decoded.value), Err))
}

/// The map that was read, the nil map for null, or a map whose `Error` says what is wrong.
fn map_or_error(read: Result<Value, String>, decoding: impl Fn(&str) -> String) -> Value {
    let error = match read {
        Ok(Value::Nil) => return Value::Map(Map::nil(&MapClass::ANY)),
        Ok(found @ Value::Map(_)) => return found,
        Ok(other) => decoding(&unfit(&other, "map[string]interface {}")),
        Err(error) => error,
    };
    Value::Map(Map::from_entries([("Error", Value::text(error))]))
}

/// The list that was read, or a list of what is wrong.
fn list_or_error(read: Result<Value, String>, decoding: impl Fn(&str) -> String) -> Value {
    let error = match read {
        Ok(Value::Nil) => return Value::List(List::nil(ListType::ANY)),
        Ok(found @ Value::List(_)) => return found,
        Ok(other) => decoding(&unfit(&other, "[]interface {}")),
        Err(error) => error,
    };
    Value::list(vec![Value::text(error)])
}

/// What Go's `encoding/json` says of a value of the wrong kind.
fn unfit(found: &Value, wanted: &str) -> String {
    let found = match found {
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    };
    format!("json: cannot unmarshal {found} into Go value of type {wanted}")
}
