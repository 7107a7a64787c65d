//! The YAML that nearly all files are written in, read line by line: block mappings and sequences, scalars of one line,
//! literal blocks, lists and maps of one line. It takes a fifth of the time that the whole grammar takes.
//!
//! At the first sign of anything beyond that — anchors, tags, folded texts, tabs, a second document, a key given twice,
//! whatever breaks a rule — [`read`] gives up, nothing has been told or paid, and `compose` reads the text instead. So
//! this reader may refuse too much, never too little, and knows no errors. Start reading at [`read`].

mod flow;
mod literal;
mod quoted;

use crate::document::Document;
use crate::scalar::{Dialect, Scalar, resolve};
use crate::weight::{ENTRY_BYTES, MAP_BYTES, VALUE_BYTES};
use budget::Budget;
use serde_json::{Map, Value};

/// Which entries of the outermost mapping a caller looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'w> {
    All,
    /// Those with these names in any case of their letters; the others are read and may be empty.
    Only(&'w [&'w str]),
}

/// The longest key read here, in bytes. Far below what the grammar allows.
const KEY_BYTES_MAX: usize = 256;

/// The only document of `text`; `None` when the text is not of the simple form, or too much for `budget`.
pub(crate) fn read(text: &str, dialect: Dialect, wanted: Wanted<'_>, budget: &mut Budget) -> Option<Document> {
    if !is_simple(text) {
        return None;
    }
    let (at, number, nodes, collections) = (0, 0, 0, 0);
    let mut reader =
        Lines { text, dialect, wanted, budget, at, number, nodes, collections, line: None, building: true };
    reader.advance()?;
    let line = reader.line?.number;
    let value = reader.block(true)?;
    if reader.line.is_some() {
        return None;
    }
    let nodes = reader.nodes;
    budget.spend(nodes).ok()?;
    Some(Document { value, line, duplicates: Vec::new() })
}

