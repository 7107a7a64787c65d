//! What stands in quotes, without the quotes and escapes. A leaf module.

use gotemplate::Text;

const WRONG: &str = "unable to unescape string";

/// What a quoted text holds.
pub(crate) fn unescape_text(quoted: &str) -> Result<Text, String> {
    unescape(quoted, Mode::Text)
}

/// What quoted bytes hold: `\xff` is one byte here, and there are no escapes of characters.
pub(crate) fn unescape_bytes(quoted: &str) -> Result<Text, String> {
    unescape(quoted, Mode::Bytes)
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Text,
    Bytes,
}

fn unescape(quoted: &str, mode: Mode) -> Result<Text, String> {
    let lines = quoted.replace("\r\n", "\n").replace('\r', "\n");
    let inner = lines.get(1..lines.len().saturating_sub(1)).ok_or(WRONG)?;
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(found) = rest.chars().next() {
        rest = &rest[found.len_utf8()..];
        if found == '\\' {
            rest = escape(rest, mode, &mut out)?;
        } else {
            push(&mut out, found);
        }
    }
    Ok(Text::from_bytes(out))
}

fn push(out: &mut Vec<u8>, found: char) {
    out.extend(found.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Appends what the escape at the beginning of `rest` stands for; gives what is behind it.
fn escape<'t>(rest: &'t str, mode: Mode, out: &mut Vec<u8>) -> Result<&'t str, String> {
    let Some(sort) = rest.chars().next() else {
        return Err("unable to unescape string, found '\\' as last character".to_owned());
    };
    let behind = &rest[sort.len_utf8()..];
    let plain = match sort {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' | '\'' | '"' | '`' | '?' => sort as u8,
        'x' | 'X' if mode == Mode::Bytes => {
            out.push(u8::try_from(hexadecimal(behind, 2)?).map_err(|_| WRONG)?);
            return Ok(&behind[2..]);
        }
        'x' | 'X' => return character(behind, 2, out),
        'u' if mode == Mode::Text && behind.starts_with('{') => return braced(behind, out),
        'u' if mode == Mode::Text => return character(behind, 4, out),
        'U' if mode == Mode::Text => return character(behind, 8, out),
        '0'..='3' => {
            let digits = rest.get(..3).filter(|digits| digits.bytes().all(|digit| matches!(digit, b'0'..=b'7')));
            let digits = digits.ok_or("unable to unescape octal sequence in string")?;
            out.push(u8::from_str_radix(digits, 8).map_err(|_| WRONG)?);
            return Ok(&rest[3..]);
        }
        _ => return Err(WRONG.to_owned()),
    };
    out.push(plain);
    Ok(behind)
}

fn hexadecimal(text: &str, digits: usize) -> Result<u32, String> {
    let digits = text.get(..digits).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    Ok(u32::from_str_radix(digits.ok_or(WRONG)?, 16).map_err(|_| WRONG)?)
}

fn character<'t>(text: &'t str, digits: usize, out: &mut Vec<u8>) -> Result<&'t str, String> {
    push_code(out, hexadecimal(text, digits)?)?;
    Ok(&text[digits..])
}

fn braced<'t>(text: &'t str, out: &mut Vec<u8>) -> Result<&'t str, String> {
    let (digits, behind) = text[1..].split_once('}').ok_or(WRONG)?;
    if !(1..=6).contains(&digits.len()) {
        return Err(WRONG.to_owned());
    }
    push_code(out, hexadecimal(digits, digits.len())?)?;
    Ok(behind)
}

/// Half a pair of surrogates becomes the replacement character, as in Go.
fn push_code(out: &mut Vec<u8>, code: u32) -> Result<(), String> {
    if code > u32::from(char::MAX) {
        return Err(WRONG.to_owned());
    }
    push(out, char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    Ok(())
}
