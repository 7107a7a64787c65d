//! YAML in and out. Unlike Helm's functions of these names, those that read fail when they cannot.

use crate::define::Outcome;
use crate::json::{Layout, encode};
use gotemplate::{Args, Call, FuncError, List, ListType, Map, MapClass, Value};
use serde_json::Value as Json;
use yaml::{Dialect, YamlError};

/// `toYaml`, without the newline at the end.
pub(super) fn to_yaml(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let json = encode(args.any(0), Layout::Compact, call.budget).map_err(|error| match error {
        FuncError::Message(message) => FuncError::Message(format!("error marshaling into JSON: {message}")),
        limit => limit,
    })?;
    let plain: Json = serde_json::from_str(&json).map_err(|error| error.to_string())?;
    let text = yaml::emit(&plain);
    call.take_bytes(text.len())?;
    Ok(text.strip_suffix('\n').unwrap_or(&text).into())
}

/// `fromYaml`: a map.
pub(super) fn from_yaml(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    match read(call, args.bytes(0))? {
        Json::Null => Ok(Value::Map(Map::nil(&MapClass::ANY))),
        map @ Json::Object(_) => Ok(Value::from(&map)),
        other => Err(unfit(&other, "map[string]interface {}").into()),
    }
}

/// `fromYamlArray`: a list.
pub(super) fn from_yaml_array(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    match read(call, args.bytes(0))? {
        Json::Null => Ok(Value::List(List::nil(ListType::ANY))),
        list @ Json::Array(_) => Ok(Value::from(&list)),
        other => Err(unfit(&other, "[]interface {}").into()),
    }
}

fn read(call: &mut Call<'_>, text: &[u8]) -> Result<Json, FuncError> {
    yaml::parse_one(text, Dialect::V2, call.budget).map_err(|error| match error {
        YamlError::Limit { exceeded, .. } => exceeded.into(),
        other => format!("error converting YAML to JSON: {}", other.as_go()).into(),
    })
}

fn unfit(value: &Json, wanted: &str) -> String {
    let own = match value {
        Json::Bool(_) => "bool",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        _ => "object",
    };
    format!("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {own} into Go value of type {wanted}")
}