/// Whether no character needs to be thought about: no control characters, nothing that ends lines in its own way.
fn is_simple(text: &str) -> bool {
    let plain = |byte: &u8| (*byte >= b' ') & (*byte != 0x7f) | (*byte == b'\n');
    // Piece by piece without a way out, so that many bytes are looked at in one step.
    let all_plain = |piece: &[u8]| piece.iter().fold(true, |so_far, byte| so_far & plain(byte));
    let simple = |c: char| {
        c.is_ascii()
            || matches!(c, '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
    };
    text.as_bytes().chunks(256).all(all_plain) && (text.is_ascii() || text.chars().all(simple))
}

/// A line with something on it. For what stands behind a dash, the rest of the line counts as one of its own.
#[derive(Debug, Clone, Copy)]
struct Line {
    indent: usize,
    /// Where its content begins and ends.
    start: usize,
    end: usize,
    number: u32,
}

struct Lines<'t, 'b> {
    text: &'t str,
    dialect: Dialect,
    wanted: Wanted<'t>,
    budget: &'b mut Budget,
    /// Where the line behind [`Lines::line`] begins.
    at: usize,
    number: u32,
    /// How many nodes have been read: what is paid in the end.
    nodes: u64,
    /// How many of them hold others.
    collections: u64,
    line: Option<Line>,
    /// Whether anyone looks at what is read.
    building: bool,
}

impl<'t> Lines<'t, '_> {
    fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    /// Where the line that begins at `from` ends.
    fn line_end(&self, from: usize) -> usize {
        self.text[from..].find('\n').map_or(self.text.len(), |len| from + len)
    }

    /// Goes on to the next line with something on it.
    fn advance(&mut self) -> Option<()> {
        let bytes = self.bytes();
        self.must_fit()?;
        while self.at < bytes.len() {
            let begin = self.at;
            let end = self.line_end(begin);
            self.at = end + 1;
            self.number += 1;
            let line = &bytes[begin..end];
            let indent = line.iter().take_while(|byte| **byte == b' ').count();
            match line.get(indent) {
                None | Some(b'#') => continue,
                Some(b'-' | b'.') if indent == 0 && (line.starts_with(b"---") || line.starts_with(b"...")) => {
                    return None;
                }
                Some(_) => {}
            }
            let blank = line.iter().rev().take_while(|byte| **byte == b' ').count();
            self.line = Some(Line { indent, start: begin + indent, end: end - blank, number: self.number });
            return Some(());
        }
        self.line = None;
        Some(())
    }

    /// The rest of the current line from `start` on counts as the line.
    fn shift(&mut self, start: usize) {
        if let Some(line) = &mut self.line {
            line.indent += start - line.start;
            line.start = start;
        }
    }

    /// The collection that begins at the current line.
    fn block(&mut self, outermost: bool) -> Option<Value> {
        let line = self.line?;
        if self.is_dash(line.start, line.end) {
            self.sequence(line.indent)
        } else {
            self.mapping(line.indent, outermost)
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Option<Value>) -> Option<Value> {
        self.nodes += 1;
        self.collections += 1;
        self.must_fit()?;
        self.budget.enter().ok()?;
        let value = read(self);
        self.budget.leave();
        value
    }

    /// Gives up where the values might take more memory than they may: `compose` knows more exactly, and says so.
    pub(super) fn must_fit(&self) -> Option<()> {
        let read = (self.at as u64).min(self.text.len() as u64);
        let most = self.nodes * (VALUE_BYTES + ENTRY_BYTES) + self.collections * MAP_BYTES + read;
        self.budget.values_fit(most).ok()
    }

    fn sequence(&mut self, indent: usize) -> Option<Value> {
        self.nested(|lines| {
            let mut items = Vec::new();
            while let Some(line) = lines.line.filter(|line| line.indent >= indent) {
                if line.indent > indent {
                    return None;
                }
                if !lines.is_dash(line.start, line.end) {
                    break;
                }
                let item = lines.item(line)?;
                if lines.building {
                    items.push(item);
                }
            }
            Some(Value::Array(items))
        })
    }

    /// What stands behind a dash.
    fn item(&mut self, line: Line) -> Option<Value> {
        let start = self.past_spaces(line.start + 1, line.end);
        if self.is_over(start, line.end) {
            self.advance()?;
            return match self.line {
                Some(next) if next.indent > line.indent => self.below(line, next),
                _ => Some(self.null()),
            };
        }
        if self.is_dash(start, line.end) || self.key_end(start, line.end).is_some() {
            self.shift(start);
            return self.block(false);
        }
        self.inline(start, line)
    }

    fn mapping(&mut self, indent: usize, outermost: bool) -> Option<Value> {
        self.nested(|lines| {
            let mut map = Map::new();
            while let Some(line) = lines.line.filter(|line| line.indent >= indent) {
                if line.indent > indent {
                    return None;
                }
                let (key, end) = lines.key(line)?;
                lines.nodes += 1;
                let was_building = lines.building;
                if outermost && let Wanted::Only(wanted) = lines.wanted {
                    lines.building = wanted.iter().any(|one| one.eq_ignore_ascii_case(&key));
                }
                let value = lines.entry(end + 1, line)?;
                let built = std::mem::replace(&mut lines.building, was_building);
                if (built || outermost) && map.insert(key.into_owned(), value).is_some() {
                    return None;
                }
            }
            Some(Value::Object(map))
        })
    }

    /// What stands on lines of its own, deeper than what it belongs to.
    fn below(&mut self, line: Line, next: Line) -> Option<Value> {
        match self.bytes()[next.start] {
            b'[' | b'{' => self.inline(next.start, Line { indent: line.indent, ..next }),
            _ => self.block(false),
        }
    }

    /// The value of a key whose colon ends before `from`.
    fn entry(&mut self, from: usize, line: Line) -> Option<Value> {
        let start = self.past_spaces(from, line.end);
        if !self.is_over(start, line.end) {
            return self.inline(start, line);
        }
        self.advance()?;
        match self.line {
            Some(next) if next.indent > line.indent => self.below(line, next),
            Some(next) if next.indent == line.indent && self.is_dash(next.start, next.end) => {
                self.sequence(next.indent)
            }
            _ => Some(self.null()),
        }
    }

    fn null(&mut self) -> Value {
        self.nodes += 1;
        Value::Null
    }

    /// A value on the line itself, or that begins there as a block of text.
    fn inline(&mut self, start: usize, line: Line) -> Option<Value> {
        let value = match self.bytes()[start] {
            b'|' => return self.literal(start, line),
            b'"' | b'\'' => {
                self.nodes += 1;
                let (text, end) = self.quoted(start, line.end)?;
                self.must_be_over(end, line.end)?;
                self.string(&text)
            }
            b'[' | b'{' => {
                let (value, end) = self.flow(start, line.end)?;
                self.must_be_over(end, line.end)?;
                value
            }
            _ => self.plain(start, line.end)?,
        };
        self.advance()?;
        self.must_not_go_on(line)?;
        Some(value)
    }

    /// A line that stands deeper than what it belongs to would go on with a value that is complete here.
    fn must_not_go_on(&self, line: Line) -> Option<()> {
        self.line.is_none_or(|next| next.indent <= line.indent).then_some(())
    }

    fn string(&self, text: &str) -> Value {
        if self.building { Value::String(text.to_owned()) } else { Value::Null }
    }

    fn plain(&mut self, start: usize, end: usize) -> Option<Value> {
        if is_indicator(self.bytes()[start]) || self.is_dash(start, end) {
            return None;
        }
        self.nodes += 1;
        let text = self.until_comment(start, end);
        if text.ends_with(':') || text.contains(": ") {
            return None;
        }
        self.scalar(text)
    }

    /// What a plain text means.
    fn scalar(&self, text: &str) -> Option<Value> {
        if !self.building && !text.starts_with(['.', '+', '-']) {
            return Some(Value::Null);
        }
        match resolve(text, self.dialect) {
            Scalar::Value(value) => Some(value),
            Scalar::NotFinite => None,
            Scalar::Text | Scalar::Timestamp => Some(self.string(text)),
        }
    }

    /// The text up to a comment or the end of the line.
    fn until_comment(&self, start: usize, end: usize) -> &'t str {
        let text = &self.text[start..end];
        text.find(" #").map_or(text, |len| text[..len].trim_end_matches(' '))
    }

    /// The key of an entry, and where its colon is.
    fn key(&self, line: Line) -> Option<(std::borrow::Cow<'t, str>, usize)> {
        if self.is_dash(line.start, line.end) {
            return None;
        }
        let colon = self.key_end(line.start, line.end)?;
        if colon - line.start > KEY_BYTES_MAX {
            return None;
        }
        if matches!(self.bytes()[line.start], b'"' | b'\'') {
            return self.quoted(line.start, colon).filter(|(_, end)| *end == colon);
        }
        let key = &self.text[line.start..colon];
        let is_text = resolve(key, self.dialect) == Scalar::Text && key != "<<";
        (is_text && !key.ends_with(' ')).then_some((key.into(), colon))
    }

    /// Where the colon is of the key that begins at `start`, if one does.
    fn key_end(&self, start: usize, end: usize) -> Option<usize> {
        let bytes = self.bytes();
        let from = match bytes[start] {
            b'"' | b'\'' => self.quoted(start, end)?.1,
            first if is_indicator(first) => return None,
            _ => start,
        };
        let mut at = from;
        while at < end {
            match bytes[at] {
                b':' if at + 1 == end || bytes[at + 1] == b' ' => return Some(at),
                b'#' if at > start && bytes[at - 1] == b' ' => return None,
                _ => at += 1,
            }
            if from > start {
                return None;
            }
        }
        None
    }

    /// `- `, or a dash at the end of the line.
    fn is_dash(&self, start: usize, end: usize) -> bool {
        let bytes = self.bytes();
        bytes[start] == b'-' && (start + 1 >= end || bytes[start + 1] == b' ')
    }

    fn past_spaces(&self, from: usize, end: usize) -> usize {
        let spaces = self.bytes()[from.min(end)..end].iter().take_while(|byte| **byte == b' ').count();
        from.min(end) + spaces
    }

    /// Whether nothing but a comment follows. What stands before `at` is a space.
    fn is_over(&self, at: usize, end: usize) -> bool {
        at >= end || self.bytes()[at] == b'#' && self.bytes()[at - 1] == b' '
    }

    fn must_be_over(&self, from: usize, end: usize) -> Option<()> {
        let at = self.past_spaces(from, end);
        self.is_over(at, end).then_some(())
    }
}

/// The characters that a plain text does not begin with, and a few with which it seldom does.
fn is_indicator(byte: u8) -> bool {
    matches!(
        byte,
        b'?' | b':'
            | b','
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'#'
            | b'&'
            | b'*'
            | b'!'
            | b'|'
            | b'>'
            | b'\''
            | b'"'
            | b'%'
            | b'@'
            | b'`'
    )
}
