//! Setting fields as the original's setters do: an old scalar's style outlives its value.

use super::{Map, Node, Scalar, Style, is_not_text};
use crate::problem::{Problem, Result};

/// Replaces a scalar's text and tag. Its style stays, so that what was quoted remains text.
///
/// # Errors
/// When `target` is a mapping or a sequence.
pub(crate) fn set_scalar(target: &mut Node, value: Scalar) -> Result<()> {
    match target {
        Node::Scalar(old) => {
            *old = Scalar { style: old.style, shared: old.shared, ..value };
            Ok(())
        }
        other => Err(wrong_kind("ScalarNode", other)),
    }
}

/// Sets a field of a mapping to a scalar.
///
/// Compat: an old value's style is kept, also when it was a block; a new text that looks like something else is quoted.
///
/// # Errors
/// When `target` is no mapping.
pub(crate) fn set_field(target: &mut Node, name: &str, value: Scalar) -> Result<()> {
    match target {
        Node::Map(map) => {
            insert(map, name, value);
            Ok(())
        }
        // Compat: a field set on a null is lost.
        other if other.is_null() => Ok(()),
        other => Err(wrong_kind("MappingNode", other)),
    }
}

fn insert(map: &mut Map, name: &str, mut value: Scalar) {
    match map.get_mut(name) {
        Some(Node::Scalar(old)) => *old = Scalar { style: old.style, shared: old.shared, ..value },
        Some(old) => *old = Node::Scalar(Scalar { style: Style::PLAIN, ..value }),
        None => {
            quote_text(&mut value);
            map.0.push((Scalar::key(name), Node::Scalar(value)));
        }
    }
}

/// Quotes a plain text that YAML 1.1 would take for something else, as the original's setter does with whatever it sets.
pub(crate) fn quote_text(value: &mut Scalar) {
    if value.is_text() && value.style == Style::PLAIN && is_not_text(&value.text) {
        value.style = Style::QUOTED;
    }
}

/// Takes a field away; nothing happens where there is none.
pub(crate) fn clear_field(target: &mut Node, name: &str) {
    if let Node::Map(map) = target {
        map.remove(name);
    }
}

/// The original's complaint about a node of another kind.
pub(crate) fn wrong_kind(expected: &str, found: &Node) -> Problem {
    Problem::invalid(format!("wrong node kind: expected {expected} but got {}", found.kind_name()))
}
