//! URLs: which are safe, and how they are written.

use super::content::SafeIn;
use super::scan::{folded, is_space};

/// What stands in the place of what is not safe. A word that nothing else uses, so that it is found.
pub(super) const UNSAFE: &str = "ZgotmplZ";

/// How much of a URL is escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    /// Only what no URL may have in it.
    Yes,
    /// Everything that means something in a URL: it is a part of one.
    No,
}

/// Whether it has no scheme, or one that does nothing that cannot be undone.
pub(super) fn is_safe(url: &[u8]) -> bool {
    let Some(colon) = url.iter().position(|byte| *byte == b':') else {
        return true;
    };
    let scheme = &url[..colon];
    if scheme.contains(&b'/') {
        return true;
    }
    let scheme: Option<String> = std::str::from_utf8(scheme).ok().map(|scheme| scheme.chars().map(folded).collect());
    matches!(scheme.as_deref(), Some("http" | "https" | "mailto"))
}

/// A URL that is safe, or what stands in its place.
pub(super) fn filtered(url: &[u8], safe_in: Option<SafeIn>) -> Vec<u8> {
    if safe_in == Some(SafeIn::Url) || is_safe(url) { url.to_vec() } else { format!("#{UNSAFE}").into_bytes() }
}

pub(super) fn escaped(url: &[u8], whole: Whole) -> Vec<u8> {
    let mut out = Vec::with_capacity(url.len() + 16);
    for (at, &byte) in url.iter().enumerate() {
        let kept = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => true,
            b'!' | b'#' | b'$' | b'&' | b'*' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'?' | b'@' | b'[' | b']' => {
                whole == Whole::Yes
            }
            b'%' => whole == Whole::Yes && is_escape(&url[at..]),
            _ => false,
        };
        if kept {
            out.push(byte);
        } else {
            out.extend(format!("%{byte:02x}").bytes());
        }
    }
    out
}

fn is_escape(text: &[u8]) -> bool {
    matches!(text, [_, first, second, ..] if first.is_ascii_hexdigit() && second.is_ascii_hexdigit())
}

/// The value of a `srcset`: URLs with commas between them, each with its conditions behind a space.
pub(super) fn srcset(text: &[u8], safe_in: Option<SafeIn>) -> Vec<u8> {
    match safe_in {
        Some(SafeIn::Srcset) => text.to_vec(),
        Some(SafeIn::Url) => {
            let url = escaped(text, Whole::Yes);
            url.iter()
                .flat_map(|byte| if *byte == b',' { b"%2c" } else { std::slice::from_ref(byte) })
                .copied()
                .collect()
        }
        _ => text.split(|byte| *byte == b',').map(source).collect::<Vec<_>>().join(&b','),
    }
}

/// One URL and its conditions.
fn source(text: &[u8]) -> Vec<u8> {
    let start = super::scan::behind_space(text, 0);
    let end = text[start..].iter().position(|byte| is_space(*byte)).map_or(text.len(), |at| start + at);
    let url = &text[start..end];
    let plain = text[end..].iter().all(|byte| is_space(*byte) || byte.is_ascii_alphanumeric());
    if !plain || !is_safe(url) {
        return format!("#{UNSAFE}").into_bytes();
    }
    [&text[..start], &escaped(url, Whole::Yes), &text[end..]].concat()
}
