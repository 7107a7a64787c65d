//! Character references of HTML: `&lt;`, `&#60;`, `&#x3c;`.
//!
//! `entities.txt` holds the named ones of the HTML standard: the name, with its semicolon where it needs one, and its
//! one or two characters in hexadecimal.

use std::collections::BTreeMap;
use std::sync::LazyLock;

static NAMED: LazyLock<BTreeMap<&str, Vec<char>>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let mut parts = line.split(' ');
        let name = parts.next()?;
        Some((name, parts.filter_map(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?)).collect()))
    };
    include_str!("entities.txt").lines().filter_map(line).collect()
});

/// The longest name that needs no semicolon.
const BARE_MAX: usize = 6;

/// What 0x80 to 0x9f mean in Windows-1252, for which numbers of characters are often taken.
const WINDOWS: [u16; 32] = [
    0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d,
    0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d,
    0x17e, 0x178,
];

/// `text` with its character references resolved.
pub(super) fn resolved(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| *byte == b'&') {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let read = match rest.get(1) {
            Some(b'#') => number(rest, &mut out),
            _ => name(rest, &mut out),
        };
        rest = &rest[read..];
    }
    out.extend_from_slice(rest);
    out
}

fn push(out: &mut Vec<u8>, found: char) {
    out.extend(found.encode_utf8(&mut [0; 4]).bytes());
}

/// `&#…;` at the beginning of `text`. Gives how many bytes were read.
///
/// Compat: numbers wrap around as Go's do, and a single digit without a semicolon is none.
fn number(text: &[u8], out: &mut Vec<u8>) -> usize {
    const SHORTEST: usize = 4;
    let hexadecimal = matches!(text.get(2), Some(b'x' | b'X'));
    let (first, radix) = if hexadecimal { (3, 16) } else { (2, 10) };
    let digits = text.get(first..).unwrap_or_default();
    let count = digits.iter().take_while(|byte| char::from(**byte).is_digit(radix)).count();
    let behind = first + count;
    let end = behind + usize::from(text.get(behind) == Some(&b';'));
    if text.len() < SHORTEST || end < SHORTEST {
        out.push(b'&');
        return 1;
    }
    let value = digits[..count].iter().fold(0i32, |sum, digit| {
        let digit = char::from(*digit).to_digit(radix).unwrap_or(0);
        sum.wrapping_mul(radix as i32).wrapping_add(digit as i32)
    });
    let code = match value {
        0x80..=0x9f => u32::from(WINDOWS[value as usize - 0x80]),
        0 => u32::from(char::REPLACEMENT_CHARACTER),
        _ => value as u32,
    };
    push(out, char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    end
}

/// `&name;` at the beginning of `text`. Gives how many bytes were read.
fn name(text: &[u8], out: &mut Vec<u8>) -> usize {
    let letters = text[1..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let end = 1 + letters + usize::from(text.get(1 + letters) == Some(&b';'));
    let name = std::str::from_utf8(&text[1..end]).unwrap_or_default();
    let shorter = (2..=BARE_MAX.min(name.len().saturating_sub(1))).rev().map(|len| &name[..len]);
    for name in std::iter::once(name).chain(shorter) {
        if let Some(found) = NAMED.get(name) {
            found.iter().for_each(|found| push(out, *found));
            return 1 + name.len();
        }
    }
    out.extend_from_slice(&text[..end]);
    end
}

#[cfg(test)]
mod tests {
    use super::{NAMED, resolved};

    #[test]
    fn references_are_resolved_as_go_resolves_them() {
        let cases = [
            ("a", "a"),
            ("&", "&"),
            ("&;", "&;"),
            ("&lt;&LT&ltx", "<<<x"),
            ("&notit;", "¬it;"),
            ("&NotEqualTilde;", "\u{2242}\u{338}"),
            ("&#60;&#x3c;&#X3C ", "<<< "),
            ("&#6 x", "&#6 x"),
            ("&#6", "&#6"),
            ("&#6;", "\u{6}"),
            ("&#x;", "\u{fffd}"),
            ("&#x80;&#128;&#0;", "€€\u{fffd}"),
            ("&#xd800;&#x110000;&#4294967356;", "\u{fffd}\u{fffd}<"),
            ("&amp;lt;", "&lt;"),
        ];
        for (text, expected) in cases {
            assert_eq!(String::from_utf8(resolved(text.as_bytes())).expect("text is UTF-8"), expected, "{text}");
        }
    }

    #[test]
    fn the_table_is_whole() {
        assert_eq!(NAMED.len(), 2231);
        assert!(NAMED.values().all(|found| matches!(found.len(), 1 | 2)));
    }
}
