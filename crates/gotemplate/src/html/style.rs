//! CSS, as far as needed to know what a value in it is part of. Every string is taken for a URL: what is no URL loses
//! nothing by it.

use super::address;
use super::context::{Context, State};
use super::css_text::{decoded, ends_with_url};
use super::scan::{behind_space, find_any, without_space_behind};
use super::script::unfinished_in_css;

pub(super) fn code(mut context: Context, text: &[u8]) -> (Context, usize) {
    let mut from = 0;
    while let Some(at) = find_any(text, from, b"(\"'/") {
        from = at + 1;
        let (state, read) = match &text[at..] {
            [b'(', ..] if ends_with_url(without_space_behind(&text[..at])) => {
                let start = behind_space(text, at + 1);
                match text.get(start) {
                    Some(b'"') => (State::CssDoubleQuotedUrl, start + 1),
                    Some(b'\'') => (State::CssSingleQuotedUrl, start + 1),
                    _ => (State::CssUrl, start),
                }
            }
            [b'/', b'/', ..] => (State::CssLineComment, at + 2),
            [b'/', b'*', ..] => (State::CssBlockComment, at + 2),
            [b'"', ..] => (State::CssDoubleQuoted, at + 1),
            [b'\'', ..] => (State::CssSingleQuoted, at + 1),
            _ => continue,
        };
        context.state = state;
        return (context, read);
    }
    (context, text.len())
}

/// A string or a URL.
pub(super) fn delimited(mut context: Context, text: &[u8]) -> (Context, usize) {
    let special: &[u8] = match context.state {
        State::CssDoubleQuoted | State::CssDoubleQuotedUrl => b"\\\"",
        State::CssSingleQuoted | State::CssSingleQuotedUrl => b"\\'",
        _ => b"\\\t\n\x0c\r )",
    };
    let (mut from, mut escape) = (0, 0);
    while let Some(at) = find_any(text, from, special) {
        if text[at] != b'\\' {
            context.state = State::Css;
            return (context, at + 1);
        }
        if at + 1 == text.len() {
            return unfinished_in_css(text);
        }
        // From the escape before, which may have gone on behind its first digit.
        address::read(&mut context, &decoded(&text[escape..at + 2]));
        (from, escape) = (at + 2, at);
    }
    address::read(&mut context, &decoded(&text[from..]));
    (context, text.len())
}

/// No standard has them, but readers of CSS do.
pub(super) fn line_comment(mut context: Context, text: &[u8]) -> (Context, usize) {
    match find_any(text, 0, b"\n\x0c\r") {
        Some(at) => {
            context.state = State::Css;
            (context, at)
        }
        None => (context, text.len()),
    }
}
