//! Template text to tokens. Follows Go's `text/template/parse` token by token, because its errors show in messages.

use crate::quote::quote;
use crate::runes::{decode, is_digit, is_letter, is_print, runes};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Dot,
    Nil,
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
}

impl Kind {
    /// Whether Go counts it among the keywords, which messages show as `<if>`.
    fn is_keyword(self) -> bool {
        use Kind::*;
        matches!(self, Dot | Nil | Block | Break | Continue | Define | Else | End | If | Range | Template | With)
    }
}

/// A token: a piece of the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Cuts a text into tokens.
pub(crate) struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    start: usize,
    parens: u32,
    inside_action: bool,
    /// The message of the error token.
    pub(crate) error: String,
    pub(crate) keywords: LoopKeywords,
}

/// Whether `break` and `continue` are keywords: not where functions of these names exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LoopKeywords {
    pub(crate) break_is: bool,
    pub(crate) continue_is: bool,
}

const LEFT: [u8; 2] = *b"{{";
const RIGHT: [u8; 2] = *b"}}";

/// Letters, digits and `_`, of ASCII.
const IS_PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0u8;
    while byte < 128 {
        plain[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    plain
};

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_alphanumeric(found: char) -> bool {
    found == '_' || is_letter(found) || is_digit(found)
}

/// `- ` after a left delimiter.
fn trims_left(text: &[u8]) -> bool {
    matches!(text, [b'-', space, ..] if is_space(*space))
}

/// ` -}}`.
fn trims_right(text: &[u8]) -> bool {
    matches!(text, [space, b'-', rest @ ..] if is_space(*space) && rest.starts_with(&RIGHT))
}

/// Whether an identifier may end before `rest`.
fn ends_word(rest: &[u8]) -> bool {
    match rest.first() {
        None | Some(b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
        Some(byte) => is_space(*byte) || rest.starts_with(&RIGHT),
    }
}

fn find(text: &[u8], pair: [u8; 2]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + find_byte(&text[from..], pair[0])?;
        if text.get(at + 1) == Some(&pair[1]) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Where `byte` is first, looked for in eight bytes at a time: most of a template is text between its actions.
fn find_byte(text: &[u8], byte: u8) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = LOW << 7;
    let (chunks, rest) = text.as_chunks::<8>();
    for (at, chunk) in chunks.iter().enumerate() {
        let differing = u64::from_le_bytes(*chunk) ^ (LOW * u64::from(byte));
        // The high bit of each byte that is zero, and perhaps of some behind it.
        let zero = differing.wrapping_sub(LOW) & !differing & HIGH;
        if zero != 0 {
            return Some(at * 8 + zero.trailing_zeros() as usize / 8);
        }
    }
    let behind = rest.iter().position(|other| *other == byte)?;
    Some(chunks.len() * 8 + behind)
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t [u8], keywords: LoopKeywords) -> Self {
        Lexer { text, at: 0, start: 0, parens: 0, inside_action: false, error: String::new(), keywords }
    }

    /// A lexer for the inside of an action, which is how parts of it are printed again.
    pub(crate) fn inside(text: &'t [u8]) -> Self {
        let keywords = LoopKeywords { break_is: false, continue_is: false };
        Lexer { inside_action: true, ..Lexer::new(text, keywords) }
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Token {
        if self.inside_action { self.in_action() } else { self.in_text() }
    }

    fn token(&mut self, kind: Kind) -> Token {
        let token = Token { kind, start: self.start, end: self.at };
        self.start = self.at;
        token
    }

    fn fail(&mut self, message: impl Into<String>) -> Token {
        self.error = message.into();
        Token { kind: Kind::Error, start: self.start, end: self.at }
    }

    fn rest(&self) -> &'t [u8] {
        &self.text[self.at..]
    }

    fn in_text(&mut self) -> Token {
        loop {
            let Some(plain) = find(self.rest(), LEFT) else {
                self.at = self.text.len();
                return self.token(if self.at > self.start { Kind::Text } else { Kind::Eof });
            };
            let delimiter = self.at + plain;
            let mut end = delimiter;
            if trims_left(&self.text[delimiter + LEFT.len()..]) {
                while end > self.start && is_space(self.text[end - 1]) {
                    end -= 1;
                }
            }
            self.at = end;
            let text = self.token(Kind::Text);
            self.at = delimiter;
            self.start = delimiter;
            if text.end > text.start {
                return text;
            }
            if let Some(token) = self.left_delimiter() {
                return token;
            }
        }
    }

    /// Reads `{{` and what belongs to it; nothing when a comment stood there.
    fn left_delimiter(&mut self) -> Option<Token> {
        let marker = if trims_left(&self.text[self.at + LEFT.len()..]) { 2 } else { 0 };
        if self.text[self.at + LEFT.len() + marker..].starts_with(b"/*") {
            self.at += LEFT.len() + marker;
            self.start = self.at;
            return self.comment();
        }
        self.at += LEFT.len();
        let token = self.token(Kind::LeftDelim);
        self.at += marker;
        self.start = self.at;
        self.inside_action = true;
        self.parens = 0;
        Some(token)
    }

    /// Skips a comment with its delimiter; gives the error when it does not end as it must.
    fn comment(&mut self) -> Option<Token> {
        let Some(end) = find(&self.text[self.at + 2..], *b"*/") else {
            return Some(self.fail("unclosed comment"));
        };
        self.at += 2 + end + 2;
        let trim = trims_right(self.rest());
        if !trim && !self.rest().starts_with(&RIGHT) {
            return Some(self.fail("comment ends before closing delimiter"));
        }
        self.skip_right_delimiter(trim);
        self.start = self.at;
        None
    }

    fn skip_right_delimiter(&mut self, trim: bool) {
        self.at += if trim { 2 + RIGHT.len() } else { RIGHT.len() };
        if trim {
            self.at += self.rest().iter().take_while(|byte| is_space(**byte)).count();
        }
    }

    fn right_delimiter(&mut self, trim: bool) -> Token {
        let start = self.at + if trim { 2 } else { 0 };
        self.skip_right_delimiter(trim);
        self.start = self.at;
        self.inside_action = false;
        Token { kind: Kind::RightDelim, start, end: start + RIGHT.len() }
    }

    /// Behind a left delimiter: whether `define` comes next.
    pub(crate) fn may_define(&self) -> bool {
        self.rest().trim_ascii_start().starts_with(b"define")
    }

    /// Within an action: the field that begins here, if it is one of ASCII that ends as a field must.
    pub(crate) fn plain_field(&mut self) -> Option<Token> {
        let [b'.', rest @ ..] = self.rest() else { return None };
        let len = rest.iter().position(|byte| !IS_PLAIN[usize::from(*byte)])?;
        if len == 0 || rest[0].is_ascii_digit() || !self.inside_action || !ends_word(&rest[len..]) {
            return None;
        }
        self.at += 1 + len;
        Some(self.token(Kind::Field))
    }

    /// Behind a left delimiter: the rest of an action that is nothing but a quoted text without escapes, what stands
    /// between the quotes and the right delimiter. Any other action is left alone.
    pub(crate) fn literal_action(&mut self) -> Option<(Token, Token)> {
        let spaces = |text: &[u8]| text.iter().take_while(|byte| is_space(**byte)).count();
        let quote_at = self.at + spaces(self.rest());
        let quote = *self.text.get(quote_at).filter(|byte| matches!(byte, b'`' | b'"'))?;
        let inner = &self.text[quote_at + 1..];
        let is_end = |byte: &u8| *byte == quote || *byte == b'\r' || quote == b'"' && matches!(byte, b'\\' | b'\n');
        let len = inner.iter().position(is_end).filter(|end| inner[*end] == quote)?;
        if quote == b'"' && std::str::from_utf8(&inner[..len]).is_err() {
            return None;
        }
        let behind = quote_at + 1 + len + 1;
        let mut end = behind + spaces(&self.text[behind..]);
        let trim = !self.text[end..].starts_with(&RIGHT);
        if trim {
            end = end.checked_sub(1).filter(|end| *end >= behind && trims_right(&self.text[*end..]))?;
        }
        self.at = end;
        let written = Token { kind: Kind::Text, start: quote_at + 1, end: quote_at + 1 + len };
        Some((written, self.right_delimiter(trim)))
    }

    fn in_action(&mut self) -> Token {
        let trim = trims_right(self.rest());
        if trim || self.rest().starts_with(&RIGHT) {
            return if self.parens == 0 { self.right_delimiter(trim) } else { self.fail("unclosed left paren") };
        }
        let found = match self.rest().first() {
            None => return self.fail("unclosed action"),
            Some(byte) if byte.is_ascii() => {
                self.at += 1;
                char::from(*byte)
            }
            Some(_) => {
                let (found, len) = decode(self.rest());
                self.at += len;
                found.unwrap_or(char::REPLACEMENT_CHARACTER)
            }
        };
        match found {
            ' ' | '\t' | '\r' | '\n' => self.space(),
            '=' => self.token(Kind::Assign),
            ':' if self.rest().first() == Some(&b'=') => {
                self.at += 1;
                self.token(Kind::Declare)
            }
            ':' => self.fail("expected :="),
            '|' => self.token(Kind::Pipe),
            '"' => self.quoted(b'"', Kind::String, "unterminated quoted string"),
            '`' => self.raw_string(),
            '$' if self.at_terminator() => self.token(Kind::Variable),
            '$' => self.word(Kind::Variable),
            '\'' => self.quoted(b'\'', Kind::CharConstant, "unterminated character constant"),
            '.' if !matches!(self.rest().first(), None | Some(b'0'..=b'9')) => self.field(),
            '.' | '+' | '-' | '0'..='9' => {
                self.at -= 1;
                self.number()
            }
            '(' => {
                self.parens += 1;
                self.token(Kind::LeftParen)
            }
            ')' => match self.parens.checked_sub(1) {
                Some(parens) => {
                    self.parens = parens;
                    self.token(Kind::RightParen)
                }
                None => self.fail("unexpected right paren"),
            },
            _ if is_alphanumeric(found) => self.identifier(),
            '!'..='~' => self.token(Kind::Char),
            _ => self.fail(format!("unrecognized character in action: {}", described(found))),
        }
    }

    /// A run of spaces; its last may already belong to ` -}}`.
    fn space(&mut self) -> Token {
        while self.rest().first().is_some_and(|byte| is_space(*byte)) {
            self.at += 1;
        }
        if self.at - self.start > 1 && trims_right(&self.text[self.at - 1..]) {
            self.at -= 1;
        }
        self.token(Kind::Space)
    }

    fn skip_alphanumeric(&mut self) -> Option<char> {
        loop {
            let rest = self.rest();
            let plain = rest.iter().position(|byte| !IS_PLAIN[usize::from(*byte)]).unwrap_or(rest.len());
            self.at += plain;
            let (found, len) = match rest.get(plain) {
                Some(byte) if byte.is_ascii() => return Some(char::from(*byte)),
                _ => decode(&rest[plain..]),
            };
            match found {
                Some(found) if is_alphanumeric(found) => self.at += len,
                None if len > 0 => return Some(char::REPLACEMENT_CHARACTER),
                other => return other,
            }
        }
    }

    fn identifier(&mut self) -> Token {
        let after = self.skip_alphanumeric();
        if !self.at_terminator() {
            return self.bad_character(after);
        }
        let kind = match &self.text[self.start..self.at] {
            b"block" => Kind::Block,
            b"break" if self.keywords.break_is => Kind::Break,
            b"continue" if self.keywords.continue_is => Kind::Continue,
            b"define" => Kind::Define,
            b"else" => Kind::Else,
            b"end" => Kind::End,
            b"if" => Kind::If,
            b"range" => Kind::Range,
            b"nil" => Kind::Nil,
            b"template" => Kind::Template,
            b"with" => Kind::With,
            b"true" | b"false" => Kind::Bool,
            _ => Kind::Identifier,
        };
        self.token(kind)
    }

    fn field(&mut self) -> Token {
        if self.at_terminator() {
            return self.token(Kind::Dot);
        }
        self.word(Kind::Field)
    }

    fn word(&mut self, kind: Kind) -> Token {
        let after = self.skip_alphanumeric();
        if !self.at_terminator() {
            return self.bad_character(after);
        }
        self.token(kind)
    }

    fn bad_character(&mut self, found: Option<char>) -> Token {
        let found = found.unwrap_or(char::REPLACEMENT_CHARACTER);
        self.fail(format!("bad character {}", described(found)))
    }

    /// Whether an identifier may end here.
    fn at_terminator(&self) -> bool {
        ends_word(self.rest())
    }

    fn quoted(&mut self, delimiter: u8, kind: Kind, unterminated: &str) -> Token {
        loop {
            let is_plain = |byte: &&u8| !matches!(**byte, b'\\' | b'\n') && **byte != delimiter;
            self.at += self.rest().iter().take_while(is_plain).count();
            match self.rest() {
                [b'\\', after, ..] if *after != b'\n' => {
                    self.at += 1 + decode(&self.rest()[1..]).1;
                }
                [] | [b'\n' | b'\\', ..] => return self.fail(unterminated),
                [byte, ..] => {
                    self.at += 1;
                    if *byte == delimiter {
                        return self.token(kind);
                    }
                }
            }
        }
    }

    fn raw_string(&mut self) -> Token {
        match self.rest().iter().position(|byte| *byte == b'`') {
            Some(len) => {
                self.at += len + 1;
                self.token(Kind::RawString)
            }
            None => {
                self.at = self.text.len();
                self.fail("unterminated raw quoted string")
            }
        }
    }

    fn number(&mut self) -> Token {
        if !self.scan_number() {
            return self.bad_number();
        }
        if matches!(self.rest().first(), Some(b'+' | b'-')) {
            if !self.scan_number() || self.text[self.at - 1] != b'i' {
                return self.bad_number();
            }
            return self.token(Kind::Complex);
        }
        self.token(Kind::Number)
    }

    fn bad_number(&mut self) -> Token {
        let text = quote(&self.text[self.start..self.at]);
        self.fail(format!("bad number syntax: {text}"))
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let accepted = self.rest().first().is_some_and(|byte| valid.contains(byte));
        self.at += usize::from(accepted);
        accepted
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    /// Reads what may be a number; whether it is one is found out when it is converted.
    fn scan_number(&mut self) -> bool {
        const DECIMAL: &[u8] = b"0123456789_";
        let mut digits = DECIMAL;
        self.accept(b"+-");
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdefABCDEF_";
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent: &[u8] = match digits.len() {
            11 => b"eE",
            23 => b"pP",
            _ => b"",
        };
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(DECIMAL);
        }
        self.accept(b"i");
        let (after, len) = decode(self.rest());
        if after.is_some_and(is_alphanumeric) {
            self.at += len;
            return false;
        }
        true
    }
}

/// Go's `%#U`.
fn described(found: char) -> String {
    let code = u32::from(found);
    if is_print(found) { format!("U+{code:04X} '{found}'") } else { format!("U+{code:04X}") }
}

/// A token as parse errors show it.
pub(crate) fn shown(token: Token, text: &[u8], error: &str) -> String {
    let value = &text[token.start..token.end];
    match token.kind {
        Kind::Eof => "EOF".to_owned(),
        Kind::Error => error.to_owned(),
        kind if kind.is_keyword() => format!("<{}>", String::from_utf8_lossy(value)),
        _ if value.len() > 10 => {
            let end = runes(value).nth(10).map_or(value.len(), |(at, _)| at);
            format!("{}...", quote(&value[..end]))
        }
        _ => quote(value),
    }
}
