//! Over a whole text of a template: where it leads, and what is written of it. Comments are left out, a `<` that begins
//! no tag is escaped, and what would end a script within one of its literals is taken apart.

use super::context::{Context, Delim, Element, State};
use super::entity;
use super::js_value::without_script_tags;
use super::markup::{end_marker, end_tag};
use super::problem::{ErrorCode, Problem};
use super::scan::{find_any, find_js_line_end};
use super::script_type::is_script;
use super::tags::ends_of;
use super::transition::step;
use crate::quote::quote;

/// Where `text` leads from `context`, and what is written in its place when that is something else.
pub(super) fn read(context: Context, text: &[u8]) -> (Context, Option<Vec<u8>>) {
    let mut reading = Reading { text, out: Vec::new(), written: 0, end_tag: None };
    let (mut context, mut at) = (context, 0);
    while at < text.len() {
        let (next, read) = reading.next(context.clone(), at);
        let stuck = read == 0 && next.state == context.state;
        let end = if stuck { text.len() } else { at + read };
        reading.edit(&context, &next, at..end);
        (context, at) = (next, end);
    }
    let edited = reading.written > 0 && !context.is_failed();
    if edited && (!context.state.is_comment() || context.delim != Delim::None) {
        reading.out.extend_from_slice(&text[reading.written..]);
    }
    (context, edited.then_some(reading.out))
}

struct Reading<'t> {
    text: &'t [u8],
    out: Vec<u8>,
    /// How much of the text is dealt with.
    written: usize,
    /// The end tag looked for last, from where on, and where it stands.
    end_tag: Option<(Element, usize, Option<usize>)>,
}

impl Reading<'_> {
    /// The next place in the document, and how many bytes lead there.
    fn next(&mut self, context: Context, at: usize) -> (Context, usize) {
        if context.delim != Delim::None {
            return in_value(context, &self.text[at..]);
        }
        match self.end_tag(&context, at) {
            Some(end) if end == at => (Context::default(), 0),
            end => step(context, &self.text[at..end.unwrap_or(self.text.len())]),
        }
    }

    /// Where the special element ends that this is in. Looked for once, however many steps there are before it.
    fn end_tag(&mut self, context: &Context, at: usize) -> Option<usize> {
        let marker = end_marker(context)?;
        match self.end_tag {
            Some((element, from, None)) if element == context.element && from <= at => None,
            Some((element, from, Some(end))) if element == context.element && from <= at && at <= end => Some(end),
            _ => {
                let end = end_tag(&self.text[at..], marker).map(|end| at + end);
                self.end_tag = Some((context.element, at, end));
                end
            }
        }
    }

    /// Writes what the text between the two places becomes.
    fn edit(&mut self, before: &Context, behind: &Context, range: std::ops::Range<usize>) {
        let (start, end) = (range.start, range.end);
        if matches!(before.state, State::Text | State::RcData) {
            self.escape_loose(before.state != behind.state, range);
        } else if before.state.is_comment() && before.delim == Delim::None {
            match before.state {
                // Compat: a script's comment counts as a line's end when it holds one.
                State::JsBlockComment if find_js_line_end(&self.text[self.written..end]).is_some() => {
                    self.out.push(b'\n');
                }
                State::JsBlockComment | State::CssBlockComment => self.out.push(b' '),
                _ => {}
            }
            self.written = end;
        }
        if before.state != behind.state && behind.state.is_comment() && behind.delim == Delim::None {
            let opening = match behind.state {
                State::HtmlComment | State::JsHtmlOpenComment => 4,
                State::JsHtmlCloseComment => 3,
                _ => 2,
            };
            self.out.extend_from_slice(&self.text[self.written..end - opening]);
            self.written = end;
        }
        if before.state.is_script_literal()
            && let Some(apart) = without_script_tags(&self.text[start..end])
        {
            self.out.extend_from_slice(&self.text[self.written..start]);
            self.out.extend(apart);
            self.written = end;
        }
    }

    /// Escapes each `<` that begins no tag: all but the last when something else begins behind the text.
    fn escape_loose(&mut self, changes: bool, range: std::ops::Range<usize>) {
        const DOCTYPE: &[u8] = b"<!DOCTYPE";
        let text = &self.text[range.clone()];
        let tag = changes.then(|| text.iter().rposition(|byte| *byte == b'<')).flatten();
        let end = tag.map_or(range.end, |at| range.start + at);
        for at in range.start..end {
            let doctype = |text: &[u8]| text.get(..DOCTYPE.len()).is_some_and(|it| it.eq_ignore_ascii_case(DOCTYPE));
            if self.text[at] == b'<' && !doctype(&self.text[at..]) {
                self.out.extend_from_slice(&self.text[self.written..at]);
                self.out.extend_from_slice(b"&lt;");
                self.written = at + 1;
            }
        }
    }
}

/// Within an attribute's value.
fn in_value(context: Context, text: &[u8]) -> (Context, usize) {
    let end = find_any(text, 0, ends_of(context.delim));
    let value = &text[..end.unwrap_or(text.len())];
    if context.delim == Delim::SpaceOrTagEnd
        && let Some(wrong) = find_any(value, 0, b"\"'<=`")
    {
        let (found, value) = (quote(&value[wrong..=wrong]), quote(value));
        let problem = Problem::new(ErrorCode::BadHtml, None, format!("{found} in unquoted attr: {value}"));
        return (Context::failed(problem), text.len());
    }
    let Some(end) = end else {
        return (over_value(context, text), text.len());
    };
    let mut element = context.element;
    if context.state == State::Attr
        && element == Element::Script
        && context.attribute == super::context::Attribute::ScriptType
        && !is_script(value)
    {
        element = Element::None;
    }
    let quote = usize::from(context.delim != Delim::SpaceOrTagEnd);
    (Context { element, ..Context::of(State::Tag) }, end + quote)
}

/// Over a piece of a value that does not end in it, as it is when its references are resolved.
fn over_value(mut context: Context, text: &[u8]) -> Context {
    let value = entity::resolved(text);
    let mut at = 0;
    while at < value.len() {
        let state = context.state;
        let (next, read) = step(context, &value[at..]);
        if read == 0 && next.state == state {
            return next;
        }
        (context, at) = (next, at + read);
    }
    context
}
