//! Text, tags, attributes and comments of HTML.

use super::attribute::{self, Sort};
use super::context::{Attribute, Context, Delim, Element, State};
use super::problem::{ErrorCode, Problem};
use super::scan::{behind_space, find, is_space, lower};
use crate::quote::quote;
use crate::runes::runes;

pub(super) fn text(context: Context, text: &[u8]) -> (Context, usize) {
    let mut from = 0;
    loop {
        let Some(open) = text[from..].iter().position(|byte| *byte == b'<').map(|at| from + at) else {
            return (context, text.len());
        };
        if open + 1 == text.len() {
            return (context, text.len());
        }
        if text[open..].starts_with(b"<!--") {
            return (Context::of(State::HtmlComment), open + 4);
        }
        let closing = text[open + 1] == b'/';
        let name = open + 1 + usize::from(closing);
        if name == text.len() {
            return (context, text.len());
        }
        let end = tag_name_end(text, name);
        if end > name {
            let element = if closing { Element::None } else { element(&text[name..end]) };
            return (Context { element, ..Context::of(State::Tag) }, end);
        }
        from = name;
    }
}

/// The end of the tag's name that begins at `from`; `from` when none does. `x-y` and `x:y` are names, `x-` is not.
fn tag_name_end(text: &[u8], from: usize) -> usize {
    if !text[from].is_ascii_alphabetic() {
        return from;
    }
    let mut at = from + 1;
    while let Some(byte) = text.get(at) {
        let joins = matches!(byte, b':' | b'-') && text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
        match byte {
            _ if joins => at += 2,
            byte if byte.is_ascii_alphanumeric() => at += 1,
            _ => break,
        }
    }
    at
}

fn element(name: &[u8]) -> Element {
    match name.to_ascii_lowercase().as_slice() {
        b"script" => Element::Script,
        b"style" => Element::Style,
        b"textarea" => Element::Textarea,
        b"title" => Element::Title,
        b"meta" => Element::Meta,
        _ => Element::None,
    }
}

/// What stands between an element's tags.
fn content(element: Element) -> Context {
    match element {
        Element::None => Context::default(),
        Element::Script => Context { element, ..Context::of(State::Js) },
        Element::Style => Context { element, ..Context::of(State::Css) },
        Element::Textarea | Element::Title => Context { element, ..Context::of(State::RcData) },
        // It has no end tag: behind it is what was before.
        Element::Meta => Context::default(),
    }
}

pub(super) fn tag(context: Context, text: &[u8]) -> (Context, usize) {
    let start = behind_space(text, 0);
    if start == text.len() {
        return (context, start);
    }
    if text[start] == b'>' {
        return (content(context.element), start + 1);
    }
    let end = match attribute_name_end(text, start) {
        Ok(end) => end,
        Err(failed) => return failed,
    };
    if end == start {
        let found = quote(&text[start..]);
        return bad_html(format!("expected space, attr name, or end of tag, but got {found}"), text);
    }
    let name = lower(&text[start..end]);
    let attribute = match (context.element, name.as_str()) {
        (Element::Script, "type") => Attribute::ScriptType,
        (Element::Meta, "content") => Attribute::MetaContent,
        _ => match attribute::sort(&name) {
            Sort::Url => Attribute::Url,
            Sort::Css => Attribute::Style,
            Sort::Js => Attribute::Script,
            Sort::Srcset => Attribute::Srcset,
            Sort::Plain | Sort::Html | Sort::Unsafe => Attribute::None,
        },
    };
    let state = if end == text.len() { State::AttrName } else { State::AfterName };
    (Context { element: context.element, attribute, ..Context::of(state) }, end)
}

fn bad_html(description: String, text: &[u8]) -> (Context, usize) {
    (Context::failed(Problem::new(ErrorCode::BadHtml, None, description)), text.len())
}

/// The end of the attribute's name that begins at `from`.
fn attribute_name_end(text: &[u8], from: usize) -> Result<usize, (Context, usize)> {
    for (at, &byte) in text.iter().enumerate().skip(from) {
        match byte {
            b'=' | b'>' => return Ok(at),
            byte if is_space(byte) => return Ok(at),
            b'\'' | b'"' | b'<' => {
                let (found, start) = (quote(&[byte]), quote(first_runes(text)));
                return Err(bad_html(format!("{found} in attribute name: {start}"), text));
            }
            _ => {}
        }
    }
    Ok(text.len())
}

/// As much of a text as messages show.
pub(super) fn first_runes(text: &[u8]) -> &[u8] {
    const SHOWN: usize = 32;
    let end = runes(text).nth(SHOWN).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

pub(super) fn attribute_name(mut context: Context, text: &[u8]) -> (Context, usize) {
    match attribute_name_end(text, 0) {
        Ok(end) => {
            if end != text.len() {
                context.state = State::AfterName;
            }
            (context, end)
        }
        Err(failed) => failed,
    }
}

pub(super) fn after_name(mut context: Context, text: &[u8]) -> (Context, usize) {
    let at = behind_space(text, 0);
    match text.get(at) {
        None => (context, at),
        Some(b'=') => {
            context.state = State::BeforeValue;
            (context, at + 1)
        }
        // The attribute has no value.
        Some(_) => {
            context.state = State::Tag;
            (context, at)
        }
    }
}

pub(super) fn before_value(mut context: Context, text: &[u8]) -> (Context, usize) {
    let at = behind_space(text, 0);
    let (delim, start) = match text.get(at) {
        None => return (context, at),
        Some(b'\'') => (Delim::SingleQuote, at + 1),
        Some(b'"') => (Delim::DoubleQuote, at + 1),
        Some(_) => (Delim::SpaceOrTagEnd, at),
    };
    context.state = context.attribute.value_state();
    context.delim = delim;
    (context, start)
}

pub(super) fn comment(context: Context, text: &[u8]) -> (Context, usize) {
    match find(text, b"-->") {
        Some(at) => (Context::default(), at + 3),
        None => (context, text.len()),
    }
}

/// The content of a special element: nothing in it matters but its end.
pub(super) fn special_end(context: Context, text: &[u8]) -> (Context, usize) {
    match end_marker(&context).and_then(|marker| end_tag(text, marker)) {
        Some(at) => (Context::default(), at),
        None => (context, text.len()),
    }
}

/// The name by whose end tag the special element ends that this is in; nothing when no end tag is looked for.
pub(super) fn end_marker(context: &Context) -> Option<&'static [u8]> {
    Some(match context.element {
        Element::None => return None,
        // The end tag within a literal is taken apart, and one within a comment is left out.
        Element::Script if context.state.is_script_literal() || context.state.is_comment() => return None,
        Element::Script => b"script",
        Element::Style => b"style",
        Element::Textarea => b"textarea",
        Element::Title => b"title",
        Element::Meta => b"",
    })
}

/// Where the end tag of that name begins.
pub(super) fn end_tag(text: &[u8], name: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = find(&text[from..], b"</").map(|at| from + at) {
        let behind = &text[at + 2..];
        let named = behind.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        let end = behind.get(name.len());
        if named && end.is_some_and(|end| matches!(end, b'>' | b' ' | b'\t' | b'\n' | b'\x0c' | b'/')) {
            return Some(at);
        }
        from = at + 2;
    }
    None
}
