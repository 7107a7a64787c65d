//! Lua's patterns, matched step by step under a count: the interpreter's own cannot be stopped while they backtrack.
//!
//! Follows the reference manual of Lua 5.1, section 5.4.1.

use crate::limits::{Exhausted, Fuel};

/// As many captures a pattern may have, as in Lua.
const CAPTURES_MAX: usize = 32;
/// How deep matching may recurse, as in Lua.
const DEPTH_MAX: u32 = 200;
const ESCAPE: u8 = b'%';

/// Where a pattern matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) captures: Vec<Capture>,
}

/// What a pair of parentheses caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Capture {
    Text(usize, usize),
    /// `()`: a place.
    Position(usize),
    Open(usize),
}

/// Why a pattern cannot be matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PatternError {
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
    #[error("malformed pattern (ends with '%')")]
    Escape,
    #[error("malformed pattern (missing ']')")]
    Set,
    #[error("missing '[' after '%f' in pattern")]
    Frontier,
    #[error("unbalanced pattern")]
    Balance,
    #[error("invalid pattern capture")]
    Capture,
    #[error("unfinished capture")]
    Unfinished,
    #[error("too many captures")]
    TooManyCaptures,
    #[error("pattern too complex")]
    TooDeep,
}

type Found = Result<Option<usize>, PatternError>;

/// The first match at or behind `from`.
pub(crate) fn find(subject: &[u8], pattern: &[u8], from: usize, fuel: &Fuel) -> Result<Option<Match>, PatternError> {
    let (is_anchored, pattern) = match pattern.split_first() {
        Some((b'^', rest)) => (true, rest),
        _ => (false, pattern),
    };
    for start in from..=subject.len() {
        if let Some(found) = match_at(subject, pattern, start, fuel)? {
            return Ok(Some(found));
        }
        if is_anchored {
            break;
        }
    }
    Ok(None)
}

/// A match that begins at `start`; the pattern is without its anchor.
pub(crate) fn match_at(
    subject: &[u8],
    pattern: &[u8],
    start: usize,
    fuel: &Fuel,
) -> Result<Option<Match>, PatternError> {
    let mut matcher = Matcher { subject, pattern, captures: Vec::new(), depth: 0, fuel };
    let Some(end) = matcher.walk(start, 0)? else { return Ok(None) };
    if matcher.captures.iter().any(|capture| matches!(capture, Capture::Open(_))) {
        return Err(PatternError::Unfinished);
    }
    Ok(Some(Match { start, end, captures: matcher.captures }))
}

struct Matcher<'a> {
    subject: &'a [u8],
    pattern: &'a [u8],
    captures: Vec<Capture>,
    depth: u32,
    fuel: &'a Fuel,
}

