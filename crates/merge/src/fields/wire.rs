//! `fieldsV1`: a tree of objects whose keys are steps, `f:name`, `k:{"key":"value"}`, `v:value`, `i:index`, and `.` for
//! a field that is a member and has members below it.

use super::element::PathElement;
use super::set::{Node, Set};
use serde_json::{Map, Value};

/// How deep `fieldsV1` may nest: deeper than any object a server takes, and safe for the stack.
const DEPTH_MAX: usize = 1_000;

/// Why something is no `fieldsV1`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldsError {
    /// A key too short to carry a kind.
    #[error("key must be 2 characters long:")]
    Short,
    /// A key without a colon in second place.
    #[error("missing colon: {0}")]
    NoColon(String),
    /// A key whose value cannot be read.
    #[error("cannot read the path element {0:?}")]
    Malformed(String),
    /// Nested too deep.
    #[error("fieldsV1 is nested deeper than {DEPTH_MAX} levels")]
    Deep,
}

/// A set as `fieldsV1`.
#[must_use]
pub fn to_fields_v1(set: &Set) -> Value {
    let mut out = Map::new();
    for (step, node) in set.nodes() {
        let Value::Object(mut below) = to_fields_v1(&node.children) else { continue };
        if node.member && !below.is_empty() {
            below.insert(".".to_owned(), Value::Object(Map::new()));
        }
        out.insert(write_step(step), Value::Object(below));
    }
    Value::Object(out)
}

fn write_step(step: &PathElement) -> String {
    match step {
        PathElement::Field(name) => format!("f:{name}"),
        PathElement::Key(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}:{}", escaped(&Value::from(&**name)), escaped(value)))
                .collect();
            format!("k:{{{}}}", fields.join(","))
        }
        PathElement::Value(value) => format!("v:{}", escaped(value)),
        PathElement::Index(index) => format!("i:{index}"),
    }
}

/// Compat: Go's encoder escapes what HTML gives a meaning.
fn escaped(value: &Value) -> String {
    let text = value.to_string();
    if !text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
    out
}

/// Reads `fieldsV1`. Steps of a kind nobody knows are left out, as servers do.
///
/// # Errors
/// When a key cannot be read.
pub fn from_fields_v1(fields: &Value) -> Result<Set, FieldsError> {
    read(fields, DEPTH_MAX).map(|node| node.children)
}

/// What stands below a key; a node with neither `.` nor steps is a member.
fn read(fields: &Value, depth: usize) -> Result<Node, FieldsError> {
    let depth = depth.checked_sub(1).ok_or(FieldsError::Deep)?;
    let mut out = Node::default();
    for (key, below) in fields.as_object().into_iter().flatten() {
        if key == "." {
            out.member = true;
        } else if let Some(step) = read_step(key)? {
            out.children.put(step, read(below, depth)?);
        }
    }
    out.member |= out.children.is_empty();
    Ok(out)
}

fn read_step(key: &str) -> Result<Option<PathElement>, FieldsError> {
    let malformed = || FieldsError::Malformed(key.to_owned());
    let Some((kind, rest)) = key.split_at_checked(2) else { return Err(FieldsError::Short) };
    if !kind.ends_with(':') {
        return Err(FieldsError::NoColon(key.to_owned()));
    }
    Ok(Some(match kind {
        "f:" => PathElement::field(rest),
        "v:" => PathElement::Value(serde_json::from_str(rest).map_err(|_| malformed())?),
        "i:" => PathElement::Index(rest.parse().map_err(|_| malformed())?),
        "k:" => {
            let fields: Map<String, Value> = serde_json::from_str(rest).map_err(|_| malformed())?;
            PathElement::Key(fields.into_iter().map(|(name, value)| (name.into_boxed_str(), value)).collect())
        }
        _ => return Ok(None),
    }))
}
