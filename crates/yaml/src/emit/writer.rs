//! Text with the state libyaml's emitter keeps: the column, and whether indentation or a space may be left out.

use super::style::{Style, is_break, is_printable};
use std::fmt::Write as _;

/// The column after which a line is folded at the next space.
const WIDTH: i32 = 80;

/// The text so far and what may come next.
pub(super) struct Writer {
    text: String,
    column: i32,
    width: i32,
    whitespace: bool,
    pub(super) indention: bool,
}

impl Default for Writer {
    fn default() -> Self {
        Writer { text: String::new(), column: 0, width: WIDTH, whitespace: true, indention: true }
    }
}

impl Writer {
    /// A writer that never folds a line.
    pub(super) fn unfolded() -> Self {
        Writer { width: i32::MAX, ..Writer::default() }
    }

    pub(super) fn finish(mut self) -> String {
        if self.column > 0 || self.text.is_empty() {
            self.text.push('\n');
        }
        self.text
    }

    fn put(&mut self, c: char) {
        self.text.push(c);
        self.column = if c == '\n' { 0 } else { self.column + 1 };
    }

    /// Writes ASCII text without a line break.
    fn put_all(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.len() as i32;
    }

    /// Goes to `indent` on a line of its own, unless already there.
    pub(super) fn line_to(&mut self, indent: i32) {
        let indent = indent.max(0);
        if !self.indention || self.column > indent || self.column == indent && !self.whitespace {
            self.put('\n');
        }
        if self.column < indent {
            self.text.extend(std::iter::repeat_n(' ', (indent - self.column) as usize));
            self.column = indent;
        }
        self.whitespace = true;
        self.indention = true;
    }

    /// Writes a token; `block` tokens (`-`, `?`) leave room for what follows on the same line.
    pub(super) fn indicator(&mut self, token: &str, spaced: bool, block: bool) {
        if spaced && !self.whitespace {
            self.put(' ');
        }
        self.put_all(token);
        self.whitespace = false;
        self.indention = self.indention && block;
    }

    pub(super) fn scalar(&mut self, text: &str, style: Style, indent: i32, breakable: bool) {
        match style {
            Style::Plain => self.plain(text, indent, breakable),
            Style::SingleQuoted => self.single_quoted(text, indent, breakable),
            Style::DoubleQuoted => self.double_quoted(text, indent, breakable),
            Style::Literal => self.literal(text, indent),
        }
    }

    fn plain(&mut self, text: &str, indent: i32, breakable: bool) {
        if !self.whitespace && !text.is_empty() {
            self.put(' ');
        }
        self.folded(text, indent, breakable, false);
        self.whitespace = false;
        self.indention = false;
    }

    /// Writes single-line text, turning a lone space past the width into a line break. Quoted text keeps its first and
    /// last character where they are and doubles its quotes.
    fn folded(&mut self, text: &str, indent: i32, breakable: bool, quoted: bool) {
        let fits = !breakable || self.column.saturating_add(text.len() as i32) <= self.width;
        if fits && !text.is_empty() && text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'\'') {
            self.put_all(text);
            // A space leaves it as it was.
            self.indention &= text.bytes().all(|byte| byte == b' ');
            return;
        }
        let mut after_space = false;
        let last = text.len().saturating_sub(1);
        let mut after_break = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if is_break(c) {
                self.put(c);
                // Libyaml takes every break, also those that it does not write as one, for the end of a line.
                self.column = 0;
                self.indention = true;
                after_break = true;
                continue;
            }
            if std::mem::take(&mut after_break) {
                self.line_to(indent);
            }
            if c != ' ' {
                if c == '\'' && quoted {
                    self.put('\'');
                }
                self.put(c);
                self.indention = false;
                after_space = false;
                continue;
            }
            let next_is_space = chars.peek().is_some_and(|(_, next)| *next == ' ');
            let inside = !quoted || at > 0 && at < last;
            if breakable && !after_space && self.column > self.width && inside && !next_is_space {
                self.line_to(indent);
            } else {
                self.put(' ');
            }
            after_space = true;
        }
    }

    fn single_quoted(&mut self, text: &str, indent: i32, breakable: bool) {
        self.indicator("'", true, false);
        self.folded(text, indent, breakable, true);
        self.indicator("'", false, false);
    }

    fn double_quoted(&mut self, text: &str, indent: i32, breakable: bool) {
        self.indicator("\"", true, false);
        let mut after_space = false;
        let last = text.len().saturating_sub(1);
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if c == ' ' {
                let next_is_space = chars.peek().is_some_and(|(_, next)| *next == ' ');
                if breakable && !after_space && self.column > self.width && at > 0 && at < last {
                    self.line_to(indent);
                    if next_is_space {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                after_space = true;
                continue;
            }
            if !is_printable(c) || is_break(c) || c == '"' || c == '\\' {
                self.escape(c);
            } else {
                self.put(c);
            }
            after_space = false;
        }
        self.indicator("\"", false, false);
    }

    fn escape(&mut self, c: char) {
        let mut escaped = String::from('\\');
        let short = match c {
            '\0' => Some('0'),
            '\u{7}' => Some('a'),
            '\u{8}' => Some('b'),
            '\t' => Some('t'),
            '\n' => Some('n'),
            '\u{b}' => Some('v'),
            '\u{c}' => Some('f'),
            '\r' => Some('r'),
            '\u{1b}' => Some('e'),
            '"' => Some('"'),
            '\\' => Some('\\'),
            '\u{85}' => Some('N'),
            '\u{a0}' => Some('_'),
            '\u{2028}' => Some('L'),
            '\u{2029}' => Some('P'),
            _ => None,
        };
        let code = u32::from(c);
        // Writing to a String cannot fail.
        let _ = match (short, code) {
            (Some(letter), _) => write!(escaped, "{letter}"),
            (None, 0..=0xff) => write!(escaped, "x{code:02X}"),
            (None, 0x100..=0xffff) => write!(escaped, "u{code:04X}"),
            (None, _) => write!(escaped, "U{code:08X}"),
        };
        for c in escaped.chars() {
            self.put(c);
        }
    }

    fn literal(&mut self, text: &str, indent: i32) {
        self.indicator("|", true, false);
        if text.starts_with([' ', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            self.put('2');
        }
        match text.strip_suffix('\n') {
            None => self.put('-'),
            Some(rest) if rest.is_empty() || rest.ends_with('\n') => self.put('+'),
            Some(_) => {}
        }
        self.put('\n');
        self.indention = true;
        self.whitespace = true;
        for line in text.split_inclusive('\n') {
            let (content, is_ended) = line.strip_suffix('\n').map_or((line, false), |content| (content, true));
            if !content.is_empty() {
                self.line_to(indent);
                self.text.push_str(content);
                self.column += content.chars().count() as i32;
                self.indention = false;
            }
            if is_ended {
                self.put('\n');
                self.indention = true;
            }
        }
    }
}
