//! Go's view of text: bytes decoded rune by rune (one U+FFFD for each byte that is not UTF-8), Go's simple case mapping
//! (one rune to one rune) and Go's categories, which are Unicode's general categories and not its derived properties.

use regex::Regex;
use std::sync::LazyLock;

/// What Go decodes a byte to that is not UTF-8.
pub const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// One rune and the bytes it was decoded from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rune {
    /// The rune; U+FFFD for a byte that is not UTF-8.
    pub value: char,
    /// Where it starts.
    pub at: usize,
    /// How many bytes it takes: 1 for a byte that is not UTF-8.
    pub width: usize,
}

/// The runes of `bytes`, as Go's `for range` over a string gives them.
pub fn runes(bytes: &[u8]) -> impl Iterator<Item = Rune> + '_ {
    let mut at = 0;
    bytes
        .utf8_chunks()
        .flat_map(|chunk| {
            let valid = chunk.valid().chars().map(|value| (value, value.len_utf8()));
            valid.chain(chunk.invalid().iter().map(|_| (REPLACEMENT, 1)))
        })
        .map(move |(value, width)| {
            let rune = Rune { value, at, width };
            at += width;
            rune
        })
}

/// `bytes` with each byte that is not UTF-8 replaced: Go's conversion of a string to runes and back.
pub fn to_utf8(bytes: &[u8]) -> String {
    runes(bytes).map(|rune| rune.value).collect()
}

/// Each rune mapped by `map`, as Go's `strings.Map`.
pub fn map_runes(bytes: &[u8], map: impl FnMut(char) -> char) -> String {
    let mut map = map;
    runes(bytes).map(|rune| map(rune.value)).collect()
}

/// `unicode.ToUpper`.
pub fn to_upper(c: char) -> char {
    let mut full = c.to_uppercase();
    match (full.next(), full.next()) {
        (Some(upper), None) => upper,
        _ => simple_upper(c),
    }
}

/// The simple upper case of runes whose full upper case is several runes: small Greek letters with iota have one, the
/// others (ß, ŉ, ﬁ, capital letters with iota) stay as they are.
fn simple_upper(c: char) -> char {
    let code = c as u32;
    let offset = match code {
        0x1f80..=0x1faf if code & 8 == 0 => 8,
        0x1fb3 | 0x1fc3 | 0x1ff3 => 9,
        _ => 0,
    };
    char::from_u32(code + offset).unwrap_or(c)
}

/// `unicode.ToLower`.
pub fn to_lower(c: char) -> char {
    let mut full = c.to_lowercase();
    match (full.next(), full.next()) {
        (Some(lower), None) => lower,
        // İ, the only letter whose full lower case is two runes.
        _ => 'i',
    }
}

/// `unicode.ToTitle`.
pub fn to_title(c: char) -> char {
    match c {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        // Georgian has capitals but writes no word with one.
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => c,
        _ => to_upper(c),
    }
}

/// `unicode.IsSpace`.
pub fn is_space(c: char) -> bool {
    c.is_whitespace()
}

/// `unicode.IsUpper`: category Lu.
pub fn is_upper(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_uppercase() } else { UPPER.has(c) }
}

/// `unicode.IsLower`: category Ll.
pub fn is_lower(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_lowercase() } else { LOWER.has(c) }
}

/// `unicode.IsTitle`: category Lt.
pub fn is_title(c: char) -> bool {
    !c.is_ascii() && TITLE.has(c)
}

/// `unicode.IsLetter`: category L.
pub fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { LETTER.has(c) }
}

/// `unicode.IsDigit`: category Nd.
pub fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { DIGIT.has(c) }
}

/// `unicode.IsNumber`: category N.
pub fn is_number(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { NUMBER.has(c) }
}

/// `unicode.IsPunct`: category P, which of ASCII leaves out `$+<=>^`|~`.
pub fn is_punct(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_punctuation() && !"$+<=>^`|~".contains(c) } else { PUNCT.has(c) }
}

/// A general category, by way of the tables that the regex engine carries anyway.
struct Category(LazyLock<Regex>);

impl Category {
    const fn new(build: fn() -> Regex) -> Self {
        Category(LazyLock::new(build))
    }

    fn has(&self, c: char) -> bool {
        self.0.is_match(c.encode_utf8(&mut [0; 4]))
    }
}

fn category(pattern: &str) -> Regex {
    Regex::new(pattern).expect("invariant: the patterns below are constants and compile, see the test")
}

static UPPER: Category = Category::new(|| category(r"^\p{Lu}$"));
static LOWER: Category = Category::new(|| category(r"^\p{Ll}$"));
static TITLE: Category = Category::new(|| category(r"^\p{Lt}$"));
static LETTER: Category = Category::new(|| category(r"^\p{L}$"));
static DIGIT: Category = Category::new(|| category(r"^\p{Nd}$"));
static NUMBER: Category = Category::new(|| category(r"^\p{N}$"));
static PUNCT: Category = Category::new(|| category(r"^\p{P}$"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_byte_is_one_rune() {
        let decoded: Vec<_> = runes(b"a\xe2\x82b\xff").map(|rune| (rune.value, rune.at, rune.width)).collect();
        assert_eq!(decoded, [('a', 0, 1), (REPLACEMENT, 1, 1), (REPLACEMENT, 2, 1), ('b', 3, 1), (REPLACEMENT, 4, 1)]);
    }

    #[test]
    fn case_mapping_is_rune_to_rune() {
        assert_eq!(['ß', 'ᾀ', 'ῳ', 'ﬁ', 'é'].map(to_upper), ['ß', 'ᾈ', 'ῼ', 'ﬁ', 'É']);
        assert_eq!(['İ', 'Σ'].map(to_lower), ['i', 'σ']);
        assert_eq!(['ǆ', 'ა', 'x'].map(to_title), ['ǅ', 'ა', 'X']);
    }

    #[test]
    fn categories_are_general_ones() {
        assert!(is_upper('É') && !is_upper('Ⅰ') && is_lower('ß') && !is_lower('ª') && is_title('ǅ'));
        assert!(is_punct('«') && is_punct('-') && !is_punct('+') && is_number('½') && !is_digit('½') && is_digit('٣'));
        assert!(is_letter('字') && is_space('\u{85}'));
    }
}
