//! Words and their case: `snakecase`, `kebabcase`, `camelcase`, `title`, `untitle`, `swapcase`, `initials`.
//!
//! Where words end follows the library that Sprig uses (xstrings), with its odd treatment of digits.

use crate::runes::{
    REPLACEMENT, is_digit, is_letter, is_lower, is_number, is_punct, is_space, is_title, is_upper, runes, to_lower,
    to_title, to_upper,
};

/// `camelcase`: `http_server` → `HttpServer`.
pub fn camel_case(bytes: &[u8]) -> String {
    let mut out = String::new();
    let mut rest = runes(bytes).map(|rune| rune.value).peekable();
    let mut current = None;
    for c in rest.by_ref() {
        if !is_connector(c) {
            current = Some(c);
            break;
        }
        // Leading connectors stay; one that ends the text is written once more below.
        out.push(c);
        current = Some(c);
    }
    let Some(first) = current else { return out };
    let mut after_upper = is_upper(first);
    let mut previous = if is_connector(first) { first } else { to_upper(first) };
    if rest.peek().is_none() {
        out.push(previous);
        return out;
    }
    for c in rest {
        let mut c = c;
        if is_connector(c) && is_connector(previous) {
            out.push(previous);
        } else if is_connector(previous) {
            after_upper = is_upper(c);
            c = to_upper(c);
        } else {
            if after_upper {
                if is_upper(c) {
                    c = to_lower(c);
                } else {
                    after_upper = false;
                }
            }
            out.push(previous);
        }
        previous = c;
    }
    out.push(previous);
    out
}

/// `title`: every letter that starts a word in its title case.
pub fn title(bytes: &[u8]) -> String {
    let mut previous = ' ';
    runes(bytes)
        .map(|rune| {
            let starts = is_separator(previous);
            previous = rune.value;
            if starts { to_title(rune.value) } else { rune.value }
        })
        .collect()
}

fn is_separator(c: char) -> bool {
    if c.is_ascii() {
        return !(c.is_ascii_alphanumeric() || c == '_');
    }
    !is_letter(c) && !is_digit(c) && is_space(c)
}

/// `untitle`: the first letter of every word, as white space separates them, small.
pub fn untitle(bytes: &[u8]) -> String {
    let mut starts = true;
    runes(bytes)
        .map(|rune| match rune.value {
            c if is_space(c) => {
                starts = true;
                c
            }
            c if std::mem::take(&mut starts) => to_lower(c),
            c => c,
        })
        .collect()
}

/// `swapcase`: small letters that start a word get their title case.
pub fn swap_case(bytes: &[u8]) -> String {
    let mut after_space = true;
    runes(bytes)
        .map(|rune| match rune.value {
            c if is_upper(c) || is_title(c) => {
                after_space = false;
                to_lower(c)
            }
            c if is_lower(c) => {
                if std::mem::take(&mut after_space) {
                    to_title(c)
                } else {
                    to_upper(c)
                }
            }
            c => {
                after_space = is_space(c);
                c
            }
        })
        .collect()
}

/// `initials`: the first byte of every word.
// Compat: the original looks at bytes as if they were Latin-1, so `É` gives `Ã`.
pub fn initials(bytes: &[u8]) -> String {
    let mut starts = true;
    bytes
        .iter()
        .map(|byte| char::from(*byte))
        .filter(|c| {
            let initial = std::mem::replace(&mut starts, is_space(*c));
            initial && !is_space(*c)
        })
        .collect()
}

/// `nospace`: without white space.
// Compat: bytes as if they were Latin-1 again, unless there is nothing to take away; then the text stays as it is.
pub fn no_space(bytes: &[u8]) -> Vec<u8> {
    if !bytes.iter().any(|byte| is_space(char::from(*byte))) {
        return bytes.to_vec();
    }
    let kept: String = bytes.iter().map(|byte| char::from(*byte)).filter(|c| !is_space(*c)).collect();
    kept.into_bytes()
}

/// `snakecase` and `kebabcase`: words in small letters joined by `connector`.
pub fn lower_words(bytes: &[u8], connector: char) -> Vec<u8> {
    let mut out = Writer { out: Vec::new(), connector };
    let mut words = Words { rest: bytes };
    let mut word = words.next();
    while !words.rest.is_empty() {
        if word.kind != Kind::Connector {
            out.word(word);
        }
        let before = word;
        word = words.next();
        match before.kind {
            Kind::Number => word = out.glue(word, &mut words),
            Kind::Connector => out.word(before),
            Kind::Punct => {}
            _ if word.kind != Kind::Number => out.join_unless(word, &[Kind::Connector, Kind::Punct]),
            _ if words.rest.is_empty() => {}
            _ => word = out.number_inside(word, &mut words),
        }
    }
    out.word(word);
    out.out
}

struct Writer {
    out: Vec<u8>,
    connector: char,
}

