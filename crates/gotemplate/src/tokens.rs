//! Tokens one after another, with the three of them that can be put back, and the errors that are told in their terms.

use crate::error::ParseError;
use crate::lex::{Kind, Lexer, LoopKeywords, Token, shown};
use crate::program::Span;
use budget::Exceeded;

/// The tokens of one text.
pub(crate) struct Tokens<'t> {
    pub(crate) text: &'t [u8],
    /// What error messages call the text.
    pub(crate) name: &'t str,
    lexer: Lexer<'t>,
    /// What was read last, and what was put back in front of it.
    buffer: [Token; 3],
    waiting: usize,
    /// Where the action began; nothing outside of actions.
    pub(crate) action: Option<Token>,
}

impl<'t> Tokens<'t> {
    pub(crate) fn new(name: &'t str, text: &'t [u8], keywords: LoopKeywords) -> Self {
        let none = Token { kind: Kind::Eof, start: 0, end: 0 };
        let lexer = Lexer::new(text, keywords);
        Tokens { text, name, lexer, buffer: [none; 3], waiting: 0, action: None }
    }

    pub(crate) fn value(&self, token: Token) -> &'t [u8] {
        &self.text[token.start..token.end]
    }

    pub(crate) fn next(&mut self) -> Token {
        match self.waiting.checked_sub(1) {
            Some(waiting) => self.waiting = waiting,
            None => self.buffer[0] = self.lexer.next(),
        }
        self.buffer[self.waiting]
    }

    /// Puts the token read last back.
    pub(crate) fn back_up(&mut self) {
        self.waiting += 1;
    }

    /// Puts `before` back in front of the one token that is already back.
    pub(crate) fn back_up_with(&mut self, before: Token) {
        self.buffer[1] = before;
        self.waiting = 2;
    }

    /// Puts two tokens back in front of the one that is already back.
    pub(crate) fn back_up_with_two(&mut self, first: Token, second: Token) {
        self.buffer[1] = second;
        self.buffer[2] = first;
        self.waiting = 3;
    }

    pub(crate) fn peek(&mut self) -> Token {
        if self.waiting == 0 {
            self.buffer[0] = self.lexer.next();
            self.waiting = 1;
        }
        self.buffer[self.waiting - 1]
    }

    /// Behind a left delimiter that was put back: whether the action can be a `define`.
    pub(crate) fn may_define(&self) -> bool {
        self.waiting != 1 || self.lexer.may_define()
    }

    /// The field that follows what was read last without a space, if one does.
    pub(crate) fn next_field(&mut self) -> Option<Token> {
        if self.waiting == 0
            && let Some(field) = self.lexer.plain_field()
        {
            self.buffer[0] = field;
            return Some(field);
        }
        (self.peek().kind == Kind::Field).then(|| self.next())
    }

    /// Behind a left delimiter that was put back: reads the whole action if it is a literal that stands for itself, and
    /// gives what it writes.
    pub(crate) fn literal_action(&mut self) -> Option<Span> {
        if self.waiting != 1 {
            return None;
        }
        let (written, end) = self.lexer.literal_action()?;
        (self.buffer[0], self.waiting) = (end, 0);
        Some(Span::new(written.start, written.end))
    }

    pub(crate) fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    pub(crate) fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.back_up();
        token
    }

    pub(crate) fn expect(&mut self, kinds: &[Kind], context: &str) -> Result<Token, ParseError> {
        let token = self.next_non_space();
        if kinds.contains(&token.kind) { Ok(token) } else { Err(self.unexpected(token, context)) }
    }

    pub(crate) fn line(&self, token: Token) -> u32 {
        1 + self.text[..token.start].iter().filter(|byte| **byte == b'\n').count() as u32
    }

    /// An error at the token that was read from the text last.
    pub(crate) fn error(&self, message: impl std::fmt::Display) -> ParseError {
        let line = self.line(self.buffer[0]);
        ParseError::Syntax { message: format!("template: {}:{line}: {message}", self.name), line }
    }

    pub(crate) fn limit(&self, exceeded: Exceeded) -> ParseError {
        ParseError::Limit { name: self.name.to_owned(), exceeded }
    }

    /// A token stands where it must not.
    pub(crate) fn unexpected(&self, token: Token, context: &str) -> ParseError {
        let text = shown(token, self.text, &self.lexer.error);
        if token.kind != Kind::Error {
            return self.error(format!("unexpected {text} in {context}"));
        }
        let action_line = self.action.map(|action| self.line(action));
        let Some(action_line) = action_line.filter(|line| *line != self.line(token)) else {
            return self.error(text);
        };
        let about = if text.ends_with(" action") { "" } else { " in action" };
        self.error(format!("{text}{about} started at {}:{action_line}", self.name))
    }
}
