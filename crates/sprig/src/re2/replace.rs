//! Replacement texts: `$1`, `${name}`, `$$`.

use crate::runes::{is_digit, is_letter, runes};

/// A piece of a replacement text.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Stands for itself.
    Text(&'a [u8]),
    /// What the group of that number matched.
    Number(usize),
    /// What the first group of that name matched.
    Name(&'a [u8]),
}

/// Takes a replacement text apart.
pub(super) fn pieces(template: &[u8]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.iter().position(|byte| *byte == b'$') {
        pieces.push(Piece::Text(&rest[..at]));
        let behind = &rest[at + 1..];
        if behind.first() == Some(&b'$') {
            pieces.push(Piece::Text(b"$"));
            rest = &behind[1..];
        } else if let Some((name, length)) = name(behind) {
            pieces.push(number(name).map_or(Piece::Name(name), Piece::Number));
            rest = &behind[length..];
        } else {
            // Not a name: the dollar sign stands for itself.
            pieces.push(Piece::Text(b"$"));
            rest = behind;
        }
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// The name behind a dollar sign, and the length with its braces. As many letters, digits and underscores as there are.
fn name(text: &[u8]) -> Option<(&[u8], usize)> {
    let braced = text.strip_prefix(b"{");
    let start = braced.unwrap_or(text);
    let length: usize = runes(start)
        .take_while(|rune| is_letter(rune.value) || is_digit(rune.value) || rune.value == '_')
        .map(|rune| rune.width)
        .sum();
    match braced {
        _ if length == 0 => None,
        None => Some((&start[..length], length)),
        Some(inner) if inner.get(length) == Some(&b'}') => Some((&start[..length], length + 2)),
        Some(_) => None,
    }
}

/// The number a name is: digits without leading zeros, and not too many.
fn number(name: &[u8]) -> Option<usize> {
    let leading_zero = name.len() > 1 && name[0] == b'0';
    let digits = name.iter().all(u8::is_ascii_digit) && name.len() <= 9;
    if leading_zero || !digits { None } else { std::str::from_utf8(name).ok()?.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_long_as_they_can_be() {
        let name = Piece::Name(b"1W");
        assert_eq!(pieces(b"$1W"), [Piece::Text(b""), name, Piece::Text(b"")]);
        assert_eq!(pieces(b"${1}W"), [Piece::Text(b""), Piece::Number(1), Piece::Text(b"W")]);
        assert_eq!(pieces(b"a$"), [Piece::Text(b"a"), Piece::Text(b"$"), Piece::Text(b"")]);
    }
}
