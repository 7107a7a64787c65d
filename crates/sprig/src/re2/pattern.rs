//! A compiled pattern and what can be done with it: Go's `regexp.Regexp`.

use super::cursor::SyntaxError;
use super::replace::{Piece, pieces};
use super::translate::translate;
use regex::bytes::{Captures, Regex, RegexBuilder};
use std::ops::Range;

/// The most memory that one compiled pattern may take.
const COMPILED_BYTES_MAX: usize = 16 << 20;

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {
    regex: Regex,
    names: Vec<Option<String>>,
    empty: bool,
}

impl Pattern {
    /// Compiles `pattern`.
    ///
    /// # Errors
    /// With Go's text, when it is no pattern.
    pub fn compile(pattern: &[u8]) -> Result<Pattern, SyntaxError> {
        let error = |code, piece: &str| SyntaxError { code, piece: piece.to_owned() };
        let lossy = || String::from_utf8_lossy(pattern);
        let text = std::str::from_utf8(pattern).map_err(|_| error("invalid UTF-8", &lossy()))?;
        let translated = translate(text)?;
        let regex = RegexBuilder::new(&translated.pattern)
            .size_limit(COMPILED_BYTES_MAX)
            .build()
            .map_err(|_| error("expression too large", text))?;
        Ok(Pattern { regex, names: translated.names, empty: pattern.is_empty() })
    }

    /// Whether `text` holds a match.
    #[must_use]
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.regex.is_match(text)
    }

    /// The first match.
    #[must_use]
    pub fn find(&self, text: &[u8]) -> Option<Range<usize>> {
        self.find_at(text, 0)
    }

    fn find_at(&self, text: &[u8], from: usize) -> Option<Range<usize>> {
        let mut from = from;
        loop {
            let found = self.regex.find_at(text, from)?.range();
            // Rust may find nothing, successfully, in the middle of a letter; Go only looks between letters.
            if !found.is_empty() || is_boundary(text, found.start) {
                return Some(found);
            }
            from = found.start + 1;
        }
    }

    /// All matches that do not overlap, `most` at most, all when it is negative.
    #[must_use]
    pub fn find_all(&self, text: &[u8], most: i64) -> Vec<Range<usize>> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let mut at = 0;
        let mut previous_end = None;
        while found.len() < most && at <= text.len() {
            let Some(next) = self.find_at(text, at) else { break };
            // An empty match right behind the last match does not count.
            let counts = next.end != at || Some(next.start) != previous_end;
            at = if next.end == at { at + letter_width(text, at) } else { next.end };
            previous_end = Some(next.end);
            if counts {
                found.push(next);
            }
        }
        found
    }

    /// `text` with every match replaced; `$` in the replacement stands for groups when `expand` says so.
    #[must_use]
    pub fn replace_all(&self, text: &[u8], replacement: &Replacement<'_>) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len());
        let (mut last_end, mut at) = (0, 0);
        while at <= text.len() {
            let Some((found, captures)) = self.captures_at(text, at) else { break };
            out.extend_from_slice(&text[last_end..found.start]);
            if found.end > last_end || found.start == 0 {
                self.append(&mut out, replacement, &captures);
            }
            last_end = found.end;
            at = if at + letter_width(text, at) > found.end { at + letter_width(text, at) } else { found.end };
        }
        out.extend_from_slice(&text[last_end.min(text.len())..]);
        out
    }

    fn captures_at<'t>(&self, text: &'t [u8], from: usize) -> Option<(Range<usize>, Captures<'t>)> {
        let found = self.find_at(text, from)?;
        let captures = self.regex.captures_at(text, found.start)?;
        Some((captures.get(0)?.range(), captures))
    }

    fn append(&self, out: &mut Vec<u8>, replacement: &Replacement<'_>, captures: &Captures<'_>) {
        let pieces = match replacement {
            Replacement::Literal(text) => return out.extend_from_slice(text),
            Replacement::Template(pieces) => pieces,
        };
        for piece in pieces {
            let group = match piece {
                Piece::Text(text) => {
                    out.extend_from_slice(text);
                    continue;
                }
                Piece::Number(number) => captures.get(*number),
                Piece::Name(name) => self.named(name, captures),
            };
            out.extend_from_slice(group.map_or(&[], |group| group.as_bytes()));
        }
    }

    /// What the first group of that name that took part matched.
    fn named<'t>(&self, name: &[u8], captures: &Captures<'t>) -> Option<regex::bytes::Match<'t>> {
        let numbers = self.names.iter().enumerate();
        let is_named = |candidate: &Option<String>| candidate.as_ref().is_some_and(|text| text.as_bytes() == name);
        numbers.filter(|(_, candidate)| is_named(candidate)).find_map(|(number, _)| captures.get(number))
    }

    /// The parts of `text` between matches, `most` at most, all when it is negative.
    #[must_use]
    pub fn split<'t>(&self, text: &'t [u8], most: i64) -> Vec<&'t [u8]> {
        if most == 0 {
            return Vec::new();
        }
        if !self.empty && text.is_empty() {
            return vec![text];
        }
        let mut parts = Vec::new();
        let (mut start, mut end) = (0, 0);
        for found in self.find_all(text, most) {
            if usize::try_from(most).is_ok_and(|most| parts.len() + 1 == most) {
                break;
            }
            end = found.start;
            if found.end != 0 {
                parts.push(&text[start..end]);
            }
            start = found.end;
        }
        if end != text.len() {
            parts.push(&text[start..]);
        }
        parts
    }
}

/// What matches are replaced by.
#[derive(Debug)]
pub enum Replacement<'a> {
    /// A text as it is.
    Literal(&'a [u8]),
    /// A text with references to groups.
    Template(Vec<Piece<'a>>),
}

impl<'a> Replacement<'a> {
    /// A text in which `$` refers to groups.
    #[must_use]
    pub fn template(text: &'a [u8]) -> Self {
        Replacement::Template(pieces(text))
    }
}

/// The width of the letter at `at`, at least 1 so that a search moves on at the end too.
fn letter_width(text: &[u8], at: usize) -> usize {
    crate::runes::runes(&text[at.min(text.len())..]).next().map_or(1, |rune| rune.width)
}

/// Whether `at` is not inside of a letter.
fn is_boundary(text: &[u8], at: usize) -> bool {
    let inside = text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let start = at.saturating_sub(3);
    !inside || !(start..at).any(|from| from + letter_width(text, from) > at && text[from] >= 0xc0)
}

/// `text` with everything escaped that means something in a pattern.
#[must_use]
pub fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if b"\\.+*?()|[]{}^$".contains(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}