impl Writer {
    fn word(&mut self, word: Word<'_>) {
        if !matches!(word.kind, Kind::Upper | Kind::Connector) {
            self.out.extend_from_slice(word.text);
            return;
        }
        for rune in runes(word.text) {
            let c = match rune.value {
                c if is_connector(c) => self.connector,
                c if is_upper(c) => to_lower(c),
                c => c,
            };
            self.push(c);
        }
    }

    fn push(&mut self, c: char) {
        self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn join_unless(&mut self, word: Word<'_>, kinds: &[Kind]) {
        if !kinds.contains(&word.kind) {
            self.push(self.connector);
        }
    }

    /// After a number: small letters and numbers that follow belong to it.
    fn glue<'a>(&mut self, first: Word<'a>, words: &mut Words<'a>) -> Word<'a> {
        let mut word = first;
        while matches!(word.kind, Kind::Alphabet | Kind::Number) {
            self.word(word);
            word = words.next();
        }
        self.join_unless(word, &[Kind::Invalid, Kind::Punct, Kind::Connector]);
        word
    }

    /// A number after letters: part of them (`Bld4Floor`), unless small letters follow it (`HTTP2xx`).
    fn number_inside<'a>(&mut self, number: Word<'a>, words: &mut Words<'a>) -> Word<'a> {
        let word = words.next();
        if word.kind != Kind::Alphabet {
            self.word(number);
            self.join_unless(word, &[Kind::Connector, Kind::Punct]);
            return word;
        }
        self.push(self.connector);
        self.word(number);
        self.glue(word, words)
    }
}

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || is_space(c)
}

/// A letter, except for Chinese characters.
fn is_alphabet(c: char) -> bool {
    let chinese = matches!(c, '\u{3400}'..='\u{4d85}' | '\u{4e00}'..='\u{9fcc}' | '\u{20000}'..='\u{2b81d}');
    is_letter(c) && !chinese
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Invalid,
    Number,
    Upper,
    Alphabet,
    Connector,
    Punct,
    Other,
}

#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    kind: Kind,
    text: &'a [u8],
}

/// Cuts a text into words.
struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Words<'a> {
    /// The next word; an empty one of kind [`Kind::Invalid`] at the end.
    fn next(&mut self) -> Word<'a> {
        let text = self.rest;
        let (kind, length) = match rune_after(text, REPLACEMENT) {
            (_, 0) => (Kind::Invalid, 0),
            (REPLACEMENT, width) => (Kind::Invalid, width),
            (c, width) if is_connector(c) => (Kind::Connector, width + span(&text[width..], c, is_connector)),
            (c, width) if is_punct(c) => (Kind::Punct, width + span(&text[width..], c, is_punct)),
            (c, width) if is_upper(c) => (Kind::Upper, upper_word(text, c, width)),
            (c, width) if is_alphabet(c) => (Kind::Alphabet, width + span(&text[width..], c, is_small)),
            (c, width) if is_number(c) => (Kind::Number, width + span(&text[width..], c, is_number)),
            (c, width) => (Kind::Other, width + span(&text[width..], c, is_other)),
        };
        self.rest = &text[length..];
        Word { kind, text: &text[..length] }
    }
}

/// The length of a word that starts with a capital: `HTTP` of `HTTPStatus`, `Status` of `Status`.
fn upper_word(text: &[u8], first: char, width: usize) -> usize {
    let (second, second_width) = rune_after(&text[width..], first);
    if second_width == 0 {
        return width;
    }
    if !is_upper(second) {
        return if is_alphabet(second) {
            let small = width + second_width;
            small + span(&text[small..], second, is_small)
        } else {
            width
        };
    }
    let (mut at, mut last) = (width + second_width, second_width);
    let mut previous = second;
    while at < text.len() {
        let (c, next) = rune_after(&text[at..], previous);
        if !is_upper(c) {
            // The last capital belongs to the small letters behind it.
            return if is_alphabet(c) { at - last } else { at };
        }
        (at, last, previous) = (at + next, next, c);
    }
    at
}

/// How many bytes from the start hold runes that `belongs` takes.
fn span(text: &[u8], before: char, belongs: fn(char) -> bool) -> usize {
    let (mut at, mut previous) = (0, before);
    while at < text.len() {
        let (c, width) = rune_after(&text[at..], previous);
        if !belongs(c) {
            break;
        }
        (at, previous) = (at + width, c);
    }
    at
}

fn is_small(c: char) -> bool {
    is_alphabet(c) && !is_upper(c)
}

fn is_other(c: char) -> bool {
    !(is_connector(c) || is_alphabet(c) || is_number(c) || is_punct(c))
}

/// The first rune that is UTF-8, with the width of it and of what was skipped; `previous` when there is none.
fn rune_after(text: &[u8], previous: char) -> (char, usize) {
    let mut skipped = 0;
    for rune in runes(text) {
        skipped += rune.width;
        if rune.value != REPLACEMENT {
            return (rune.value, skipped);
        }
    }
    (previous, skipped)
}
