//! Bytes read rune by rune, as Go reads its strings: a byte that is not part of valid UTF-8 stands for itself.

use crate::unicode::{DIGITS, LETTERS, PRINTABLE};

/// The character at the beginning of `bytes` and its length; no character and length 1 at a byte that is not UTF-8.
/// Length 0 at the end.
pub(crate) fn decode(bytes: &[u8]) -> (Option<char>, usize) {
    let Some(&first) = bytes.first() else {
        return (None, 0);
    };
    if first.is_ascii() {
        return (Some(char::from(first)), 1);
    }
    let head = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    valid.chars().next().map_or((None, 1), |found| (Some(found), found.len_utf8()))
}

/// All runes with their offsets.
pub(crate) fn runes(bytes: &[u8]) -> impl Iterator<Item = (usize, Option<char>)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (found, len) = decode(&bytes[at..]);
        let start = at;
        at += len;
        (len > 0).then_some((start, found))
    })
}

/// How many runes there are: Go's `utf8.RuneCount`.
pub(crate) fn count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() { bytes.len() } else { runes(bytes).count() }
}

fn within(table: &[(u32, u32)], found: char) -> bool {
    let code = u32::from(found);
    let at = table.partition_point(|(_, last)| *last < code);
    table.get(at).is_some_and(|(first, _)| *first <= code)
}

/// Go's `unicode.IsLetter`.
pub(crate) fn is_letter(found: char) -> bool {
    found.is_ascii_alphabetic() || !found.is_ascii() && within(LETTERS, found)
}

/// Go's `unicode.IsDigit`.
pub(crate) fn is_digit(found: char) -> bool {
    found.is_ascii_digit() || !found.is_ascii() && within(DIGITS, found)
}

/// Go's `strconv.IsPrint`.
pub(crate) fn is_print(found: char) -> bool {
    matches!(found, ' '..='~') || !found.is_ascii() && within(PRINTABLE, found)
}
