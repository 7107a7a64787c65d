//! Where an error happened: Go's `NAME:LINE:COLUMN` and the piece of the template between angle brackets, printed anew in
//! one canonical form.

use crate::lex::{Kind, Lexer};
use crate::program::{Node, Shape, Source};
use crate::quote::{quote, unquote};

/// `NAME:LINE:COLUMN`, the column in bytes and from 0.
pub(crate) fn location(source: &Source, node: &Node) -> String {
    let before = &source.text[..(node.pos as usize).min(source.text.len())];
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
    format!("{}:{line}:{column}", source.name)
}

/// The piece of the template as Go prints it: single spaces, no comments.
pub(crate) fn shown(source: &Source, node: &Node) -> String {
    let text = node.span.of(&source.text);
    match node.shape {
        Shape::Expression => expression(text),
        Shape::Action => format!("{{{{{}}}}}", expression(text)),
        Shape::Call => template_call(text),
    }
}

/// `{{template "name" pipeline}}`.
fn template_call(text: &[u8]) -> String {
    let mut lexer = Lexer::inside(text);
    let name = lexer.next();
    let quoted = quote(&unquote(&text[name.start..name.end]).unwrap_or_default());
    let pipeline = expression(&text[name.end..]);
    let separator = if pipeline.is_empty() { "" } else { " " };
    format!("{{{{template {quoted}{separator}{pipeline}}}}}")
}

/// An expression in canonical form.
pub(crate) fn expression(text: &[u8]) -> String {
    let mut lexer = Lexer::inside(text);
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let mut spaced = false;
    let mut glued = true;
    loop {
        let token = lexer.next();
        let value = &text[token.start..token.end];
        let (before, after): (&[u8], &[u8]) = match token.kind {
            Kind::Eof | Kind::Error | Kind::RightDelim => return String::from_utf8_lossy(&out).into_owned(),
            Kind::Space => {
                spaced = true;
                continue;
            }
            Kind::Pipe | Kind::Declare | Kind::Assign => (b" ", b" "),
            Kind::Char => (b"", b" "),
            Kind::RightParen => (b"", b""),
            _ if spaced && !glued => (b" ", b""),
            _ => (b"", b""),
        };
        out.extend_from_slice(before);
        out.extend_from_slice(value);
        out.extend_from_slice(after);
        glued = token.kind == Kind::LeftParen || !after.is_empty();
        spaced = false;
    }
}
