//! New lines, and where they go.

use crate::error::EditError;
use crate::node::{Entry, Node, What, map_of, text_node};
use crate::path::{Path, Step};
use crate::scalar;
use crate::source::Source;
use granit_parser::ScalarStyle;
use std::ops::Range;

/// What a new key is given.
pub(crate) enum Addition<'a> {
    Text(&'a str),
    /// A list of one map of texts.
    List(&'a [(&'a str, &'a str)]),
}

/// The steps as keys: a list is never made to reach an item of it.
pub(crate) fn keys<'p>(source: &Source, path: &Path, steps: &'p [Step]) -> Result<Vec<&'p str>, EditError> {
    let key = |step: &'p Step| match step {
        Step::Key(key) => Ok(key.as_str()),
        Step::Index(_) => Err(EditError::Missing(path.clone())),
    };
    let keys: Vec<&str> = steps.iter().map(key).collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Err(EditError::Unsafe { line: source.line(0), place: path.clone() });
    }
    Ok(keys)
}

/// What the first new key then holds.
pub(crate) fn value_of(keys: &[&str], addition: &Addition<'_>) -> Node {
    let Some((first, rest)) = keys.split_first() else {
        return match addition {
            Addition::Text(text) => text_node(text),
            Addition::List(entries) => {
                let what = What::List { items: vec![map_of(entries)], flow: false };
                Node { what, span: 0..0, anchor: 0, tagged: false }
            }
        };
    };
    let entries = vec![Entry { key: text_node(first), value: value_of(rest, addition) }];
    Node { what: What::Map { entries, flow: false }, span: 0..0, anchor: 0, tagged: false }
}

/// The lines of the first entry, for the end of a file without content.
pub(crate) fn first(source: &Source, keys: &[&str], addition: &Addition<'_>) -> (Range<usize>, String) {
    let (text, newline) = (&source.text, line_end(source));
    let ended = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
    let lines = block(keys, addition, 0).join(newline);
    (text.len()..text.len(), format!("{ended}{lines}{newline}"))
}

/// A new entry of `map`, or the value of a key that has none.
pub(crate) fn entry(
    source: &Source,
    path: &Path,
    map: &Node,
    keys: &[&str],
    addition: &Addition<'_>,
) -> Result<(Range<usize>, String), EditError> {
    let line = source.line(map.span.start);
    let not_safe = || EditError::Unsafe { line, place: path.clone() };
    let What::Map { entries, flow } = &map.what else {
        return Err(EditError::Kind { line, place: path.clone(), found: "something else", needed: "a map" });
    };
    if *flow {
        let inner = inline(keys, addition);
        return in_flow(source, map, entries.is_empty(), &inner).ok_or_else(not_safe);
    }
    let first = entries.first().ok_or_else(not_safe)?;
    let indent = column(source, first.key.span.start);
    if let Some(position) = map.position(keys[0]) {
        let value = &entries[position].value;
        if !value.span.is_empty() || value.anchor != 0 {
            return Err(not_safe());
        }
        return Ok(below(source, value.span.end, &value_lines(&keys[1..], addition, indent)));
    }
    Ok(below(source, map.span.end, &block(keys, addition, indent)))
}

/// A new item at the end of a list.
pub(crate) fn item(
    source: &Source,
    path: &Path,
    list: &Node,
    entries: &[(&str, &str)],
) -> Result<(Range<usize>, String), EditError> {
    let not_safe = || EditError::Unsafe { line: source.line(list.span.start), place: path.clone() };
    let items = list.items();
    if list.is_flow() {
        return in_flow(source, list, items.is_empty(), &inline_map(entries)).ok_or_else(not_safe);
    }
    let first = items.first().ok_or_else(not_safe)?;
    let dash = source.text[..first.span.start].rfind('-').ok_or_else(not_safe)?;
    Ok(below(source, list.span.end, &item_lines(entries, column(source, dash))))
}

