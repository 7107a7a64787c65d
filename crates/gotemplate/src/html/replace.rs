//! Character by character: what stands in the place of those that mean something where a text is put.

use crate::runes::{decode, runes};
use std::borrow::Cow;

/// `text` with each character for which `instead` has something replaced by that. What is not UTF-8 is asked about as
/// U+FFFD, byte by byte.
pub(super) fn replaced(text: &[u8], instead: impl Fn(char) -> Option<Cow<'static, str>>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (at, found) in runes(text) {
        match instead(found.unwrap_or(char::REPLACEMENT_CHARACTER)) {
            Some(shown) => out.extend(shown.bytes()),
            None => out.extend_from_slice(&text[at..at + decode(&text[at..]).1]),
        }
    }
    out
}

/// Whether references that a text already has are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum References {
    Escaped,
    Kept,
}

/// For text and quoted attributes.
pub(super) fn html(text: &[u8], references: References) -> Vec<u8> {
    replaced(text, |found| {
        if found == '\0' {
            return Some(Cow::Borrowed("\u{fffd}"));
        }
        html_special(found, references)
    })
}

fn html_special(found: char, references: References) -> Option<Cow<'static, str>> {
    Some(Cow::Borrowed(match found {
        '"' => "&#34;",
        '&' if references == References::Escaped => "&amp;",
        '\'' => "&#39;",
        '+' => "&#43;",
        '<' => "&lt;",
        '>' => "&gt;",
        _ => return None,
    }))
}

/// For attributes without quotes.
pub(super) fn html_unquoted(text: &[u8], references: References) -> Vec<u8> {
    replaced(text, |found| match found {
        '\0' => Some(Cow::Borrowed("&#xfffd;")),
        '\t' | '\n' | '\x0b' | '\x0c' | '\r' | ' ' | '=' | '`' => Some(format!("&#{};", u32::from(found)).into()),
        '\u{fdd0}'..='\u{fdef}' | '\u{fff0}'..='\u{ffff}' => Some(format!("&#x{:x};", u32::from(found)).into()),
        _ => html_special(found, references),
    })
}

/// What is escaped in JavaScript besides what always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// A string; backslashes are escaped.
    String,
    /// A string that may hold escapes already.
    EscapedString,
    Template,
    Regexp,
}

pub(super) fn js(text: &[u8], within: Within) -> Vec<u8> {
    replaced(text, |found| {
        let plain = match found {
            '\t' => "\\t",
            '\n' => "\\n",
            '\x0c' => "\\f",
            '\r' => "\\r",
            '\0'..' ' | '"' | '&' | '\'' | '+' | '<' | '>' | '\u{2028}' | '\u{2029}' => return Some(js_coded(found)),
            '`' if within != Within::Regexp => return Some(js_coded(found)),
            '$' | '{' | '}' if within == Within::Template => return Some(js_coded(found)),
            '$' | '(' | ')' | '*' | '-' | '.' | '?' | '[' | ']' | '^' | '{' | '|' | '}' if within == Within::Regexp => {
                return Some(format!("\\{found}").into());
            }
            '/' => "\\/",
            '\\' if within != Within::EscapedString => "\\\\",
            _ => return None,
        };
        Some(Cow::Borrowed(plain))
    })
}

fn js_coded(found: char) -> Cow<'static, str> {
    format!("\\u{:04x}", u32::from(found)).into()
}

/// For strings of CSS.
pub(super) fn css(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'\\' => out.extend(b"\\\\"),
            0 | b'\t' | b'\n' | b'\x0c' | b'\r' | b'"' | b'&' | b'\'' | b'(' | b')' | b'+' | b'/' | b':' | b';'
            | b'<' | b'>' | b'{' | b'}' => {
                out.extend(format!("\\{byte:x}").bytes());
                // What follows must not be read as a part of the number.
                let follows = text.get(at + 1).copied().unwrap_or(b' ');
                if follows.is_ascii_hexdigit() || super::scan::is_space(follows) {
                    out.push(b' ');
                }
            }
            _ => out.push(byte),
        }
    }
    out
}
