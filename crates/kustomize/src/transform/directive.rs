//! `$patch`: what a patch says about the value it stands for.

use crate::node::{Map, Node};
use crate::problem::{Problem, Result};

/// What becomes of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    Merge,
    Replace,
    Delete,
}

/// The key of a directive.
pub(super) const DIRECTIVE: &str = "$patch";

/// The directive of a map, taken out of it.
pub(super) fn take_directive(map: &mut Map) -> Result<Directive> {
    let Some(value) = map.get(DIRECTIVE) else { return Ok(Directive::Merge) };
    let directive = parse_directive(value.text())?;
    map.remove(DIRECTIVE);
    Ok(directive)
}

fn parse_directive(text: &str) -> Result<Directive> {
    match text {
        "delete" => Ok(Directive::Delete),
        "replace" => Ok(Directive::Replace),
        "merge" => Ok(Directive::Merge),
        other => Err(Problem::invalid(format!("unknown patch strategy '{other}'"))),
    }
}

/// The directive that an item of its own gives for the whole list, taken out of it.
pub(super) fn take_list_directive(items: &mut Vec<Node>) -> Result<Directive> {
    let found = items.iter().find_map(|item| item.as_map().filter(|map| map.get(DIRECTIVE).is_some()));
    let Some(map) = found.filter(|map| map.len() == 1) else { return Ok(Directive::Merge) };
    let text = map.get(DIRECTIVE).map(Node::text).unwrap_or_default().to_owned();
    let directive = parse_directive(&text)?;
    items.retain(|item| {
        let says_so = item.get(DIRECTIVE).is_some_and(|value| value.text() == text);
        !says_so && !item.is_null() && item.as_map().is_none_or(|map| !map.is_empty())
    });
    Ok(directive)
}
