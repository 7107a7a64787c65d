//! The text of a fragment of HTML, without its tags.

use super::context::{Context, Delim, Element, State};
use super::scan::find_any;
use super::transition::step_as;

/// What ends an attribute's value.
pub(super) fn ends_of(delim: Delim) -> &'static [u8] {
    match delim {
        Delim::None => b"",
        Delim::DoubleQuote => b"\"",
        Delim::SingleQuote => b"'",
        Delim::SpaceOrTagEnd => b" \t\n\x0c\r>",
    }
}

/// The text of `html` alone.
pub(super) fn stripped(html: &[u8]) -> Vec<u8> {
    let (mut out, mut context, mut at, mut only_text) = (Vec::new(), Context::default(), 0, true);
    while at < html.len() {
        if context.delim != Delim::None {
            let Some(end) = find_any(html, at, ends_of(context.delim)) else {
                break;
            };
            at = end + usize::from(context.delim != Delim::SpaceOrTagEnd);
            context = Context { element: context.element, ..Context::of(State::Tag) };
            continue;
        }
        // What a script or a style sheet holds is of no interest but for its end.
        let special = context.element != Element::None && !context.state.is_in_tag();
        let state = if special { State::RcData } else { context.state };
        let (next, read) = step_as(state, context.clone(), &html[at..]);
        if matches!(context.state, State::Text | State::RcData) {
            let text = &html[at..at + read];
            let tag = (next.state != context.state).then(|| text.iter().rposition(|byte| *byte == b'<')).flatten();
            out.extend_from_slice(&text[..tag.unwrap_or(read)]);
        } else {
            only_text = false;
        }
        (context, at) = (next, at + read);
    }
    if only_text {
        return html.to_vec();
    }
    if matches!(context.state, State::Text | State::RcData) {
        out.extend_from_slice(&html[at..]);
    }
    out
}