/// The place after the colon that follows a key.
pub(crate) fn after_colon(source: &Source, key_end: usize) -> Option<usize> {
    let rest = &source.text[key_end..];
    let blank = rest.len() - rest.trim_start_matches([' ', '\t', '"', '\'']).len();
    rest[blank..].starts_with(':').then_some(key_end + blank + 1)
}

/// Lines put under the line in which the content before them ends, after its comment.
fn below(source: &Source, end: usize, lines: &[String]) -> (Range<usize>, String) {
    let (text, newline) = (&source.text, line_end(source));
    // A block scalar's span already holds its line end.
    if end > 0 && text[..end].ends_with('\n') {
        return (end..end, lines.join(newline) + newline);
    }
    match text[end..].find('\n') {
        Some(length) => {
            let at = end + length + 1;
            (at..at, lines.join(newline) + newline)
        }
        None => (text.len()..text.len(), format!("{newline}{}{newline}", lines.join(newline))),
    }
}

fn in_flow(source: &Source, collection: &Node, is_empty: bool, inner: &str) -> Option<(Range<usize>, String)> {
    let bracket = collection.span.end.checked_sub(1)?;
    let text = source.text.get(collection.span.start..bracket)?;
    let end = collection.span.start + text.trim_end().len();
    let separator = if is_empty { "" } else { ", " };
    Some((end..end, format!("{separator}{inner}")))
}

fn block(keys: &[&str], addition: &Addition<'_>, indent: usize) -> Vec<String> {
    let (first, rest) = keys.split_first().expect("invariant: there is a key to add");
    let margin = " ".repeat(indent);
    let key = scalar::write(first, ScalarStyle::Plain, true);
    match (rest.is_empty(), addition) {
        (true, Addition::Text(text)) => {
            vec![format!("{margin}{key}: {}", scalar::write(text, ScalarStyle::Plain, false))]
        }
        _ => [vec![format!("{margin}{key}:")], value_lines(rest, addition, indent)].concat(),
    }
}

/// The lines under a key that stands at `indent`.
fn value_lines(keys: &[&str], addition: &Addition<'_>, indent: usize) -> Vec<String> {
    match (keys.is_empty(), addition) {
        // As Kustomize writes lists: the dash under the key.
        (true, Addition::List(entries)) => item_lines(entries, indent),
        (true, Addition::Text(text)) => {
            vec![format!("{}{}", " ".repeat(indent + 2), scalar::write(text, ScalarStyle::Plain, false))]
        }
        (false, _) => block(keys, addition, indent + 2),
    }
}

fn item_lines(entries: &[(&str, &str)], dash: usize) -> Vec<String> {
    let margin = " ".repeat(dash);
    let line = |(position, (key, value)): (usize, &(&str, &str))| {
        let lead = if position == 0 { "- " } else { "  " };
        format!("{margin}{lead}{key}: {}", scalar::write(value, ScalarStyle::Plain, false))
    };
    entries.iter().enumerate().map(line).collect()
}

fn inline(keys: &[&str], addition: &Addition<'_>) -> String {
    let (first, rest) = keys.split_first().expect("invariant: there is a key to add");
    let value = match (rest.is_empty(), addition) {
        (true, Addition::Text(text)) => scalar::write(text, ScalarStyle::Plain, true),
        (true, Addition::List(entries)) => format!("[{}]", inline_map(entries)),
        (false, _) => format!("{{{}}}", inline(rest, addition)),
    };
    format!("{}: {value}", scalar::write(first, ScalarStyle::Plain, true))
}

fn inline_map(entries: &[(&str, &str)]) -> String {
    let pairs = entries.iter().map(|(key, value)| format!("{key}: {}", scalar::write(value, ScalarStyle::Plain, true)));
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}

/// How far a byte is from its line's beginning.
pub(crate) fn column(source: &Source, at: usize) -> usize {
    at - source.text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// The file's own line end.
pub(crate) fn line_end(source: &Source) -> &'static str {
    if source.text.contains("\r\n") { "\r\n" } else { "\n" }
}
