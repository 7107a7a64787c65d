//! JSON to nodes, as the original does it after a JSON patch: every number passes through a float.

use super::{Map, Node, Scalar, Style, Tag};
use serde_json::{Number, Value};

/// The node of a JSON value whose numbers stay what they are.
pub(crate) fn from_value(value: &Value) -> Node {
    convert(value, &|number| number.to_string())
}

/// The node of a JSON value as the original reads its own JSON: numbers lose what a float cannot hold, and are written
/// the way Go writes floats.
pub(crate) fn from_json(value: &Value) -> Node {
    convert(value, &|number| number.as_f64().map_or_else(|| number.to_string(), yaml::format_float))
}

fn convert(value: &Value, number: &dyn Fn(&Number) -> String) -> Node {
    match value {
        Value::Null => scalar("null", Tag::Null),
        Value::Bool(flag) => scalar(if *flag { "true" } else { "false" }, Tag::Bool),
        Value::Number(value) => {
            let text = number(value);
            let tag = super::resolve::resolve(&text).tag();
            scalar(&text, tag)
        }
        Value::String(text) => {
            // Compat: what would read as something else is written in quotes, which later values inherit.
            let style = if super::is_not_text(text) || text.is_empty() { Style::QUOTED } else { Style::PLAIN };
            Node::Scalar(Scalar { text: text.as_str().into(), tag: Tag::Str, style, shared: 0 })
        }
        Value::Array(items) => Node::Seq(items.iter().map(|item| convert(item, number)).collect()),
        Value::Object(map) => {
            Node::Map(Map(map.iter().map(|(key, value)| (Scalar::key(key), convert(value, number))).collect()))
        }
    }
}

fn scalar(text: &str, tag: Tag) -> Node {
    Node::Scalar(Scalar { text: text.into(), tag, style: Style::PLAIN, shared: 0 })
}
