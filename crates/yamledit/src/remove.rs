//! Entries taken out, with the lines they stood on.

use crate::error::EditError;
use crate::node::{Entry, Node};
use crate::path::Path;
use crate::source::Source;
use std::ops::Range;

/// The text of one entry of a map that has others: comments above it stay, the one behind it goes.
pub(crate) fn entry(source: &Source, path: &Path, map: &Node, position: usize) -> Result<Range<usize>, EditError> {
    let entries = map.entries();
    let entry = &entries[position];
    if entries.len() == 1 {
        return Err(EditError::Unsafe { line: source.line(entry.key.span.start), place: path.clone() });
    }
    let (start, next) = (entry.key.span.start, entries.get(position + 1));
    if map.is_flow() {
        return Ok(match next {
            Some(next) => start..next.key.span.start,
            None => end_of(&entries[position - 1])..end_of(entry),
        });
    }
    match next {
        // The first key stands behind a dash, and the next one takes its place.
        Some(next) if position == 0 => Ok(start..next.key.span.start),
        _ => Ok(line_start(source, start)..line_end(source, end_of(entry))),
    }
}

fn end_of(entry: &Entry) -> usize {
    entry.value.span.end.max(entry.key.span.end)
}

fn line_start(source: &Source, at: usize) -> usize {
    source.text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// The end of the line in which a byte range ends, its line end included.
fn line_end(source: &Source, end: usize) -> usize {
    let text = &source.text;
    if text[..end].ends_with('\n') {
        return end;
    }
    text[end..].find('\n').map_or(text.len(), |length| end + length + 1)
}
