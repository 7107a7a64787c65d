//! Whether a slash in JavaScript divides or begins a regular expression: told by the token before it.

use super::context::Slash;
use crate::runes::decode;

/// What a slash behind `text` is, where a slash before it would have been `before`. `text` holds no strings, comments or
/// regular expressions.
pub(super) fn behind(text: &[u8], before: Slash) -> Slash {
    let text = without_space_behind(text);
    let Some(&last) = text.last() else {
        return before;
    };
    let regexp = match last {
        // `a++ /` divides, `a + /` does not: of a run of signs, pairs are one operator.
        b'+' | b'-' => text.iter().rev().take_while(|byte| **byte == last).count() % 2 == 1,
        // `42. /` divides.
        b'.' => !text.len().checked_sub(2).is_some_and(|at| text[at].is_ascii_digit()),
        b',' | b'<' | b'>' | b'=' | b'*' | b'%' | b'&' | b'|' | b'^' | b'?' | b'!' | b'~' => true,
        // Behind `}` an operator is possible, but behind a block a statement is far more usual.
        b'(' | b'[' | b':' | b';' | b'{' | b'}' => true,
        _ => ends_with_keyword(text),
    };
    if regexp { Slash::Regexp } else { Slash::Division }
}

/// Keywords behind which an expression begins.
fn ends_with_keyword(text: &[u8]) -> bool {
    let start = text.iter().rposition(|byte| !is_name_part(char::from(*byte))).map_or(0, |at| at + 1);
    matches!(
        &text[start..],
        b"break"
            | b"case"
            | b"continue"
            | b"delete"
            | b"do"
            | b"else"
            | b"finally"
            | b"in"
            | b"instanceof"
            | b"return"
            | b"throw"
            | b"try"
            | b"typeof"
            | b"void"
    )
}

/// Whether a character can be part of a keyword or a number.
pub(super) fn is_name_part(found: char) -> bool {
    found == '$' || found == '_' || found.is_ascii_alphanumeric()
}

fn without_space_behind(mut text: &[u8]) -> &[u8] {
    loop {
        let start = text.len().saturating_sub(4);
        let last = (start..text.len()).find_map(|at| match decode(&text[at..]) {
            (Some(found), len) if at + len == text.len() => Some((at, found)),
            _ => None,
        });
        match last {
            Some((at, found)) if is_js_space(found) => text = &text[..at],
            _ => return text,
        }
    }
}

fn is_js_space(found: char) -> bool {
    matches!(
        found,
        '\x09'..='\x0d' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}'
            | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}
