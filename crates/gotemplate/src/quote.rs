//! Go's quoted strings and characters, written and read: `strconv.Quote` and `strconv.Unquote`.

use crate::runes::{decode, is_print, runes};

/// Which characters may stand in a quoted text as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plainly {
    /// All printable ones: `%q`.
    Printable,
    /// Printable ASCII: `%+q`.
    Ascii,
}

/// `bytes` as a double-quoted Go string: `strconv.Quote`.
#[must_use]
pub fn quote(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len() + 2);
    append_quoted(&mut out, bytes, Plainly::Printable);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends `bytes` as a double-quoted Go string.
pub(crate) fn append_quoted(out: &mut Vec<u8>, bytes: &[u8], plainly: Plainly) {
    out.push(b'"');
    if bytes.iter().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')) {
        out.extend_from_slice(bytes);
        return out.push(b'"');
    }
    for (at, found) in runes(bytes) {
        match found {
            Some(found) => append_rune(out, found, '"', plainly),
            None => append_hex(out, b"\\x", u32::from(bytes[at]), 2),
        }
    }
    out.push(b'"');
}

/// Appends a character as a single-quoted Go character.
pub(crate) fn append_quoted_rune(out: &mut Vec<u8>, found: char, plainly: Plainly) {
    out.push(b'\'');
    append_rune(out, found, '\'', plainly);
    out.push(b'\'');
}

fn append_rune(out: &mut Vec<u8>, found: char, delimiter: char, plainly: Plainly) {
    if found == delimiter || found == '\\' {
        out.extend([b'\\', found as u8]);
        return;
    }
    if found.is_ascii() && is_print(found) || plainly == Plainly::Printable && is_print(found) {
        out.extend(found.encode_utf8(&mut [0; 4]).bytes());
        return;
    }
    match found {
        '\x07' => out.extend(b"\\a"),
        '\x08' => out.extend(b"\\b"),
        '\x0c' => out.extend(b"\\f"),
        '\n' => out.extend(b"\\n"),
        '\r' => out.extend(b"\\r"),
        '\t' => out.extend(b"\\t"),
        '\x0b' => out.extend(b"\\v"),
        '\0'..' ' | '\x7f' => append_hex(out, b"\\x", u32::from(found), 2),
        '\u{10000}'.. => append_hex(out, b"\\U", u32::from(found), 8),
        _ => append_hex(out, b"\\u", u32::from(found), 4),
    }
}

fn append_hex(out: &mut Vec<u8>, prefix: &[u8], code: u32, digits: usize) {
    out.extend(prefix);
    out.extend(format!("{code:0digits$x}").bytes());
}

/// Whether a text can stand between backquotes: `strconv.CanBackquote`.
pub(crate) fn can_backquote(bytes: &[u8]) -> bool {
    runes(bytes).all(|(_, found)| match found {
        Some(found) => found == '\t' || !matches!(found, '\0'..' ' | '`' | '\x7f' | '\u{feff}'),
        None => false,
    })
}

/// The bytes that a quoted string of a template's text stands for; `None` when it is malformed. `quoted` includes its
/// quotes, single, double or back ones: `strconv.Unquote`.
pub(crate) fn unquote(quoted: &[u8]) -> Option<Vec<u8>> {
    let (&delimiter, rest) = quoted.split_first()?;
    let (&last, inner) = rest.split_last()?;
    if last != delimiter {
        return None;
    }
    let is_plain = |byte: &u8| !matches!(byte, b'\\' | b'"' | b'\n' | b'`' | b'\r');
    match delimiter {
        b'`' | b'"' if inner.iter().all(is_plain) && std::str::from_utf8(inner).is_ok() => Some(inner.to_vec()),
        b'`' => (!inner.contains(&b'`')).then(|| inner.iter().copied().filter(|byte| *byte != b'\r').collect()),
        b'"' => unescape(inner),
        _ => None,
    }
}

fn unescape(inner: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while !rest.is_empty() {
        if matches!(rest[0], b'"' | b'\n') {
            return None;
        }
        let (unit, len) = unquote_unit(rest, b'"')?;
        match unit {
            Unit::Byte(byte) => out.push(byte),
            Unit::Rune(found) => out.extend(found.encode_utf8(&mut [0; 4]).bytes()),
        }
        rest = &rest[len..];
    }
    Some(out)
}

/// The character of a constant like `'a'`; `Err` with Go's message otherwise.
pub(crate) fn unquote_char(text: &[u8]) -> Result<u32, String> {
    let invalid = || "invalid syntax".to_owned();
    let inner = text.get(1..).filter(|inner| !inner.is_empty()).ok_or_else(invalid)?;
    if inner[0] == b'\'' {
        return Err(invalid());
    }
    let (unit, len) = unquote_unit(inner, b'\'').ok_or_else(invalid)?;
    if inner[len..] != *b"'" {
        return Err(format!("malformed character constant: {}", String::from_utf8_lossy(text)));
    }
    Ok(match unit {
        Unit::Byte(byte) => u32::from(byte),
        Unit::Rune(found) => u32::from(found),
    })
}

/// One character or escape of a quoted text.
enum Unit {
    /// `\x41` and `\101` give bytes.
    Byte(u8),
    Rune(char),
}

fn unquote_unit(text: &[u8], delimiter: u8) -> Option<(Unit, usize)> {
    if text[0] != b'\\' {
        let (found, len) = decode(text);
        return Some((Unit::Rune(found.unwrap_or(char::REPLACEMENT_CHARACTER)), len));
    }
    let escape = *text.get(1)?;
    let simple = |byte: u8| Some((Unit::Byte(byte), 2));
    match escape {
        b'a' => simple(7),
        b'b' => simple(8),
        b'f' => simple(12),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(11),
        b'\\' => simple(b'\\'),
        b'\'' | b'"' => (escape == delimiter).then_some((Unit::Byte(escape), 2)),
        b'x' => Some((Unit::Byte(u8::try_from(digits(text.get(2..4)?, 16)?).ok()?), 4)),
        b'0'..=b'7' => Some((Unit::Byte(u8::try_from(digits(text.get(1..4)?, 8)?).ok()?), 4)),
        b'u' => Some((Unit::Rune(char::from_u32(digits(text.get(2..6)?, 16)?)?), 6)),
        b'U' => Some((Unit::Rune(char::from_u32(digits(text.get(2..10)?, 16)?)?), 10)),
        _ => None,
    }
}

fn digits(text: &[u8], radix: u32) -> Option<u32> {
    text.iter().try_fold(0u32, |sum, byte| {
        let digit = char::from(*byte).to_digit(radix)?;
        sum.checked_mul(radix)?.checked_add(digit)
    })
}
