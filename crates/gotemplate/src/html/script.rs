//! JavaScript, as far as needed to know what a value in it is part of.

use super::context::{Context, Slash, State};
use super::markup::first_runes;
use super::problem::{ErrorCode, Problem};
use super::scan::{find_any, find_js_line_end};
use super::slash;
use crate::quote::quote;

pub(super) fn code(mut context: Context, text: &[u8]) -> (Context, usize) {
    let Some(at) = find_any(text, 0, b"\"`'/{}<-#") else {
        context.slash = slash::behind(text, context.slash);
        return (context, text.len());
    };
    context.slash = slash::behind(&text[..at], context.slash);
    let rest = &text[at..];
    let mut enter = |state, len: usize| {
        context.state = state;
        len
    };
    let read = match rest {
        [b'/', b'/', ..] | [b'#', b'!', ..] => enter(State::JsLineComment, 2),
        [b'/', b'*', ..] => enter(State::JsBlockComment, 2),
        [b'<', b'!', b'-', b'-', ..] => enter(State::JsHtmlOpenComment, 4),
        [b'-', b'-', b'>', ..] => enter(State::JsHtmlCloseComment, 3),
        [b'/', ..] => return plain_slash(context, text, at),
        [b'{', ..] => {
            context.braces.count(1);
            context.slash = slash::behind(&rest[..1], context.slash);
            1
        }
        [b'}', ..] => closing_brace(&mut context),
        [b'"', ..] => literal(&mut context, State::JsDoubleQuoted),
        [b'\'', ..] => literal(&mut context, State::JsSingleQuoted),
        [b'`', ..] => literal(&mut context, State::JsTemplate),
        _ => 1,
    };
    (context, at + read)
}

fn literal(context: &mut Context, state: State) -> usize {
    context.state = state;
    context.slash = Slash::Regexp;
    1
}

/// A slash that begins no comment.
fn plain_slash(mut context: Context, text: &[u8], at: usize) -> (Context, usize) {
    match context.slash {
        Slash::Regexp => context.state = State::JsRegexp,
        Slash::Division => context.slash = Slash::Regexp,
        Slash::Unknown => {
            let found = quote(first_runes(&text[at..]));
            let description = format!("'/' could start a division or regexp: {found}");
            return (Context::failed(Problem::new(ErrorCode::SlashAmbig, None, description)), text.len());
        }
    }
    (context, at + 1)
}

/// `}`: of a block, or the end of an expression in a template literal.
fn closing_brace(context: &mut Context) -> usize {
    if context.braces.count(-1).is_some_and(|left| left < 0) {
        context.braces.end();
        context.state = State::JsTemplate;
    } else {
        context.slash = slash::behind(b"}", context.slash);
    }
    1
}

/// `%q` of what has an escape sequence without an end.
fn unfinished(text: &[u8], of: &str) -> (Context, usize) {
    let description = format!("unfinished escape sequence in {of} string: {}", quote(text));
    (Context::failed(Problem::new(ErrorCode::PartialEscape, None, description)), text.len())
}

pub(super) fn unfinished_in_css(text: &[u8]) -> (Context, usize) {
    unfinished(text, "CSS")
}

pub(super) fn template_literal(mut context: Context, text: &[u8]) -> (Context, usize) {
    let mut from = 0;
    while let Some(at) = find_any(text, from, b"`\\$") {
        from = at + 1;
        match text[at] {
            b'\\' => {
                from += 1;
                if at + 1 == text.len() {
                    return unfinished(text, "JS");
                }
            }
            b'$' if text.get(at + 1) == Some(&b'{') => {
                context.braces.begin();
                context.state = State::Js;
                return (context, at + 2);
            }
            b'`' => {
                context.state = State::Js;
                return (context, at + 1);
            }
            _ => {}
        }
    }
    (context, text.len())
}

/// A string or a regular expression.
pub(super) fn delimited(mut context: Context, text: &[u8]) -> (Context, usize) {
    let special: &[u8] = match context.state {
        State::JsSingleQuoted => b"\\'",
        State::JsRegexp => b"\\/[]",
        _ => b"\\\"",
    };
    let (mut from, mut in_class) = (0, false);
    while let Some(at) = find_any(text, from, special) {
        from = at + 1;
        match text[at] {
            b'\\' => {
                from += 1;
                if at + 1 == text.len() {
                    return unfinished(text, "JS");
                }
            }
            b'[' => in_class = true,
            b']' => in_class = false,
            // The slash of an end tag, which will be taken apart, ends nothing.
            b'/' if is_script_end(text, at) => from += 1,
            _ if in_class => {}
            _ => {
                context.state = State::Js;
                context.slash = Slash::Division;
                return (context, at + 1);
            }
        }
    }
    if in_class {
        let description = format!("unfinished JS regexp charset: {}", quote(text));
        return (Context::failed(Problem::new(ErrorCode::PartialCharset, None, description)), text.len());
    }
    (context, text.len())
}

/// Whether the slash at `at` is that of `</script`.
fn is_script_end(text: &[u8], at: usize) -> bool {
    let around = at.checked_sub(1).and_then(|before| text.get(before..at + 7));
    around.is_some_and(|around| around.eq_ignore_ascii_case(b"</script"))
}

pub(super) fn line_comment(mut context: Context, text: &[u8]) -> (Context, usize) {
    match find_js_line_end(text) {
        Some(at) => {
            context.state = State::Js;
            (context, at)
        }
        None => (context, text.len()),
    }
}
