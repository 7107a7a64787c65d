//! Replacements into JSON or YAML that stands in a text field, such as a file in a ConfigMap.

use crate::node::{Create, Node, Place, Tag, into_value, parse_text, places};
use crate::problem::{Problem, ProblemKind, Result};
use budget::Budget;

/// Puts a value at a path that leads into a text field which holds JSON or YAML. `false` when it leads into none, or
/// nothing stands there: then the path is taken for a usual one.
///
/// # Errors
/// At limits only.
pub(super) fn put(node: &mut Node, value: &Node, path: &[String], create: Create, budget: &mut Budget) -> Result<bool> {
    let Some((place, rest)) = text_field(node, path) else { return Ok(false) };
    let Some(text) = node.at(&place).map(|field| field.text().to_owned()) else { return Ok(false) };
    let mut content = match parse_text(&text, budget) {
        Ok(Some(content)) => content,
        Ok(None) => return Ok(false),
        Err(problem) if problem.kind == ProblemKind::Limit => return Err(problem),
        Err(_) => return Ok(false),
    };
    let Some(found) = places(&mut content, rest, create).ok().filter(|found| !found.is_empty()) else {
        return Ok(false);
    };
    for place in found {
        match content.at_mut(&place) {
            Some(Node::Scalar(old)) => old.text = value.text().into(),
            Some(other) => *other = value.clone(),
            None => {}
        }
    }
    let Some(written) = write(content, &text) else { return Ok(false) };
    if let Some(Node::Scalar(scalar)) = node.at_mut(&place) {
        scalar.text = written.as_str().into();
    }
    Ok(true)
}

/// The place of the text field that the path leads to first, and the rest of the path, if there is more of it.
fn text_field<'p>(node: &Node, path: &'p [String]) -> Option<(Place, &'p [String])> {
    (1..path.len()).find_map(|length| {
        let place = node.place_of(&path[..length]).ok()??;
        matches!(node.at(&place), Some(Node::Scalar(_))).then(|| (place, &path[length..]))
    })
}

/// The content as text of the form it had.
fn write(content: Node, old: &str) -> Option<String> {
    if old.trim_start().starts_with(['{', '[']) {
        let value = into_value(content).ok()?;
        let spread = old.contains('\n') && old.contains("  ");
        let text = if spread { serde_json::to_string_pretty(&value).ok()? } else { value.to_string() };
        return Some(escape(&text));
    }
    let mut text = String::new();
    block(&content, 0, &mut text).ok()?;
    Some(text.trim().to_owned())
}

/// Go's JSON escapes what HTML could misread.
fn escape(text: &str) -> String {
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// YAML in blocks, keys in their order, lists at their key's column.
fn block(node: &Node, indent: usize, out: &mut String) -> Result<()> {
    let pad = " ".repeat(indent);
    match node {
        Node::Map(map) => {
            for (key, value) in &map.0 {
                out.push_str(&pad);
                out.push_str(&plain(&Node::Scalar(key.clone()))?);
                out.push(':');
                entry(value, indent, out)?;
            }
            Ok(())
        }
        Node::Seq(items) => {
            for item in items {
                let mut inner = String::new();
                match item {
                    Node::Map(map) if !map.is_empty() => block(item, indent + 2, &mut inner)?,
                    Node::Seq(list) if !list.is_empty() => block(item, indent + 2, &mut inner)?,
                    _ => inner = format!("{}{}\n", " ".repeat(indent + 2), plain(item)?),
                }
                out.push_str(&pad);
                out.push_str("- ");
                out.push_str(inner.get(indent + 2..).unwrap_or_default());
            }
            Ok(())
        }
        Node::Scalar(_) => {
            out.push_str(&plain(node)?);
            out.push('\n');
            Ok(())
        }
    }
}

fn entry(value: &Node, indent: usize, out: &mut String) -> Result<()> {
    match value {
        Node::Map(map) if !map.is_empty() => {
            out.push('\n');
            block(value, indent + 2, out)
        }
        Node::Seq(items) if !items.is_empty() => {
            out.push('\n');
            block(value, indent, out)
        }
        Node::Scalar(scalar) if scalar.text.contains('\n') => {
            out.push_str(if scalar.text.ends_with('\n') { " |\n" } else { " |-\n" });
            for line in scalar.text.trim_end_matches('\n').split('\n') {
                if !line.is_empty() {
                    out.push_str(&" ".repeat(indent + 2));
                }
                out.push_str(line);
                out.push('\n');
            }
            Ok(())
        }
        _ => {
            let text = plain(value)?;
            if !text.is_empty() {
                out.push(' ');
            }
            out.push_str(&text);
            out.push('\n');
            Ok(())
        }
    }
}

/// One line for a plain value or an empty collection.
fn plain(node: &Node) -> Result<String> {
    let scalar = match node {
        Node::Map(_) => return Ok("{}".to_owned()),
        Node::Seq(_) => return Ok("[]".to_owned()),
        Node::Scalar(scalar) => scalar,
    };
    if scalar.style.quoted {
        return Ok(serde_json::Value::from(&*scalar.text).to_string());
    }
    let is_text = crate::node::reads_as_text(&scalar.text);
    if scalar.tag == Tag::Str && !is_text {
        return Ok(format!("{:?}", scalar.text));
    }
    if !matches!(scalar.tag, Tag::Str | Tag::Empty) {
        return Ok(scalar.text.to_string());
    }
    let emitted = yaml::emit(&serde_json::Value::from(&*scalar.text));
    let emitted = emitted.trim_end_matches('\n');
    // Compat: what only YAML 1.1 reads as something else, such as `y`, stays as it is.
    if is_text && emitted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) == Some(&*scalar.text) {
        return Ok(scalar.text.to_string());
    }
    if emitted.contains('\n') { Err(Problem::invalid("too long for one line")) } else { Ok(emitted.to_owned()) }
}
