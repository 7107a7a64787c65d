//! Text into tokens, with their character offsets.

use crate::issue::Issue;
use crate::syntax::Literal;

/// Words that are kept for later versions of the language.
pub(crate) const RESERVED: [&str; 16] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
];

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    Ident(String),
    Literal(Literal),
    Sign(&'static str),
    End,
}

/// A token, where it starts, and its text as messages show it.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub token: Token,
    pub at: usize,
    pub text: String,
}

/// Longer ones before their beginnings.
const SIGNS: [&str; 26] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "=", "!", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{", "}", ".",
    ",", ":", "?", "|",
];

/// Reads a whole expression; what is no token is told of and left out.
pub(crate) fn tokens(source: &str) -> (Vec<Placed>, Vec<Issue>) {
    let mut lexer = Lexer { chars: source.chars().collect(), at: 0 };
    let (mut tokens, mut issues) = (Vec::new(), Vec::new());
    loop {
        lexer.skip_blank();
        let at = lexer.at;
        let token = match lexer.next() {
            Ok(token) => token,
            // A number that is too large is a number all the same.
            Err(issue) if issue.message.ends_with("literal") => {
                issues.push(issue);
                Token::Literal(Literal::Int(0))
            }
            Err(issue) => {
                issues.push(issue);
                continue;
            }
        };
        let is_end = token == Token::End;
        let text = if is_end { "<EOF>".to_owned() } else { lexer.chars[at..lexer.at].iter().collect() };
        tokens.push(Placed { token, at, text });
        if is_end {
            return (tokens, issues);
        }
    }
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn skip_blank(&mut self) {
        while let Some(c) = self.peek(0) {
            if c == '/' && self.peek(1) == Some('/') {
                while self.peek(0).is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
            } else if matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{c}') {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    fn next(&mut self) -> Result<Token, Issue> {
        let Some(c) = self.peek(0) else { return Ok(Token::End) };
        if let Some(prefix) = self.text_prefix() {
            return self.text(prefix).map(Token::Literal);
        }
        if c.is_ascii_digit() || (c == '.' && self.peek(1).is_some_and(|c| c.is_ascii_digit())) {
            return self.number().map(Token::Literal);
        }
        if c.is_ascii_alphabetic() || c == '_' {
            return Ok(self.word());
        }
        for sign in SIGNS {
            let matches = sign.chars().enumerate().all(|(ahead, c)| self.peek(ahead) == Some(c));
            if matches && sign != "=" && sign != "|" {
                self.at += sign.len();
                return Ok(Token::Sign(sign));
            }
        }
        // Compat: a sign that begins another one is told of together with what follows it.
        let length = if matches!(c, '=' | '&' | '|') { 2 } else { 1 };
        let start = self.at;
        self.at = (self.at + length).min(self.chars.len());
        let shown: String = self.chars[start..self.at].iter().collect();
        Err(self.issue(start, format!("Syntax error: token recognition error at: '{shown}'")))
    }

    fn issue(&self, at: usize, message: String) -> Issue {
        Issue { at, message }
    }

    fn word(&mut self) -> Token {
        let start = self.at;
        while self.peek(0).is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') {
            self.at += 1;
        }
        let word: String = self.chars[start..self.at].iter().collect();
        match word.as_str() {
            "true" => Token::Literal(Literal::Bool(true)),
            "false" => Token::Literal(Literal::Bool(false)),
            "null" => Token::Literal(Literal::Null),
            "in" => Token::Sign("in"),
            _ => Token::Ident(word),
        }
    }

    fn number(&mut self) -> Result<Literal, Issue> {
        let start = self.at;
        if self.peek(0) == Some('0') && matches!(self.peek(1), Some('x' | 'X')) {
            self.at += 2;
            self.digits(|c| c.is_ascii_hexdigit());
            let digits: String = self.chars[start + 2..self.at].iter().collect();
            return self.whole(start, &digits, 16);
        }
        self.digits(|c| c.is_ascii_digit());
        let mut is_double = false;
        if self.peek(0) == Some('.') && self.peek(1).is_some_and(|c| c.is_ascii_digit()) {
            is_double = true;
            self.at += 1;
            self.digits(|c| c.is_ascii_digit());
        }
        let signed = usize::from(matches!(self.peek(1), Some('+' | '-')));
        if matches!(self.peek(0), Some('e' | 'E')) && self.peek(1 + signed).is_some_and(|c| c.is_ascii_digit()) {
            is_double = true;
            self.at += 1 + signed;
            self.digits(|c| c.is_ascii_digit());
        }
        let text: String = self.chars[start..self.at].iter().collect();
        if is_double {
            let parsed = text.parse::<f64>();
            return parsed.map(Literal::Double).map_err(|_| self.issue(start, "invalid double literal".to_owned()));
        }
        self.whole(start, &text, 10)
    }

    fn digits(&mut self, fits: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&fits) {
            self.at += 1;
        }
    }

    /// An integer that is not negated; that of the least integer is mended by the parser.
    fn whole(&mut self, start: usize, digits: &str, radix: u32) -> Result<Literal, Issue> {
        let parsed = u64::from_str_radix(digits, radix);
        if matches!(self.peek(0), Some('u' | 'U')) {
            self.at += 1;
            return parsed.map(Literal::Uint).map_err(|_| self.issue(start, "invalid uint literal".to_owned()));
        }
        let is_negated = start > 0 && self.chars[..start].iter().rev().find(|c| !c.is_whitespace()) == Some(&'-');
        match parsed {
            Ok(value) if i64::try_from(value).is_ok() => Ok(Literal::Int(value.cast_signed())),
            Ok(value) if is_negated && value == i64::MIN.unsigned_abs() => Ok(Literal::Int(i64::MIN)),
            _ => Err(self.issue(start, "invalid int literal".to_owned())),
        }
    }

    /// How many letters before the quote, if this is a text or bytes.
    fn text_prefix(&self) -> Option<Prefix> {
        let mut prefix = Prefix { length: 0, is_raw: false, is_bytes: false };
        loop {
            match self.peek(prefix.length)? {
                '\'' | '"' => return Some(prefix),
                'r' | 'R' if !prefix.is_raw => prefix.is_raw = true,
                'b' | 'B' if !prefix.is_bytes => prefix.is_bytes = true,
                _ => return None,
            }
            prefix.length += 1;
        }
    }

    fn text(&mut self, prefix: Prefix) -> Result<Literal, Issue> {
        let start = self.at;
        self.at += prefix.length;
        let quote = self.chars[self.at];
        let is_long = self.peek(1) == Some(quote) && self.peek(2) == Some(quote);
        let width = if is_long { 3 } else { 1 };
        self.at += width;
        let mut content = Content::default();
        loop {
            let unterminated = |lexer: &mut Lexer| {
                let shown: String = lexer.chars[start..].iter().collect();
                lexer.at = lexer.chars.len();
                lexer.issue(start, format!("Syntax error: token recognition error at: '{shown}'"))
            };
            let Some(c) = self.peek(0) else { return Err(unterminated(self)) };
            if c == quote && (!is_long || (self.peek(1) == Some(quote) && self.peek(2) == Some(quote))) {
                self.at += width;
                return Ok(content.literal(prefix.is_bytes));
            }
            if (c == '\n' || c == '\r') && !is_long {
                return Err(unterminated(self));
            }
            if c == '\\' && !prefix.is_raw {
                self.at += 1;
                self.escape(&mut content, prefix.is_bytes)?;
            } else {
                content.push(c);
                self.at += 1;
            }
        }
    }

    fn escape(&mut self, content: &mut Content, is_bytes: bool) -> Result<(), Issue> {
        let at = self.at;
        let invalid = |lexer: &Lexer| lexer.issue(at - 1, "invalid escape sequence".to_owned());
        let Some(c) = self.peek(0) else { return Err(invalid(self)) };
        self.at += 1;
        let simple = match c {
            'a' => Some('\u{7}'),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\u{b}'),
            '\\' | '\'' | '"' | '`' | '?' => Some(c),
            _ => None,
        };
        if let Some(simple) = simple {
            content.push(simple);
            return Ok(());
        }
        let (length, radix, from) = match c {
            'x' | 'X' => (2, 16, self.at),
            'u' if !is_bytes => (4, 16, self.at),
            'U' if !is_bytes => (8, 16, self.at),
            '0'..='3' => (3, 8, self.at - 1),
            _ => return Err(invalid(self)),
        };
        let digits: String = self.chars.iter().skip(from).take(length).collect();
        let code = u32::from_str_radix(&digits, radix).ok().filter(|_| digits.len() == length);
        let Some(code) = code else { return Err(invalid(self)) };
        self.at = from + length;
        if is_bytes {
            content.bytes.push(u8::try_from(code).map_err(|_| invalid(self))?);
        } else {
            content.push(char::from_u32(code).ok_or_else(|| invalid(self))?);
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
struct Prefix {
    length: usize,
    is_raw: bool,
    is_bytes: bool,
}

#[derive(Default)]
struct Content {
    bytes: Vec<u8>,
}

impl Content {
    fn push(&mut self, c: char) {
        self.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn literal(self, is_bytes: bool) -> Literal {
        if is_bytes {
            return Literal::Bytes(self.bytes.into());
        }
        Literal::Text(String::from_utf8_lossy(&self.bytes).into())
    }
}
