//! From text to tokens.

use crate::error::ParseError;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// `foo`, `select`, `and`.
    Word(String),
    /// `.foo`.
    Field(String),
    /// `$foo`.
    Variable(String),
    Text(String),
    Number(f64),
    /// Everything else: `|`, `//`, `..`, `==`.
    Sign(&'static str),
    End,
}

/// A token and the character it begins at, counted from 0.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spot {
    pub token: Token,
    pub at: usize,
}

/// Longest first, so that no sign hides another.
const SIGNS: [&str; 35] = [
    "?//", "//=", "..", "//", "==", "!=", "<=", ">=", "|=", "+=", "-=", "*=", "/=", "%=", "|", ",", "<", ">", "+", "-",
    "*", "/", "%", "(", ")", "[", "]", "{", "}", ":", ";", ".", "?", "=", "@",
];

/// The longest filter that is read.
const CHARS_MAX: usize = 64 << 10;

pub(crate) fn tokens(text: &str) -> Result<Vec<Spot>, ParseError> {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() > CHARS_MAX {
        return Err(ParseError { at: CHARS_MAX, what: format!("the filter is longer than {CHARS_MAX} characters") });
    }
    let mut lexer = Lexer { chars: &chars, place: 0 };
    let mut spots = Vec::new();
    while let Some(spot) = lexer.next()? {
        spots.push(spot);
    }
    spots.push(Spot { token: Token::End, at: chars.len() });
    Ok(spots)
}

struct Lexer<'t> {
    chars: &'t [char],
    place: usize,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.place + ahead).copied()
    }

    fn next(&mut self) -> Result<Option<Spot>, ParseError> {
        self.skip();
        let at = self.place;
        let Some(first) = self.peek(0) else { return Ok(None) };
        let token = match first {
            '"' => Token::Text(self.text()?),
            '.' if self.peek(1).is_some_and(is_word_start) => {
                self.place += 1;
                Token::Field(self.word())
            }
            '.' if self.peek(1).is_some_and(|next| next.is_ascii_digit()) => self.number()?,
            '$' if self.peek(1).is_some_and(is_word_start) => {
                self.place += 1;
                Token::Variable(self.word())
            }
            first if first.is_ascii_digit() => self.number()?,
            first if is_word_start(first) => Token::Word(self.word()),
            _ => self.sign()?,
        };
        Ok(Some(Spot { token, at }))
    }

    /// White space and comments.
    fn skip(&mut self) {
        while let Some(next) = self.peek(0) {
            if next == '#' {
                while self.peek(0).is_some_and(|next| next != '\n') {
                    self.place += 1;
                }
            } else if next.is_whitespace() {
                self.place += 1;
            } else {
                return;
            }
        }
    }

    fn word(&mut self) -> String {
        let start = self.place;
        while self.peek(0).is_some_and(|next| next.is_alphanumeric() || next == '_')
            || (self.peek(0) == Some(':') && self.peek(1) == Some(':'))
            || (self.peek(0) == Some(':') && self.place > start && self.chars[self.place - 1] == ':')
        {
            self.place += 1;
        }
        self.chars[start..self.place].iter().collect()
    }

    fn number(&mut self) -> Result<Token, ParseError> {
        let start = self.place;
        while self.peek(0).is_some_and(|next| next.is_ascii_digit() || matches!(next, '.' | 'e' | 'E'))
            || (matches!(self.peek(0), Some('+' | '-')) && matches!(self.chars[self.place - 1], 'e' | 'E'))
        {
            self.place += 1;
        }
        let text: String = self.chars[start..self.place].iter().collect();
        text.parse().map(Token::Number).map_err(|_| self.wrong(start, format!("{text:?} is no number")))
    }

    fn text(&mut self) -> Result<String, ParseError> {
        let start = self.place;
        self.place += 1;
        let mut text = String::new();
        loop {
            match self.peek(0) {
                None => return Err(self.wrong(start, "the string does not end")),
                Some('"') => {
                    self.place += 1;
                    return Ok(text);
                }
                Some('\\') => text.push(self.escape(start)?),
                Some(other) => {
                    text.push(other);
                    self.place += 1;
                }
            }
        }
    }

    fn escape(&mut self, start: usize) -> Result<char, ParseError> {
        let what = self.peek(1);
        self.place += 2;
        Ok(match what {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some(same @ ('"' | '\\' | '/')) => same,
            Some('u') => {
                let code: String = self.chars.iter().skip(self.place).take(4).collect();
                self.place += 4;
                let code =
                    u32::from_str_radix(&code, 16).map_err(|_| self.wrong(start, "\\u needs four hex digits"))?;
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            Some('(') => return Err(self.wrong(start, "interpolation of strings is not supported here")),
            _ => return Err(self.wrong(start, "an escape in the string is unknown")),
        })
    }

    fn sign(&mut self) -> Result<Token, ParseError> {
        for sign in SIGNS {
            if sign.chars().enumerate().all(|(ahead, expected)| self.peek(ahead) == Some(expected)) {
                self.place += sign.len();
                return Ok(Token::Sign(sign));
            }
        }
        Err(self.wrong(self.place, format!("{:?} means nothing here", self.chars[self.place])))
    }

    fn wrong(&self, at: usize, what: impl Into<String>) -> ParseError {
        ParseError { at: at + 1, what: what.into() }
    }
}

fn is_word_start(next: char) -> bool {
    next.is_alphabetic() || next == '_'
}