impl Matcher<'_> {
    /// Matches the pattern from `at` on against the subject from `place` on; gives where the match ends.
    fn walk(&mut self, place: usize, at: usize) -> Found {
        if self.depth >= DEPTH_MAX {
            return Err(PatternError::TooDeep);
        }
        self.depth += 1;
        let found = self.walk_on(place, at);
        self.depth -= 1;
        found
    }

    fn walk_on(&mut self, mut place: usize, mut at: usize) -> Found {
        loop {
            self.fuel.spend(1)?;
            let Some(&byte) = self.pattern.get(at) else { return Ok(Some(place)) };
            let next = self.pattern.get(at + 1).copied();
            match (byte, next) {
                (b'(', Some(b')')) => return self.capture(Capture::Position(place), place, at + 2),
                (b'(', _) => return self.capture(Capture::Open(place), place, at + 1),
                (b')', _) => return self.close(place, at + 1),
                (b'$', None) => return Ok((place == self.subject.len()).then_some(place)),
                (ESCAPE, Some(b'b')) => match self.balanced(place, at + 2)? {
                    Some(end) => (place, at) = (end, at + 4),
                    None => return Ok(None),
                },
                (ESCAPE, Some(b'f')) => match self.frontier(place, at + 2)? {
                    Some(after) => at = after,
                    None => return Ok(None),
                },
                (ESCAPE, Some(digit)) if digit.is_ascii_digit() => match self.repeated(place, digit)? {
                    Some(end) => (place, at) = (end, at + 2),
                    None => return Ok(None),
                },
                _ => {
                    let after = self.class_end(at)?;
                    match self.pattern.get(after) {
                        Some(b'?') => {
                            if self.is_one(place, at, after)
                                && let Some(end) = self.walk(place + 1, after + 1)?
                            {
                                return Ok(Some(end));
                            }
                            at = after + 1;
                        }
                        Some(b'+') if self.is_one(place, at, after) => return self.longest(place + 1, at, after),
                        Some(b'+') => return Ok(None),
                        Some(b'*') => return self.longest(place, at, after),
                        Some(b'-') => return self.shortest(place, at, after),
                        _ if self.is_one(place, at, after) => (place, at) = (place + 1, after),
                        _ => return Ok(None),
                    }
                }
            }
        }
    }

    fn longest(&mut self, place: usize, at: usize, after: usize) -> Found {
        let mut count = 0;
        while self.is_one(place + count, at, after) {
            self.fuel.spend(1)?;
            count += 1;
        }
        for count in (0..=count).rev() {
            if let Some(end) = self.walk(place + count, after + 1)? {
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    fn shortest(&mut self, mut place: usize, at: usize, after: usize) -> Found {
        loop {
            if let Some(end) = self.walk(place, after + 1)? {
                return Ok(Some(end));
            }
            if !self.is_one(place, at, after) {
                return Ok(None);
            }
            place += 1;
        }
    }

    fn capture(&mut self, capture: Capture, place: usize, at: usize) -> Found {
        if self.captures.len() >= CAPTURES_MAX {
            return Err(PatternError::TooManyCaptures);
        }
        let count = self.captures.len();
        self.captures.push(capture);
        let found = self.walk(place, at)?;
        if found.is_none() {
            self.captures.truncate(count);
        }
        Ok(found)
    }

    fn close(&mut self, place: usize, at: usize) -> Found {
        let open = self.captures.iter().rposition(|capture| matches!(capture, Capture::Open(_)));
        let index = open.ok_or(PatternError::Capture)?;
        let Capture::Open(start) = self.captures[index] else { return Err(PatternError::Capture) };
        self.captures[index] = Capture::Text(start, place);
        let found = self.walk(place, at)?;
        if found.is_none() {
            self.captures[index] = Capture::Open(start);
        }
        Ok(found)
    }

    /// What an earlier capture caught, once more.
    fn repeated(&self, place: usize, digit: u8) -> Found {
        let index = usize::from(digit).checked_sub(usize::from(b'1')).ok_or(PatternError::Capture)?;
        let Some(Capture::Text(start, end)) = self.captures.get(index) else { return Err(PatternError::Capture) };
        let caught = &self.subject[*start..*end];
        self.fuel.spend(caught.len() as u64)?;
        Ok(self.subject[place..].starts_with(caught).then_some(place + caught.len()))
    }

    /// `%bxy`: from an x to the y that balances it.
    fn balanced(&self, place: usize, at: usize) -> Found {
        let (Some(&opens), Some(&closes)) = (self.pattern.get(at), self.pattern.get(at + 1)) else {
            return Err(PatternError::Balance);
        };
        if self.subject.get(place) != Some(&opens) {
            return Ok(None);
        }
        let mut depth = 1;
        for (index, &byte) in self.subject.iter().enumerate().skip(place + 1) {
            self.fuel.spend(1)?;
            if byte == closes {
                depth -= 1;
                if depth == 0 {
                    return Ok(Some(index + 1));
                }
            } else if byte == opens {
                depth += 1;
            }
        }
        Ok(None)
    }

    /// `%f[set]`: where the set begins to hold. Gives the place in the pattern behind it.
    fn frontier(&self, place: usize, at: usize) -> Found {
        if self.pattern.get(at) != Some(&b'[') {
            return Err(PatternError::Frontier);
        }
        let after = self.class_end(at)?;
        let before = place.checked_sub(1).map_or(0, |before| self.subject[before]);
        let here = self.subject.get(place).copied().unwrap_or(0);
        Ok((!self.is_in_set(before, at, after) && self.is_in_set(here, at, after)).then_some(after))
    }

    /// Where the single-character class at `at` ends.
    fn class_end(&self, at: usize) -> Result<usize, PatternError> {
        match self.pattern[at] {
            ESCAPE if at + 1 >= self.pattern.len() => Err(PatternError::Escape),
            ESCAPE => Ok(at + 2),
            b'[' => {
                let mut end = at + 1;
                if self.pattern.get(end) == Some(&b'^') {
                    end += 1;
                }
                loop {
                    let byte = *self.pattern.get(end).ok_or(PatternError::Set)?;
                    end += if byte == ESCAPE { 2 } else { 1 };
                    if self.pattern.get(end) == Some(&b']') {
                        return Ok(end + 1);
                    }
                }
            }
            _ => Ok(at + 1),
        }
    }

    fn is_one(&self, place: usize, at: usize, after: usize) -> bool {
        let Some(&byte) = self.subject.get(place) else { return false };
        match self.pattern[at] {
            b'.' => true,
            ESCAPE => is_of_class(byte, self.pattern[at + 1]),
            b'[' => self.is_in_set(byte, at, after),
            literal => literal == byte,
        }
    }

    fn is_in_set(&self, byte: u8, at: usize, after: usize) -> bool {
        let mut set = &self.pattern[at + 1..after - 1];
        let is_inverted = set.first() == Some(&b'^');
        if is_inverted {
            set = &set[1..];
        }
        let mut is_in = false;
        while let Some((&first, rest)) = set.split_first() {
            match (first, rest) {
                (ESCAPE, [class, rest @ ..]) => {
                    is_in |= is_of_class(byte, *class);
                    set = rest;
                }
                (low, [b'-', high, rest @ ..]) => {
                    is_in |= (low..=*high).contains(&byte);
                    set = rest;
                }
                (literal, rest) => {
                    is_in |= literal == byte;
                    set = rest;
                }
            }
        }
        is_in != is_inverted
    }
}

fn is_of_class(byte: u8, class: u8) -> bool {
    let is_in = match class.to_ascii_lowercase() {
        b'a' => byte.is_ascii_alphabetic(),
        b'c' => byte.is_ascii_control(),
        b'd' => byte.is_ascii_digit(),
        b'g' => byte.is_ascii_graphic(),
        b'l' => byte.is_ascii_lowercase(),
        b'p' => byte.is_ascii_punctuation(),
        b's' => byte.is_ascii_whitespace() || byte == 0x0b,
        b'u' => byte.is_ascii_uppercase(),
        b'w' => byte.is_ascii_alphanumeric(),
        b'x' => byte.is_ascii_hexdigit(),
        b'z' => byte == 0,
        _ => return class == byte,
    };
    is_in != class.is_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(subject: &str, pattern: &str) -> String {
        let subject = subject.as_bytes();
        match find(subject, pattern.as_bytes(), 0, &Fuel::new(10_000)) {
            Ok(None) => "nothing".to_owned(),
            Err(error) => error.to_string(),
            Ok(Some(found)) => {
                let text = |start: usize, end: usize| String::from_utf8_lossy(&subject[start..end]).into_owned();
                let captures = found.captures.iter().map(|capture| match capture {
                    Capture::Text(start, end) => text(*start, *end),
                    Capture::Position(place) => format!("@{}", place + 1),
                    Capture::Open(_) => "open".to_owned(),
                });
                let all: Vec<String> = std::iter::once(text(found.start, found.end)).chain(captures).collect();
                all.join("|")
            }
        }
    }

    #[test]
    fn patterns_match_as_the_manual_says() {
        for (subject, pattern, expected) in [
            ("hello world", "o w", "o w"),
            ("hello", "l+", "ll"),
            ("hello", "l-o", "llo"),
            ("hello", "^e", "nothing"),
            ("hello", "o$", "o"),
            ("key = value", "(%w+)%s*=%s*(%w+)", "key = value|key|value"),
            ("v1.2.3", "^v?(%d+)%.(%d+)", "v1.2|1|2"),
            ("f(a(b)c)d", "%b()", "(a(b)c)"),
            ("THE (quick) fox", "%f[%a]%a+%f[%A]", "THE"),
            ("\"it's\"", "([\"'])(.-)%1", "\"it's\"|\"|it's"),
            ("abc", "()b()", "b|@2|@3"),
            ("a]b", "[]]", "]"),
            ("a-b", "[a%-]+", "a-"),
            ("xyz", "[^x-y]", "z"),
            ("abc", "b?c", "bc"),
            ("a$", "a$$", "a$"),
            ("", ".*", ""),
            ("a", "%", "malformed pattern (ends with '%')"),
            ("a", "[a", "malformed pattern (missing ']')"),
            ("a", "(a", "unfinished capture"),
            ("a", "a)", "invalid pattern capture"),
            ("a", "%1", "invalid pattern capture"),
        ] {
            assert_eq!(found(subject, pattern), expected, "{pattern} in {subject}");
        }
    }

    #[test]
    fn backtracking_ends() {
        let subject = "a".repeat(40);
        let said = found(&subject, &format!("{}b", "a*".repeat(20)));
        assert!(said.starts_with("stopped: it takes more than 10000 instructions"), "{said}");
        assert_eq!(found(&"x".repeat(300), &"x?".repeat(300)), "pattern too complex");
    }
}
