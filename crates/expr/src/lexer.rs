//! Reads a source piece by piece.

use crate::error::{Outcome, Wrong};
use crate::token::{Kind, Token};
use crate::unescape::{unescape_bytes, unescape_text};
use gotemplate::{Text, quote};
use std::collections::VecDeque;

/// Words that are operators.
const WORDS: [&str; 10] = ["in", "or", "and", "matches", "contains", "startsWith", "endsWith", "let", "if", "else"];
/// What may follow `not` as one operator.
const NEGATED: [&str; 5] = ["in", "matches", "contains", "startsWith", "endsWith"];

/// Reads tokens from a source, as far as it is asked to: what is wrong behind an error is never seen.
pub(crate) struct Lexer<'s> {
    source: &'s str,
    /// Bytes and characters before the token that is being read.
    start: (usize, u32),
    /// Bytes and characters read.
    end: (usize, u32),
    ready: VecDeque<Token>,
    is_done: bool,
}

impl<'s> Lexer<'s> {
    pub fn new(source: &'s str) -> Self {
        Lexer { source, start: (0, 0), end: (0, 0), ready: VecDeque::new(), is_done: false }
    }

    /// The next token; `None` behind the last.
    pub fn next(&mut self) -> Outcome<Option<Token>> {
        while self.ready.is_empty() && !self.is_done {
            self.read()?;
        }
        Ok(self.ready.pop_front())
    }

    fn peek(&self) -> Option<char> {
        self.source[self.end.0..].chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let found = self.peek()?;
        self.end = (self.end.0 + found.len_utf8(), self.end.1 + 1);
        Some(found)
    }

    fn accept(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        let is_wanted = self.peek().is_some_and(wanted);
        if is_wanted {
            self.take();
        }
        is_wanted
    }

    fn accept_run(&mut self, wanted: impl Fn(char) -> bool) {
        while self.accept(&wanted) {}
    }

