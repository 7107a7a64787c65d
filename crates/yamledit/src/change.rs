//! An edit: which text is replaced by which, and what the source must then mean.

use crate::error::EditError;
use crate::insert::{self, Addition};
use crate::node::{Entry, Node, What, map_of, plain_text, text_node};
use crate::path::{Path, Step};
use crate::source::Source;
use crate::{remove, scalar};
use granit_parser::ScalarStyle;
use std::ops::Range;

pub(crate) struct Change {
    pub at: Range<usize>,
    pub text: String,
    pub expected: Node,
}

impl Change {
    pub fn set(source: &Source, path: &Path, text: &str) -> Result<Change, EditError> {
        match source.find(path) {
            Ok(found) => {
                let expected = replaced(source, &found.real, |node| node.what = plain_text(text));
                let in_flow = source.is_in_flow(&found.real);
                let (at, text) = overwrite(source, path, found.node, in_flow, text)?;
                Ok(Change { at, text, expected })
            }
            Err(EditError::Missing(_)) => add(source, path, &Addition::Text(text)),
            Err(error) => Err(error),
        }
    }

    pub fn append(source: &Source, list: &Path, entries: &[(&str, &str)]) -> Result<Change, EditError> {
        let found = match source.find(list) {
            Ok(found) => found,
            Err(EditError::Missing(_)) => return add(source, list, &Addition::List(entries)),
            Err(error) => return Err(error),
        };
        if found.node.is_null() && !list.0.is_empty() {
            return add(source, list, &Addition::List(entries));
        }
        let What::List { .. } = found.node.what else {
            let line = source.line(found.node.span.start);
            return Err(EditError::Kind { line, place: list.clone(), found: "something else", needed: "a list" });
        };
        let item = map_of(entries);
        let expected = replaced(source, &found.real, |node| {
            if let What::List { items, .. } = &mut node.what {
                items.push(item);
            }
        });
        let (at, text) = insert::item(source, list, found.node, entries)?;
        Ok(Change { at, text, expected })
    }

    pub fn remove(source: &Source, path: &Path) -> Result<Change, EditError> {
        let Some((Step::Key(key), parent)) = path.0.split_last() else { return Err(EditError::Missing(path.clone())) };
        let found = source.find(&Path(parent.to_vec()))?;
        let position = found.node.position(key).ok_or_else(|| EditError::Missing(path.clone()))?;
        let expected = replaced(source, &found.real, |node| {
            if let What::Map { entries, .. } = &mut node.what {
                entries.remove(position);
            }
        });
        let at = remove::entry(source, path, found.node, position)?;
        Ok(Change { at, text: String::new(), expected })
    }
}

/// Puts `text` where a scalar stands.
fn overwrite(
    source: &Source,
    path: &Path,
    node: &Node,
    in_flow: bool,
    text: &str,
) -> Result<(Range<usize>, String), EditError> {
    let line = source.line(node.span.start);
    let not_safe = || EditError::Unsafe { line, place: path.clone() };
    let What::Scalar { style, .. } = node.what else {
        return Err(EditError::Kind { line, place: path.clone(), found: "a collection", needed: "a scalar" });
    };
    if node.tagged || (node.span.is_empty() && node.anchor != 0) {
        return Err(not_safe());
    }
    match style {
        ScalarStyle::Literal | ScalarStyle::Folded => {
            overwrite_block(source, node, &scalar::write(text, style, in_flow)).ok_or_else(not_safe)
        }
        ScalarStyle::Plain if node.span.is_empty() => {
            let at = insert::after_colon(source, node.span.end).ok_or_else(not_safe)?;
            Ok((at..at, format!(" {}", scalar::write(text, style, in_flow))))
        }
        _ => Ok((node.span.clone(), scalar::write(text, style, in_flow))),
    }
}

