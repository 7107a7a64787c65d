//! Tokens to expressions: pipelines, commands, operands.

use crate::error::ParseError;
use crate::lex::{Kind, Token};
use crate::number::{parse_char, parse_complex, parse_number};
use crate::program::Span;
use crate::quote::quote;
use crate::strings::Strings;
use crate::syntax::{Arena, Form, Id, Parts};
use crate::tables::Tables;
use crate::tokens::Tokens;
use crate::value::Value;

/// The deepest nesting of parentheses. Go allows 10,000; each level costs stack here, and nobody writes them.
const DEPTH_MAX: u32 = 200;

/// Reads expressions.
pub(crate) struct Reader<'t> {
    pub(crate) tokens: Tokens<'t>,
    pub(crate) arena: Arena<'t>,
    tables: Tables<'t>,
    strings: Strings<'t>,
    /// The variables that may be used here, as Go's parser sees it.
    pub(crate) variables: Vec<&'t [u8]>,
    depth: u32,
    /// Where the token ends that ended the last pipeline.
    end: usize,
}

type Read<T> = Result<T, ParseError>;

impl<'t> Reader<'t> {
    pub(crate) fn new(tokens: Tokens<'t>, tables: Tables<'t>) -> Self {
        let (arena, strings) = Default::default();
        Reader { tokens, arena, tables, strings, variables: vec![b"$"], depth: 0, end: 0 }
    }

