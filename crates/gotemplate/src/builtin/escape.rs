//! `html`, `js` and `urlquery`: text made safe to stand within HTML, JavaScript strings and URLs.

use crate::runes::{is_print, runes};

/// Go's `template.HTMLEscape`.
#[must_use]
pub fn html_escape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            0 => out.extend("\u{fffd}".bytes()),
            b'"' => out.extend(b"&#34;"),
            b'\'' => out.extend(b"&#39;"),
            b'&' => out.extend(b"&amp;"),
            b'<' => out.extend(b"&lt;"),
            b'>' => out.extend(b"&gt;"),
            _ => out.push(byte),
        }
    }
    out
}

/// Go's `template.JSEscape`.
#[must_use]
pub fn js_escape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (at, found) in runes(text) {
        match found {
            Some('\\') => out.extend(b"\\\\"),
            Some('\'') => out.extend(b"\\'"),
            Some('"') => out.extend(b"\\\""),
            Some(special @ ('<' | '>' | '&' | '=' | '\0'..' ')) => {
                out.extend(format!("\\u{:04X}", u32::from(special)).bytes());
            }
            Some(found) if found.is_ascii() || is_print(found) => out.extend(found.encode_utf8(&mut [0; 4]).bytes()),
            Some(found) => out.extend(format!("\\u{:04X}", u32::from(found)).bytes()),
            // Compat: Go takes a wrong byte for U+FFFD, which is printable, and copies the byte.
            None => out.push(text[at]),
        }
    }
    out
}

/// Go's `url.QueryEscape`.
#[must_use]
pub fn query_escape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte),
            b' ' => out.push(b'+'),
            _ => out.extend(format!("%{byte:02X}").bytes()),
        }
    }
    out
}
