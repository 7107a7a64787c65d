//! URLs, and the `content` of a `meta` that may hold one.

use super::context::{Context, State, UrlPart};
use super::scan::{behind_space, find_any};

pub(super) fn url(mut context: Context, text: &[u8]) -> (Context, usize) {
    read(&mut context, text);
    (context, text.len())
}

/// Goes on in a URL.
pub(super) fn read(context: &mut Context, text: &[u8]) {
    if find_any(text, 0, b"#?").is_some() {
        context.url = UrlPart::QueryOrFragment;
    } else if context.url == UrlPart::None && behind_space(text, 0) != text.len() {
        context.url = UrlPart::PreQuery;
    }
}

pub(super) fn meta_content(mut context: Context, text: &[u8]) -> (Context, usize) {
    for at in 0..text.len().saturating_sub(3) {
        if text[at..at + 3].eq_ignore_ascii_case(b"url") {
            let sign = behind_space(text, at + 3);
            if text.get(sign) == Some(&b'=') {
                context.state = State::MetaContentUrl;
                return (context, sign + 1);
            }
        }
    }
    (context, text.len())
}

pub(super) fn meta_url(mut context: Context, text: &[u8]) -> (Context, usize) {
    match find_any(text, 0, b";") {
        Some(at) => {
            context.state = State::MetaContent;
            (context, at + 1)
        }
        None => (context, text.len()),
    }
}