    /// A pipeline up to and including the token `end`.
    pub(crate) fn pipeline(&mut self, context: &str, end: Kind) -> Read<Id> {
        let start = self.tokens.peek_non_space().start;
        let form = Form::Pipeline { variables: 0, count: 0, assigns: false };
        let pipeline = self.arena.add(form, start, Span::new(start, start));
        self.declarations(pipeline, context)?;
        let mut commands = Parts::of(pipeline);
        loop {
            let token = self.tokens.next_non_space();
            match token.kind {
                kind if kind == end => {
                    self.end = token.end;
                    break;
                }
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.tokens.back_up();
                    let command = self.command()?;
                    commands.push(&mut self.arena, command);
                }
                _ => return Err(self.tokens.unexpected(token, context)),
            }
        }
        self.check_pipeline(pipeline, context)?;
        Ok(pipeline)
    }

    /// `$x :=`, `$x =`, and in a range `$k, $v :=`.
    fn declarations(&mut self, pipeline: Id, context: &str) -> Read<()> {
        let mut names = Vec::new();
        loop {
            let variable = self.tokens.peek_non_space();
            if variable.kind != Kind::Variable {
                break;
            }
            self.tokens.next();
            let after = self.tokens.peek();
            let next = self.tokens.peek_non_space();
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    self.tokens.next_non_space();
                    self.declare(&mut names, variable);
                    self.set_declared(pipeline, &names, next.kind == Kind::Assign);
                    return Ok(());
                }
                Kind::Char if self.tokens.value(next) == b"," => {
                    self.tokens.next_non_space();
                    self.declare(&mut names, variable);
                    self.set_declared(pipeline, &names, false);
                    if context != "range" || names.len() >= 2 {
                        return Err(self.tokens.error(format!("too many declarations in {context}")));
                    }
                    let following = self.tokens.peek_non_space().kind;
                    if !matches!(following, Kind::Variable | Kind::RightDelim | Kind::RightParen) {
                        return Err(self.tokens.error("range can only initialize variables"));
                    }
                }
                _ if after.kind == Kind::Space => {
                    self.tokens.back_up_with_two(variable, after);
                    break;
                }
                _ => {
                    self.tokens.back_up_with(variable);
                    break;
                }
            }
        }
        Ok(())
    }

    fn declare(&mut self, names: &mut Vec<Span>, variable: Token) {
        names.push(Span::new(variable.start, variable.end));
        self.variables.push(self.tokens.value(variable));
    }

    fn set_declared(&mut self, pipeline: Id, names: &[Span], assigns: bool) {
        let variables = self.arena.names.len() as u32;
        self.arena.names.extend_from_slice(names);
        let count = names.len() as u8;
        self.arena.get_mut(pipeline).form = Form::Pipeline { variables, count, assigns };
    }

    fn check_pipeline(&self, pipeline: Id, context: &str) -> Read<()> {
        if self.arena.get(pipeline).child.is_none() {
            return Err(self.tokens.error(format!("missing value for {context}")));
        }
        for (at, command) in self.arena.children(pipeline).enumerate().skip(1) {
            let first = self.arena.get(command).child.map(|first| self.arena.get(first).form);
            if matches!(first, Some(Form::Bool(_) | Form::Dot | Form::Nil | Form::Number(_) | Form::String(_))) {
                return Err(self.tokens.error(format!("non executable command in pipeline stage {}", at + 1)));
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Read<Id> {
        let start = self.tokens.peek_non_space().start;
        let command = self.arena.add(Form::Command, start, Span::new(start, start));
        let mut parts = Parts::of(command);
        loop {
            if let Some(operand) = self.operand()? {
                parts.push(&mut self.arena, operand);
            }
            let token = self.tokens.next();
            match token.kind {
                Kind::Space => {}
                Kind::RightDelim | Kind::RightParen => {
                    self.tokens.back_up();
                    break;
                }
                Kind::Pipe => break,
                _ => return Err(self.tokens.unexpected(token, "operand")),
            }
        }
        if self.arena.get(command).child.is_none() {
            return Err(self.tokens.error("empty command"));
        }
        Ok(command)
    }

    /// A term and the fields that follow it without a space; nothing when no term stands here.
    fn operand(&mut self) -> Read<Option<Id>> {
        let Some(term) = self.term()? else {
            return Ok(None);
        };
        let Some(first_field) = self.tokens.next_field() else {
            return Ok(Some(term));
        };
        let before = self.arena.names.len() as u32;
        let mut end = first_field.end;
        self.arena.name(Span::new(first_field.start + 1, first_field.end));
        while let Some(field) = self.tokens.next_field() {
            self.arena.name(Span::new(field.start + 1, field.end));
            end = field.end;
        }
        let more = (self.arena.names.len() as u32 - before) as u16;
        let whole = *self.arena.get(term);
        let span = Span::new(whole.outer.start as usize, end);
        let form = match whole.form {
            // The names of the term itself are the ones just before.
            Form::Fields { first, count } => Form::Fields { first, count: count + more },
            Form::Variable { first, count } => Form::Variable { first, count: count + more },
            Form::Bool(_) | Form::String(_) | Form::Number(_) | Form::Nil | Form::Dot => {
                let text = quote(whole.span.of(self.tokens.text));
                return Err(self.tokens.error(format!("unexpected . after term {text}")));
            }
            _ => {
                let chain = self.arena.add(Form::Chain { first: before, count: more }, first_field.start, span);
                self.arena.get_mut(chain).child = Some(term);
                return Ok(Some(chain));
            }
        };
        let expression = self.arena.get_mut(term);
        (expression.form, expression.pos) = (form, first_field.start as u32);
        (expression.span, expression.outer) = (span, span);
        Ok(Some(term))
    }

    fn term(&mut self) -> Read<Option<Id>> {
        let token = self.tokens.next_non_space();
        let span = Span::new(token.start, token.end);
        let form = match token.kind {
            Kind::Identifier => {
                let name = self.tokens.value(token);
                let Some(found) = self.tables.find(name) else {
                    let name = String::from_utf8_lossy(name);
                    return Err(self.tokens.error(format!("function {} not defined", quote(name.as_bytes()))));
                };
                self.arena.functions.push(found);
                Form::Function(self.arena.functions.len() as u32 - 1)
            }
            Kind::Dot => Form::Dot,
            Kind::Nil => Form::Nil,
            Kind::Variable => self.variable(token)?,
            Kind::Field => Form::Fields { first: self.arena.name(Span::new(token.start + 1, token.end)), count: 1 },
            Kind::Bool => Form::Bool(self.tokens.value(token) == b"true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => self.number(token)?,
            Kind::LeftParen => return self.parenthesised(token.start).map(Some),
            Kind::String | Kind::RawString => self.string(token)?,
            _ => {
                self.tokens.back_up();
                return Ok(None);
            }
        };
        Ok(Some(self.arena.add(form, token.start, span)))
    }

    fn variable(&mut self, token: Token) -> Read<Form> {
        let name = self.tokens.value(token);
        if !self.variables.contains(&name) {
            return Err(self.tokens.error(format!("undefined variable {}", quote(name))));
        }
        Ok(Form::Variable { first: self.arena.name(Span::new(token.start, token.end)), count: 1 })
    }

    fn number(&mut self, token: Token) -> Read<Form> {
        let value = self.tokens.value(token);
        let text = String::from_utf8_lossy(value);
        let number = match token.kind {
            Kind::CharConstant => parse_char(value),
            Kind::Complex => parse_complex(&text),
            _ => parse_number(&text),
        };
        self.arena.numbers.push(number.map_err(|message| self.tokens.error(message))?);
        Ok(Form::Number(self.arena.numbers.len() as u32 - 1))
    }

    fn string(&mut self, token: Token) -> Read<Form> {
        let Some(text) = self.strings.unquoted(self.tokens.value(token)) else {
            return Err(self.tokens.error("invalid syntax"));
        };
        self.arena.strings.push(Value::Str(text));
        Ok(Form::String(self.arena.strings.len() as u32 - 1))
    }

    fn parenthesised(&mut self, start: usize) -> Read<Id> {
        if self.depth >= DEPTH_MAX {
            return Err(self.tokens.error("max expression depth exceeded"));
        }
        self.depth += 1;
        let pipeline = self.pipeline("parenthesized pipeline", Kind::RightParen)?;
        self.depth -= 1;
        self.arena.get_mut(pipeline).outer = Span::new(start, self.end);
        Ok(pipeline)
    }
}
