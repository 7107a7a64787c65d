//! Looking for things in bytes.

/// Where `wanted` stands first.
pub(super) fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// Where one of `wanted` stands first, from `from` on.
pub(super) fn find_any(text: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let behind = text.get(from..)?;
    behind.iter().position(|byte| wanted.contains(byte)).map(|at| from + at)
}

/// Where one of the characters that end a line of JavaScript stands first: a newline, U+2028, U+2029.
pub(super) fn find_js_line_end(text: &[u8]) -> Option<usize> {
    (0..text.len()).find(|at| match text[*at] {
        b'\n' | b'\r' => true,
        0xe2 => matches!(text.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])),
        _ => false,
    })
}

/// White space of HTML and CSS.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0c' | b'\r')
}

/// The first byte from `from` on that is no white space.
pub(super) fn behind_space(text: &[u8], from: usize) -> usize {
    let behind = text.get(from..).unwrap_or_default();
    behind.iter().position(|byte| !is_space(*byte)).map_or(text.len(), |at| from + at)
}

/// `text` without white space at its end.
pub(super) fn without_space_behind(text: &[u8]) -> &[u8] {
    let len = text.iter().rposition(|byte| !is_space(*byte)).map_or(0, |at| at + 1);
    &text[..len]
}

/// Lower case, letter by letter: Go's `strings.ToLower`.
///
/// Compat: of all letters only `İ` has a lower case of two characters, of which Go takes the first.
pub(super) fn lower(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().filter_map(|found| found.to_lowercase().next()).collect()
}

/// A character as comparisons that ignore case see it: Go's folding, as far as ASCII letters are concerned.
///
/// Compat: the long `ſ` and the sign of Kelvin are an `s` and a `k`.
pub(super) fn folded(found: char) -> char {
    match found {
        'ſ' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    }
}

/// How many bytes at the beginning of `text` are `wanted`, which is in lower case, ignoring case.
pub(super) fn folded_prefix(text: &[u8], wanted: &str) -> Option<usize> {
    let mut at = 0;
    for expected in wanted.chars() {
        let (found, len) = crate::runes::decode(&text[at..]);
        if found.map(folded) != Some(expected) {
            return None;
        }
        at += len;
    }
    Some(at)
}
