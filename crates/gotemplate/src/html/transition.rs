//! From a place in a document, over some text, to the place behind it: one step of what a reader of HTML does.
//!
//! A step takes where it is and what follows, and gives where that leads and how many bytes of it were read. The states
//! are divided among `markup`, `script`, `style` and `address`.

use super::context::{Context, State};
use super::{address, markup, script, style};

/// Takes one step.
pub(super) fn step(context: Context, text: &[u8]) -> (Context, usize) {
    let state = context.state;
    step_as(state, context, text)
}

/// Takes one step as if the state was `state`.
pub(super) fn step_as(state: State, context: Context, text: &[u8]) -> (Context, usize) {
    match state {
        State::Text => markup::text(context, text),
        State::Tag => markup::tag(context, text),
        State::AttrName => markup::attribute_name(context, text),
        State::AfterName => markup::after_name(context, text),
        State::BeforeValue => markup::before_value(context, text),
        State::HtmlComment => markup::comment(context, text),
        State::RcData => markup::special_end(context, text),
        State::Attr | State::Failed | State::Dead => (context, text.len()),
        State::Url | State::Srcset => address::url(context, text),
        State::MetaContent => address::meta_content(context, text),
        State::MetaContentUrl => address::meta_url(context, text),
        State::Js => script::code(context, text),
        State::JsDoubleQuoted | State::JsSingleQuoted | State::JsRegexp => script::delimited(context, text),
        State::JsTemplate => script::template_literal(context, text),
        State::JsLineComment | State::JsHtmlOpenComment | State::JsHtmlCloseComment => {
            script::line_comment(context, text)
        }
        State::JsBlockComment => block_comment(context, State::Js, text),
        State::Css => style::code(context, text),
        State::CssLineComment => style::line_comment(context, text),
        State::CssBlockComment => block_comment(context, State::Css, text),
        State::CssDoubleQuoted
        | State::CssSingleQuoted
        | State::CssDoubleQuotedUrl
        | State::CssSingleQuotedUrl
        | State::CssUrl => style::delimited(context, text),
    }
}

fn block_comment(mut context: Context, behind: State, text: &[u8]) -> (Context, usize) {
    match super::scan::find(text, b"*/") {
        Some(at) => {
            context.state = behind;
            (context, at + 2)
        }
        None => (context, text.len()),
    }
}
