//! A compiled pattern and what can be done with it: Go's `regexp.Regexp`.

use super::cursor::SyntaxError;
use super::replace::{Piece, pieces};
use super::translate::translate;
use crate::runes::runes;
use regex::bytes::{Captures, Regex, RegexBuilder};
use std::borrow::Cow;
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
        let text = std::str::from_utf8(pattern).map_err(|wrong| {
            // Go shows what is left from the wrong byte on.
            error("invalid UTF-8", &String::from_utf8_lossy(&pattern[wrong.valid_up_to()..]))
        })?;
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
        self.find(text).is_some()
    }

    /// The first match.
    #[must_use]
    pub fn find(&self, text: &[u8]) -> Option<Range<usize>> {
        let subject = Subject::new(text);
        self.find_at(&subject, 0).map(|found| subject.original(found))
    }

    fn find_at(&self, subject: &Subject<'_>, from: usize) -> Option<Range<usize>> {
        let text = &subject.decoded;
        let mut from = from;
        loop {
            let found = self.regex.find_at(text, from)?.range();
            // Rust may find nothing, successfully, in the middle of a letter; Go only looks between letters.
            if !found.is_empty() || text.get(found.start).is_none_or(|byte| byte & 0xc0 != 0x80) {
                return Some(found);
            }
            from = found.start + 1;
        }
    }

    /// All matches that do not overlap, `most` at most, all when it is negative.
    #[must_use]
    pub fn find_all(&self, text: &[u8], most: i64) -> Vec<Range<usize>> {
        let subject = Subject::new(text);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let mut at = 0;
        let mut previous_end = None;
        while found.len() < most && at <= subject.decoded.len() {
            let Some(next) = self.find_at(&subject, at) else { break };
            // An empty match right behind the last match does not count.
            let counts = next.end != at || Some(next.start) != previous_end;
            at = if next.end == at { at + subject.letter_width(at) } else { next.end };
            previous_end = Some(next.end);
            if counts {
                found.push(subject.original(next));
            }
        }
        found
    }

    /// `text` with every match replaced.
    #[must_use]
    pub fn replace_all(&self, text: &[u8], replacement: &Replacement<'_>) -> Vec<u8> {
        let subject = Subject::new(text);
        let mut out = Vec::with_capacity(text.len());
        let (mut last_end, mut at) = (0, 0);
        while at <= subject.decoded.len() {
            let Some((found, captures)) = self.captures_at(&subject, at) else { break };
            out.extend_from_slice(subject.slice(last_end..found.start));
            if found.end > last_end || found.start == 0 {
                self.append(&mut out, replacement, &subject, &captures);
            }
            last_end = found.end;
            at = found.end.max(at + subject.letter_width(at));
        }
        out.extend_from_slice(subject.slice(last_end..subject.decoded.len()));
        out
    }

    fn captures_at<'s>(&self, subject: &'s Subject<'_>, from: usize) -> Option<(Range<usize>, Captures<'s>)> {
        let found = self.find_at(subject, from)?;
        let captures = self.regex.captures_at(&subject.decoded, found.start)?;
        Some((captures.get(0)?.range(), captures))
    }

    fn append(&self, out: &mut Vec<u8>, replacement: &Replacement<'_>, subject: &Subject<'_>, captures: &Captures<'_>) {
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
            out.extend_from_slice(group.map_or(&[][..], |group| subject.slice(group.range())));
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

/// A text to search: with U+FFFD in place of each byte that is not UTF-8, for that is what Go's engine sees there.
struct Subject<'t> {
    text: &'t [u8],
    decoded: Cow<'t, [u8]>,
    /// For each byte of the decoded text and its end, where it comes from; empty when nothing was replaced.
    origins: Vec<usize>,
}

impl<'t> Subject<'t> {
    fn new(text: &'t [u8]) -> Self {
        if std::str::from_utf8(text).is_ok() {
            return Subject { text, decoded: Cow::Borrowed(text), origins: Vec::new() };
        }
        let (mut decoded, mut origins) = (Vec::new(), Vec::new());
        for rune in runes(text) {
            decoded.extend_from_slice(rune.value.encode_utf8(&mut [0; 4]).as_bytes());
            origins.resize(decoded.len(), rune.at);
        }
        origins.push(text.len());
        Subject { text, decoded: Cow::Owned(decoded), origins }
    }

    /// A range of the decoded text, between letters, in the text itself.
    fn original(&self, range: Range<usize>) -> Range<usize> {
        let origin = |at: usize| self.origins.get(at).copied().unwrap_or(at);
        origin(range.start)..origin(range.end)
    }

    fn slice(&self, range: Range<usize>) -> &'t [u8] {
        &self.text[self.original(range)]
    }

    /// The width of the letter at a place of the decoded text; 1 at its end, so that a search moves on there too.
    fn letter_width(&self, at: usize) -> usize {
        runes(&self.decoded[at.min(self.decoded.len())..]).next().map_or(1, |rune| rune.width)
    }
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
