//! Reading a pattern, and what both the pattern and its classes are read with: escapes, names of classes, errors.

use regex::Regex;

/// A pattern that Go refuses. Displays as Go's error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("error parsing regexp: {code}: `{piece}`")]
pub struct SyntaxError {
    /// What is wrong.
    pub code: &'static str,
    /// The piece that is wrong.
    pub piece: String,
}

pub(super) fn error<T>(code: &'static str, piece: &str) -> Result<T, SyntaxError> {
    Err(SyntaxError { code, piece: piece.to_owned() })
}

/// A place in a pattern.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub whole: &'a str,
    pub at: usize,
}

impl<'a> Cursor<'a> {
    pub fn rest(&self) -> &'a str {
        &self.whole[self.at..]
    }

    pub fn since(&self, start: usize) -> &'a str {
        &self.whole[start..self.at]
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Goes past `text` when it stands here.
    pub fn skip(&mut self, text: &str) -> bool {
        let here = self.rest().starts_with(text);
        self.at += if here { text.len() } else { 0 };
        here
    }

    /// `\d` and its like: the ranges of the class, and whether it is the others that belong.
    pub fn perl_class(&mut self) -> Option<(&'static str, bool)> {
        let mut chars = self.rest().chars();
        let letter = chars.next().filter(|c| *c == '\\').and_then(|_| chars.next())?;
        let ranges = match letter.to_ascii_lowercase() {
            'd' => "0-9",
            's' => r"\t\n\x0C\r ",
            'w' => "0-9A-Za-z_",
            _ => return None,
        };
        self.at += 2;
        Some((ranges, letter.is_ascii_uppercase()))
    }

    /// `\pL`, `\P{Greek}`: as Rust writes it.
    pub fn unicode_class(&mut self) -> Result<Option<String>, SyntaxError> {
        const WRONG: &str = "invalid character class range";
        let start = self.at;
        let negated = match self.rest().get(..2) {
            Some(r"\p") => false,
            Some(r"\P") => true,
            _ => return Ok(None),
        };
        self.at += 2;
        let name = match self.next() {
            None => return Ok(None),
            Some('{') => match self.rest().split_once('}') {
                None => return error(WRONG, &self.whole[start..]),
                Some((name, _)) => {
                    self.at += name.len() + 1;
                    name
                }
            },
            Some(letter) => &self.whole[start + 2..start + 2 + letter.len_utf8()],
        };
        let (name, negated) = name.strip_prefix('^').map_or((name, negated), |name| (name, !negated));
        let written = format!(r"\{}{{{name}}}", if negated { 'P' } else { 'p' });
        let known = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && Regex::new(&written).is_ok();
        if known { Ok(Some(written)) } else { error(WRONG, self.since(start)) }
    }

    /// An escape that stands for one character, here at its backslash. Its code may be that of no character.
    pub fn escape(&mut self) -> Result<u32, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let Some(c) = self.next() else { return error("trailing backslash at end of expression", "") };
        let octal = |c: Option<char>| c.is_some_and(|c| c.is_digit(8));
        let code = match c {
            '0' => self.octal(0),
            '1'..='7' if octal(self.peek()) => self.octal(c as u32 - '0' as u32),
            'x' => self.hex(),
            'a' => Some(7),
            'f' => Some(12),
            'n' => Some(10),
            'r' => Some(13),
            't' => Some(9),
            'v' => Some(11),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(c as u32),
            _ => None,
        };
        code.map_or_else(|| error("invalid escape sequence", self.since(start)), Ok)
    }

    /// Two more octal digits at most.
    fn octal(&mut self, first: u32) -> Option<u32> {
        let mut code = first;
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else { break };
            self.at += 1;
            code = code * 8 + digit;
        }
        Some(code)
    }

    /// Two digits, or any number of them in braces.
    fn hex(&mut self) -> Option<u32> {
        let first = self.next()?;
        if first != '{' {
            let second = self.next()?;
            return Some(first.to_digit(16)? * 16 + second.to_digit(16)?);
        }
        let (mut code, mut digits) = (0, 0);
        loop {
            let c = self.next()?;
            if c == '}' {
                return (digits > 0).then_some(code);
            }
            code = code * 16 + c.to_digit(16)?;
            digits += 1;
            if code > 0x10_ffff {
                return None;
            }
        }
    }
}

/// A character as a Rust pattern, inside of classes and outside; nothing for the code of no character.
pub(super) fn literal(code: u32) -> Option<String> {
    char::from_u32(code).map(|_| format!(r"\x{{{code:X}}}"))
}
