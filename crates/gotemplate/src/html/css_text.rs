//! Names and escapes of CSS.

use super::scan::is_space;
use crate::runes::decode;

/// Whether `text` ends with the name `url`, not with a longer one.
pub(super) fn ends_with_url(text: &[u8]) -> bool {
    let Some(start) = text.len().checked_sub(3) else {
        return false;
    };
    text[start..].eq_ignore_ascii_case(b"url") && !ends_with_name(&text[..start])
}

/// Whether the last character can be part of a name.
fn ends_with_name(text: &[u8]) -> bool {
    match text.last() {
        None => false,
        Some(byte) if byte.is_ascii() => is_ascii_name_part(*byte),
        // Every other character can, and the one that stands for what is not UTF-8 too.
        Some(_) => !text.ends_with("\u{fffe}".as_bytes()) && !text.ends_with("\u{ffff}".as_bytes()),
    }
}

pub(super) fn is_ascii_name_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// `text` with its escapes resolved.
pub(super) fn decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let plain = rest.iter().position(|byte| *byte == b'\\').unwrap_or(rest.len());
        out.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
        match rest.get(1) {
            None => break,
            Some(digit) if digit.is_ascii_hexdigit() => {
                let (found, read) = coded(&rest[1..]);
                out.extend(found.encode_utf8(&mut [0; 4]).bytes());
                rest = behind_one_space(&rest[1 + read..]);
            }
            Some(_) => {
                let (_, len) = decode(&rest[1..]);
                out.extend_from_slice(&rest[1..1 + len]);
                rest = &rest[1 + len..];
            }
        }
    }
    out
}

/// The character of up to six hexadecimal digits, and how many were read. A seventh place there is not: a number too
/// large loses its last digit.
fn coded(digits: &[u8]) -> (char, usize) {
    const DIGITS_MAX: usize = 6;
    let count = digits.iter().take(DIGITS_MAX).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let value = |count: usize| digits[..count].iter().fold(0, |sum, digit| sum * 16 + hex(*digit));
    let read = if value(count) > u32::from(char::MAX) { count - 1 } else { count };
    (char::from_u32(value(read)).unwrap_or(char::REPLACEMENT_CHARACTER), read)
}

fn hex(digit: u8) -> u32 {
    char::from(digit).to_digit(16).unwrap_or(0)
}

/// One space behind an escape belongs to it.
fn behind_one_space(text: &[u8]) -> &[u8] {
    match text {
        [b'\r', b'\n', rest @ ..] => rest,
        [space, rest @ ..] if is_space(*space) => rest,
        _ => text,
    }
}