    fn word(&self) -> &'s str {
        &self.source[self.start.0..self.end.0]
    }

    fn emit(&mut self, kind: Kind) {
        self.emit_value(kind, self.word().into());
    }

    fn emit_value(&mut self, kind: Kind, value: Text) {
        self.ready.push_back(Token { kind, value, at: self.start.1 });
        self.start = self.end;
    }

    /// Wrong at the last character read, or behind the end.
    fn wrong(&self, message: impl Into<String>) -> Wrong {
        Wrong::at(self.end.1.saturating_sub(1), message)
    }

    fn wrong_at_end(&self, message: impl Into<String>) -> Wrong {
        Wrong::at(self.end.1, message)
    }

    fn read(&mut self) -> Outcome<()> {
        let Some(first) = self.take() else {
            self.is_done = true;
            self.ready.push_back(Token { kind: Kind::End, value: Text::default(), at: self.end.1.saturating_sub(1) });
            return Ok(());
        };
        match first {
            _ if first.is_whitespace() => self.start = self.end,
            '\'' | '"' => self.text(first)?,
            '`' => self.raw_text()?,
            'b' | 'B' if matches!(self.peek(), Some('\'' | '"')) => self.bytes()?,
            '0'..='9' => return self.number(),
            '?' => {
                self.accept(|next| matches!(next, '.' | '?'));
                self.emit(Kind::Operator);
            }
            '/' => return self.slash(),
            '#' => self.pointer(),
            '|' => self.maybe_double(|next| next == '|'),
            ':' => self.maybe_double(|next| next == ':'),
            '(' | '[' | '{' | ')' | ']' | '}' => self.emit(Kind::Bracket),
            ',' | ';' | '%' | '+' | '-' | '^' => self.emit(Kind::Operator),
            '&' | '!' | '=' | '*' | '<' | '>' => self.maybe_double(|next| matches!(next, '&' | '=' | '*')),
            '.' if self.peek().is_some_and(|next| next.is_ascii_digit()) => return self.number(),
            '.' => self.maybe_double(|next| next == '.'),
            _ if is_word(first) => self.identifier(),
            _ => {
                let shown = if first.is_control() { String::new() } else { format!(" '{first}'") };
                return Err(self.wrong(format!("unrecognized character: U+{:04X}{shown}", u32::from(first))));
            }
        }
        Ok(())
    }

    fn maybe_double(&mut self, second: impl Fn(char) -> bool) {
        self.accept(second);
        self.emit(Kind::Operator);
    }

    fn identifier(&mut self) {
        self.accept_run(is_word);
        match self.word() {
            "not" => self.not(),
            word if WORDS.contains(&word) => self.emit(Kind::Operator),
            _ => self.emit(Kind::Identifier),
        }
    }

    /// `not`, and what it negates when that stands directly behind it.
    fn not(&mut self) {
        self.emit(Kind::Operator);
        self.accept_run(|next| next == ' ');
        self.start = self.end;
        self.accept_run(is_word);
        if NEGATED.contains(&self.word()) {
            self.emit(Kind::Operator);
        } else {
            self.end = self.start;
        }
    }

    fn pointer(&mut self) {
        self.accept(|next| next == '#');
        self.emit(Kind::Operator);
        self.accept_run(is_word);
        if !self.word().is_empty() {
            self.emit(Kind::Identifier);
        }
    }

    fn slash(&mut self) -> Outcome<()> {
        if self.accept(|next| next == '/') {
            while !matches!(self.take(), None | Some('\n')) {}
        } else if self.accept(|next| next == '*') {
            loop {
                match self.take() {
                    None => return Err(self.wrong_at_end("unclosed comment")),
                    Some('*') if self.accept(|next| next == '/') => break,
                    Some(_) => {}
                }
            }
        } else {
            self.emit(Kind::Operator);
            return Ok(());
        }
        self.start = self.end;
        Ok(())
    }

    fn number(&mut self) -> Outcome<()> {
        self.end = self.start;
        let mut digit: fn(char) -> bool = |next| next.is_ascii_digit() || next == '_';
        if self.accept(|next| next == '0') {
            if self.accept(|next| matches!(next, 'x' | 'X')) {
                digit = |next| next.is_ascii_hexdigit() || next == '_';
            } else if self.accept(|next| matches!(next, 'o' | 'O')) {
                digit = |next| matches!(next, '0'..='7' | '_');
            } else if self.accept(|next| matches!(next, 'b' | 'B')) {
                digit = |next| matches!(next, '0' | '1' | '_');
            }
        }
        self.accept_run(digit);
        let whole = self.end;
        if self.accept(|next| next == '.') {
            if self.peek() == Some('.') {
                // `1..2` is a range.
                self.end = whole;
                self.emit(Kind::Number);
                return Ok(());
            }
            self.accept_run(digit);
        }
        if self.accept(|next| matches!(next, 'e' | 'E')) {
            self.accept(|next| matches!(next, '+' | '-'));
            self.accept_run(digit);
        }
        if self.accept(is_word) {
            return Err(self.wrong(format!("bad number syntax: {}", quote(self.word().as_bytes()))));
        }
        self.emit(Kind::Number);
        Ok(())
    }

    fn text(&mut self, mark: char) -> Outcome<()> {
        self.scan_text(mark)?;
        let value = unescape_text(self.word()).map_err(|message| self.wrong(message))?;
        self.emit_value(Kind::String, value);
        Ok(())
    }

    fn bytes(&mut self) -> Outcome<()> {
        let mark = self.take().unwrap_or_default();
        self.scan_text(mark)?;
        let value = unescape_bytes(&self.word()[1..]).map_err(|message| self.wrong(message))?;
        self.emit_value(Kind::Bytes, value);
        Ok(())
    }

    fn scan_text(&mut self, mark: char) -> Outcome<()> {
        let mut next = self.take();
        while next != Some(mark) {
            next = match next {
                None => return Err(self.wrong_at_end("literal not terminated")),
                Some('\n') => return Err(self.wrong("literal not terminated")),
                Some('\\') => self.scan_escape(mark)?,
                Some(_) => self.take(),
            };
        }
        Ok(())
    }

    /// Passes over what follows a backslash; gives the character behind it.
    fn scan_escape(&mut self, mark: char) -> Outcome<Option<char>> {
        let invalid = "invalid char escape";
        match self.take() {
            Some('a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\') => Ok(self.take()),
            Some(next) if next == mark => Ok(self.take()),
            Some(next @ '0'..='7') => self.scan_digits(Some(next), 8, 3),
            Some('x') => {
                let next = self.take();
                self.scan_digits(next, 16, 2)
            }
            Some('u') if self.peek() == Some('{') => {
                self.take();
                let mut digits = 0;
                while self.peek() != Some('}') {
                    if digits >= 6 || !self.peek().is_some_and(|next| next.is_ascii_hexdigit()) {
                        return Err(self.wrong(invalid));
                    }
                    self.take();
                    digits += 1;
                }
                if digits == 0 {
                    return Err(self.wrong(invalid));
                }
                self.take();
                Ok(self.take())
            }
            Some('u') => {
                let next = self.take();
                self.scan_digits(next, 16, 4)
            }
            Some('U') => {
                let next = self.take();
                self.scan_digits(next, 16, 8)
            }
            None => Err(self.wrong_at_end(invalid)),
            Some(_) => Err(self.wrong(invalid)),
        }
    }

    fn scan_digits(&mut self, first: Option<char>, base: u32, count: u32) -> Outcome<Option<char>> {
        let (mut next, mut left) = (first, count);
        while left > 0 && next.is_some_and(|next| next.is_digit(base)) {
            next = self.take();
            left -= 1;
        }
        match next {
            None if left > 0 => Err(self.wrong_at_end("invalid char escape")),
            Some(_) if left > 0 => Err(self.wrong("invalid char escape")),
            _ => Ok(next),
        }
    }

    /// Text between backticks; a doubled one stands for one.
    fn raw_text(&mut self) -> Outcome<()> {
        loop {
            match self.take() {
                Some('`') if self.accept(|next| next == '`') => {}
                Some('`') => break,
                None => return Err(self.wrong_at_end("literal not terminated")),
                Some(_) => {}
            }
        }
        let word = self.word();
        let value = word[1..word.len() - 1].replace("``", "`");
        self.emit_value(Kind::String, value.into());
        Ok(())
    }
}

/// Whether `found` may stand in an identifier.
pub(crate) fn is_word(found: char) -> bool {
    matches!(found, '_' | '$') || found.is_alphabetic() || found.is_ascii_digit() || is_digit_beyond_ascii(found)
}

fn is_digit_beyond_ascii(found: char) -> bool {
    !found.is_ascii() && found.is_numeric()
}
