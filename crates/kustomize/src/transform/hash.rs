//! The digest of a generated object's content at the end of its name.

use crate::node::{Node, to_value};
use crate::problem::Result;
use crate::resmap::ResMap;
use crate::resource::Resource;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Adds digests to the names of all objects that want one.
///
/// # Errors
/// When an object has no JSON form.
pub(crate) fn add_hashes(resources: &mut ResMap) -> Result<()> {
    if resources.iter().all(|resource| !resource.wants_hash) {
        return Ok(());
    }
    for resource in resources.rename_mut().iter_mut().filter(|resource| resource.wants_hash) {
        let hash = digest(resource)?;
        resource.remember_id();
        let name = format!("{}-{hash}", resource.name());
        resource.set_name(&name);
    }
    Ok(())
}

/// The digest of what a ConfigMap or Secret holds; of other objects, of all of it.
///
/// # Errors
/// When the object has no JSON form.
pub(crate) fn digest(resource: &Resource) -> Result<String> {
    let node = &resource.node;
    let mut content = Map::new();
    let mut put = |name: &str, value: Value| content.insert(name.to_owned(), value);
    match resource.kind() {
        "ConfigMap" => {
            put("kind", Value::from("ConfigMap"));
            // Compat: the original asks for the field "metadata/name", which no object has.
            put("name", Value::from(""));
            put("data", part(node, "data")?);
            if node.get("binaryData").and_then(Node::as_map).is_some() {
                put("binaryData", part(node, "binaryData")?);
            }
        }
        "Secret" => {
            put("kind", Value::from("Secret"));
            put("type", part(node, "type")?);
            put("name", Value::from(""));
            put("data", part(node, "data")?);
            if node.get("stringData").and_then(Node::as_map).is_some() {
                put("stringData", part(node, "stringData")?);
            }
        }
        _ => {
            if let Value::Object(all) = to_value(node)? {
                content = all;
            }
        }
    }
    Ok(encode(&go_json(&Value::Object(content))))
}

fn part(node: &Node, name: &str) -> Result<Value> {
    match node.get(name) {
        None => Ok(Value::from("")),
        Some(Node::Scalar(scalar)) => Ok(Value::from(&*scalar.text)),
        Some(other) => to_value(other),
    }
}

/// Compact JSON as Go writes it, which escapes what HTML could misread.
fn go_json(value: &Value) -> String {
    let plain = value.to_string();
    let mut escaped = String::with_capacity(plain.len());
    for c in plain.chars() {
        match c {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            '\u{7f}' => escaped.push('\u{7f}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Ten characters without vowels or digits that look like letters.
fn encode(content: &str) -> String {
    let digest = hex::encode(Sha256::digest(content.as_bytes()));
    let readable = |c: char| match c {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        c => c,
    };
    digest.chars().take(10).map(readable).collect()
}
