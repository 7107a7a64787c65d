//! An edit: which text is replaced by which, and what the document must then mean.

use crate::document::{Document, EditError};
use crate::insert::{self, Addition};
use crate::node::{Entry, Node, What};
use crate::path::{Path, Step};
use crate::{remove, scalar};
use granit_parser::ScalarStyle;
use std::ops::Range;

pub(crate) struct Change {
    pub at: Range<usize>,
    pub text: String,
    pub expected: Node,
}

impl Change {
    pub fn set(document: &Document, path: &Path, text: &str) -> Result<Change, EditError> {
        match document.find(path) {
            Ok(found) => {
                let expected = replaced(document, &found.real, |node| node.what = plain_text(text));
                let in_flow = document.is_in_flow(&found.real);
                let (at, text) = overwrite(document, path, found.node, in_flow, text)?;
                Ok(Change { at, text, expected })
            }
            Err(EditError::Missing(_)) => add(document, path, &Addition::Text(text)),
            Err(error) => Err(error),
        }
    }

    pub fn append(document: &Document, list: &Path, entries: &[(&str, &str)]) -> Result<Change, EditError> {
        let found = match document.find(list) {
            Ok(found) => found,
            Err(EditError::Missing(_)) => return add(document, list, &Addition::List(entries)),
            Err(error) => return Err(error),
        };
        if found.node.is_null() && !list.0.is_empty() {
            return add(document, list, &Addition::List(entries));
        }
        let What::List { .. } = found.node.what else {
            let line = document.line(found.node.span.start);
            return Err(EditError::Kind { line, place: list.clone(), found: "something else", needed: "a list" });
        };
        let item = map_of(entries);
        let expected = replaced(document, &found.real, |node| {
            if let What::List { items, .. } = &mut node.what {
                items.push(item);
            }
        });
        let (at, text) = insert::item(document, list, found.node, entries)?;
        Ok(Change { at, text, expected })
    }

    pub fn remove(document: &Document, path: &Path) -> Result<Change, EditError> {
        let Some((Step::Key(key), parent)) = path.0.split_last() else { return Err(EditError::Missing(path.clone())) };
        let found = document.find(&Path(parent.to_vec()))?;
        let position = found.node.position(key).ok_or_else(|| EditError::Missing(path.clone()))?;
        let expected = replaced(document, &found.real, |node| {
            if let What::Map { entries, .. } = &mut node.what {
                entries.remove(position);
            }
        });
        let at = remove::entry(document, path, found.node, position)?;
        Ok(Change { at, text: String::new(), expected })
    }
}

/// Puts `text` where a scalar stands.
fn overwrite(
    document: &Document,
    path: &Path,
    node: &Node,
    in_flow: bool,
    text: &str,
) -> Result<(Range<usize>, String), EditError> {
    let line = document.line(node.span.start);
    let not_safe = || EditError::Unsafe { line, place: path.clone() };
    let What::Scalar { style, .. } = node.what else {
        return Err(EditError::Kind { line, place: path.clone(), found: "a collection", needed: "a scalar" });
    };
    if node.tagged || (node.span.is_empty() && node.anchor != 0) {
        return Err(not_safe());
    }
    match style {
        ScalarStyle::Literal | ScalarStyle::Folded => {
            overwrite_block(document, node, &scalar::write(text, style, in_flow)).ok_or_else(not_safe)
        }
        ScalarStyle::Plain if node.span.is_empty() => {
            let at = insert::after_colon(document, node.span.end).ok_or_else(not_safe)?;
            Ok((at..at, format!(" {}", scalar::write(text, style, in_flow))))
        }
        _ => Ok((node.span.clone(), scalar::write(text, style, in_flow))),
    }
}

/// Puts a scalar of one line where the `|` or `>` of a block stands; a comment behind that stays.
fn overwrite_block(document: &Document, node: &Node, written: &str) -> Option<(Range<usize>, String)> {
    let text = document.text();
    let at = block_start(document, node)?;
    let header = text[at..].lines().next()?;
    let rest = header.trim_start_matches(|c: char| "|>+-".contains(c) || c.is_ascii_digit());
    let end = block_end(document, node.span.end.max(at + header.len()));
    let newline = if text[..end].ends_with('\n') { insert::line_end(document) } else { "" };
    Some((at..end, format!("{written}{rest}{newline}")))
}

/// The end of a block without the indentation of what follows it.
fn block_end(document: &Document, end: usize) -> usize {
    let line_start = end - insert::column(document, end);
    if document.text()[line_start..end].trim().is_empty() { line_start } else { end }
}

/// Where the `|` or `>` stands: the parser tells where the content begins, and of a block without any the indicator.
fn block_start(document: &Document, node: &Node) -> Option<usize> {
    let text = document.text();
    let header_end = text[..node.span.start].trim_end().len();
    let line_start = header_end - insert::column(document, header_end);
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
fn add(document: &Document, path: &Path, addition: &Addition<'_>) -> Result<Change, EditError> {
    if document.is_empty() {
        return insert::first(document, path, addition);
    }
    let mut depth = path.0.len();
    let found = loop {
        depth -= 1;
        match document.find(&Path(path.0[..depth].to_vec())) {
            Err(EditError::Missing(_)) if depth > 0 => {}
            found => break found?,
        }
    };
    let (walked, missing) = path.0.split_at(depth);
    // A key that stands there without a value is given one.
    let (holder, keys) = if found.node.is_null() && depth > 0 {
        (document.find(&Path(walked[..depth - 1].to_vec()))?, &path.0[depth - 1..])
    } else {
        (found, missing)
    };
    let keys = insert::keys(document, path, keys)?;
    let value = insert::value_of(&keys[1..], addition);
    let expected = replaced(document, &holder.real, |node| {
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
    let (at, text) = insert::entry(document, path, holder.node, &keys, addition)?;
    Ok(Change { at, text, expected })
}

/// The tree with the node at `real` changed.
fn replaced(document: &Document, real: &Path, change: impl FnOnce(&mut Node)) -> Node {
    let mut root = document.root().cloned().unwrap_or_else(|| text_node(""));
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

pub(crate) fn plain_text(text: &str) -> What {
    // In quotes, so that it is text whatever it looks like.
    What::Scalar { text: text.to_owned(), style: ScalarStyle::DoubleQuoted }
}

pub(crate) fn text_node(text: &str) -> Node {
    Node { what: plain_text(text), span: 0..0, anchor: 0, tagged: false }
}

pub(crate) fn map_of(entries: &[(&str, &str)]) -> Node {
    let entries = entries.iter().map(|(key, value)| Entry { key: text_node(key), value: text_node(value) }).collect();
    Node { what: What::Map { entries, flow: false }, span: 0..0, anchor: 0, tagged: false }
}