/// Puts a scalar of one line where the `|` or `>` of a block stands; a comment behind that stays.
fn overwrite_block(source: &Source, node: &Node, written: &str) -> Option<(Range<usize>, String)> {
    let text = &source.text;
    let at = block_start(source, node)?;
    let header = text[at..].lines().next()?;
    let rest = header.trim_start_matches(|c: char| "|>+-".contains(c) || c.is_ascii_digit());
    let end = block_end(source, node.span.end.max(at + header.len()));
    let newline = if text[..end].ends_with('\n') { insert::line_end(source) } else { "" };
    Some((at..end, format!("{written}{rest}{newline}")))
}

/// The end of a block without the indentation of what follows it.
fn block_end(source: &Source, end: usize) -> usize {
    let line_start = end - insert::column(source, end);
    if source.text[line_start..end].trim().is_empty() { line_start } else { end }
}

/// Where the `|` or `>` stands: the parser tells where the content begins, and of a block without any the indicator.
fn block_start(source: &Source, node: &Node) -> Option<usize> {
    let text = &source.text;
    let header_end = text[..node.span.start].trim_end().len();
    let line_start = header_end - insert::column(source, header_end);
    let header = &text[line_start..header_end];
    let begins = |(at, c): &(usize, char)| matches!(c, '|' | '>') && is_header(&header[*at..]);
    match header.char_indices().find(begins) {
        Some((at, _)) => Some(line_start + at),
        None => text[node.span.start..].starts_with(['|', '>']).then_some(node.span.start),
    }
}

/// Whether a line's rest is the beginning of a block scalar: `|`, `>-`, `|2+ # comment`.
fn is_header(rest: &str) -> bool {
    let behind = rest[1..].trim_start_matches(|c: char| "+-".contains(c) || c.is_ascii_digit());
    behind.is_empty() || (behind.starts_with([' ', '\t']) && behind.trim_start().starts_with('#'))
}

/// Adds the keys from the first one that is missing.
fn add(source: &Source, path: &Path, addition: &Addition<'_>) -> Result<Change, EditError> {
    if source.root.is_none() {
        let keys = insert::keys(source, path, &path.0)?;
        let (at, text) = insert::first(source, &keys, addition);
        return Ok(Change { at, text, expected: insert::value_of(&keys, addition) });
    }
    let mut depth = path.0.len();
    let found = loop {
        depth -= 1;
        match source.find(&Path(path.0[..depth].to_vec())) {
            Err(EditError::Missing(_)) if depth > 0 => {}
            found => break found?,
        }
    };
    let (walked, missing) = path.0.split_at(depth);
    // A key that stands there without a value is given one.
    let (holder, keys) = if found.node.is_null() && depth > 0 {
        (source.find(&Path(walked[..depth - 1].to_vec()))?, &path.0[depth - 1..])
    } else {
        (found, missing)
    };
    let keys = insert::keys(source, path, keys)?;
    let value = insert::value_of(&keys[1..], addition);
    let expected = replaced(source, &holder.real, |node| {
        let Some(position) = node.position(keys[0]) else {
            if let What::Map { entries, .. } = &mut node.what {
                entries.push(Entry { key: text_node(keys[0]), value });
            }
            return;
        };
        if let What::Map { entries, .. } = &mut node.what {
            entries[position].value = value;
        }
    });
    let (at, text) = insert::entry(source, path, holder.node, &keys, addition)?;
    Ok(Change { at, text, expected })
}

/// The tree with the node at `real` changed.
fn replaced(source: &Source, real: &Path, change: impl FnOnce(&mut Node)) -> Node {
    let mut root = source.root.clone().unwrap_or_else(|| text_node(""));
    let mut node = &mut root;
    for step in &real.0 {
        let next = match (step, &mut node.what) {
            (Step::Key(key), What::Map { entries, .. }) => {
                entries.iter_mut().rev().find(|entry| entry.key.text() == Some(key)).map(|entry| &mut entry.value)
            }
            (Step::Index(index), What::List { items, .. }) => items.get_mut(*index),
            _ => None,
        };
        node = next.expect("invariant: the path was walked through the same tree");
    }
    change(node);
    root
}
