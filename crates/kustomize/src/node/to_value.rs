//! Nodes to JSON: here a scalar's text, tag and style become what it means.

use super::refold::refolded;
use super::resolve::{Resolved, resolve};
use super::{Node, Scalar, Tag};
use crate::problem::{Problem, ProblemKind, Result};
use serde_json::{Map, Number, Value};

/// What a node means.
///
/// # Errors
/// For a tag that the text does not fit, keys that are no text, and numbers JSON has no form for.
pub(crate) fn into_value(node: Node) -> Result<Value> {
    match node {
        Node::Scalar(scalar) => scalar_value(scalar),
        Node::Seq(items) => items.into_iter().map(into_value).collect::<Result<_>>().map(Value::Array),
        Node::Map(map) => {
            let mut object = Map::new();
            for (key, value) in map.0 {
                if !matches!(key.tag, Tag::Str | Tag::Empty | Tag::Merge) {
                    // Compat: the original cannot write keys that are no text either.
                    let rule = "json: unsupported type: map[interface {}]interface {}";
                    return Err(Problem::invalid(format!(
                        "{rule}: quote the key of a {} to make it text",
                        name(key.tag)
                    )));
                }
                object.insert(key.text.into(), into_value(value)?);
            }
            Ok(Value::Object(object))
        }
    }
}

/// What a node means, leaving the node as it is.
///
/// # Errors
/// As [`into_value`].
pub(crate) fn to_value(node: &Node) -> Result<Value> {
    into_value(node.clone())
}

fn scalar_value(scalar: Scalar) -> Result<Value> {
    let Scalar { text, tag, style, .. } = scalar;
    let text = if style.folded { refolded(&text).into() } else { text };
    let text_value = |text: Box<str>| Ok(Value::String(text.into()));
    match tag {
        Tag::Str | Tag::Other => text_value(text),
        Tag::Binary => binary(&text),
        Tag::Empty if style.quoted || text.contains('\n') => text_value(text),
        Tag::Empty => match resolve(&text) {
            Resolved::Text | Resolved::Merge => text_value(text),
            resolved => value_of(resolved),
        },
        Tag::Merge => text_value(text),
        _ => {
            let resolved = resolve(&text);
            let fits = resolved.tag() == tag;
            if fits && style.quoted && !style.tagged {
                // Compat: a number set where a quoted text stood is written in the old quotes, and so is text.
                return text_value(text);
            }
            match (resolved, tag) {
                (resolved, _) if fits => value_of(resolved),
                (Resolved::Int(value), Tag::Float) => value_of(Resolved::Float(value as f64)),
                (resolved, _) => {
                    let message = format!("yaml: cannot decode {} as a {}", name(resolved.tag()), name(tag));
                    Err(Problem::new(ProblemKind::Malformed, message))
                }
            }
        }
    }
}

fn value_of(resolved: Resolved) -> Result<Value> {
    Ok(match resolved {
        Resolved::Null => Value::Null,
        Resolved::Bool(flag) => Value::Bool(flag),
        Resolved::Int(value) => Value::from(value),
        Resolved::Uint(value) => Value::from(value),
        Resolved::Time(text) => Value::String(text),
        Resolved::Float(value) => Value::Number(float(value)?),
        Resolved::Text | Resolved::Merge => Value::Null,
    })
}

/// A float as the original writes it: JSON has no fraction where there is none, and reading that back gives an integer as
/// far as 64 bits reach.
fn float(value: f64) -> Result<Number> {
    const BEYOND_U64: f64 = 18_446_744_073_709_551_616.0;
    const BELOW_I64: f64 = -9_223_372_036_854_775_808.0;
    if value.fract() == 0.0 && (BELOW_I64..BEYOND_U64).contains(&value) {
        return Ok(if value < 0.0 { Number::from(value as i64) } else { Number::from(value as u64) });
    }
    Number::from_f64(value)
        .ok_or_else(|| Problem::invalid("json: unsupported value: an infinite or undefined number has no form in JSON"))
}

fn binary(text: &str) -> Result<Value> {
    use base64::Engine as _;
    let packed: String = text.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(packed).ok();
    let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    text.map(Value::String)
        .ok_or_else(|| Problem::new(ProblemKind::Malformed, "yaml: !!binary value contains invalid base64 data"))
}

fn name(tag: Tag) -> &'static str {
    match tag {
        Tag::Empty => "",
        Tag::Str | Tag::Other => "!!str",
        Tag::Int => "!!int",
        Tag::Float => "!!float",
        Tag::Bool => "!!bool",
        Tag::Null => "!!null",
        Tag::Timestamp => "!!timestamp",
        Tag::Binary => "!!binary",
        Tag::Merge => "!!merge",
    }
}
