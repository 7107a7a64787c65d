//! Go's `filepath.Match`: `*` and `?` within one segment, `[a-z]`, `[^a]`, `\` before a character that means itself.

/// The pattern breaks its own grammar; the text is Go's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in pattern")]
pub(crate) struct BadPattern;

/// Whether all of `name` matches `pattern`.
pub(crate) fn wildcard(pattern: &str, name: &str) -> Result<bool, BadPattern> {
    Ok(Pattern::parse(pattern)?.matches(name))
}

/// A pattern, to be held against many names.
pub(super) enum Pattern {
    /// Without a sign that means anything but itself.
    Exactly(String),
    Tokens(Vec<Token>),
}

impl Pattern {
    pub(super) fn parse(pattern: &str) -> Result<Pattern, BadPattern> {
        if !pattern.contains(['*', '?', '[', '\\']) {
            return Ok(Pattern::Exactly(pattern.to_owned()));
        }
        let characters: Vec<char> = pattern.chars().collect();
        parse(&characters).map(Pattern::Tokens)
    }

    /// Whether all of `name` matches.
    pub(super) fn matches(&self, name: &str) -> bool {
        match self {
            Pattern::Exactly(exactly) => name == exactly,
            Pattern::Tokens(tokens) if name.is_ascii() => matches(tokens, name.as_bytes(), char::from),
            Pattern::Tokens(tokens) => matches(tokens, &name.chars().collect::<Vec<char>>(), |found| found),
        }
    }
}

pub(super) enum Token {
    Any,
    Run,
    One(char),
    Class { negated: bool, ranges: Vec<(char, char)> },
}

fn parse(pattern: &[char]) -> Result<Vec<Token>, BadPattern> {
    let mut tokens = Vec::new();
    let mut rest = pattern;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        tokens.push(match first {
            '*' => Token::Run,
            '?' => Token::Any,
            '[' => class(&mut rest)?,
            '\\' => {
                let (escaped, behind) = rest.split_first().ok_or(BadPattern)?;
                rest = behind;
                Token::One(*escaped)
            }
            other => Token::One(*other),
        });
    }
    Ok(tokens)
}

fn class(rest: &mut &[char]) -> Result<Token, BadPattern> {
    let negated = rest.first() == Some(&'^');
    if negated {
        *rest = &rest[1..];
    }
    let mut ranges = Vec::new();
    loop {
        if rest.first() == Some(&']') && !ranges.is_empty() {
            *rest = &rest[1..];
            return Ok(Token::Class { negated, ranges });
        }
        let low = class_character(rest)?;
        let mut high = low;
        if rest.first() == Some(&'-') {
            *rest = &rest[1..];
            high = class_character(rest)?;
        }
        ranges.push((low, high));
    }
}

fn class_character(rest: &mut &[char]) -> Result<char, BadPattern> {
    let (first, behind) = rest.split_first().ok_or(BadPattern)?;
    let (found, behind) = match first {
        '-' | ']' => return Err(BadPattern),
        '\\' => behind.split_first().ok_or(BadPattern)?,
        _ => (first, behind),
    };
    // A class must be closed.
    if behind.is_empty() {
        return Err(BadPattern);
    }
    *rest = behind;
    Ok(*found)
}

/// Greedy with one place to come back to, so that the work is at most pattern times name.
fn matches<C: Copy>(tokens: &[Token], name: &[C], char_of: fn(C) -> char) -> bool {
    let (mut token, mut at) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        let fits = match tokens.get(token) {
            Some(Token::Run) => {
                back = Some((token + 1, at));
                token += 1;
                continue;
            }
            None => at == name.len(),
            Some(one) => name.get(at).is_some_and(|found| one.takes(char_of(*found))),
        };
        if fits {
            if token == tokens.len() {
                return true;
            }
            token += 1;
            at += 1;
            continue;
        }
        // A run never crosses a slash.
        match back {
            Some((resume, from)) if name.get(from).is_some_and(|skipped| char_of(*skipped) != '/') => {
                back = Some((resume, from + 1));
                token = resume;
                at = from + 1;
            }
            _ => return false,
        }
    }
}

impl Token {
    fn takes(&self, found: char) -> bool {
        match self {
            Token::Run => false,
            Token::Any => found != '/',
            Token::One(wanted) => found == *wanted,
            Token::Class { negated, ranges } => {
                found != '/' && ranges.iter().any(|(low, high)| (*low..=*high).contains(&found)) != *negated
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_matches() {
        let table = [
            ("abc", "abc", true),
            ("*", "abc", true),
            ("*c", "abc", true),
            ("a*", "ab/c", false),
            ("a*/b", "a/b", true),
            ("a*/b", "a/c/b", false),
            ("a*b*c*d*e*/f", "axbxcxdxe/f", true),
            ("a*b?c*x", "abxbbxdbxebxczzx", true),
            ("a*b?c*x", "abxbbxdbxebxczzy", false),
            ("ab[c]", "abc", true),
            ("ab[b-d]", "abc", true),
            ("ab[^b-d]", "abc", false),
            ("a\\*b", "a*b", true),
            ("a[!b]", "a!", true),
            ("", "", true),
            ("templates/.?*", "templates/.hidden", true),
            ("templates/.?*", "templates/x", false),
        ];
        for (pattern, name, expected) in table {
            assert_eq!(wildcard(pattern, name), Ok(expected), "{pattern} {name}");
        }
    }

    #[test]
    fn what_is_no_pattern() {
        for pattern in ["[", "[]a]", "[-]", "a\\", "[a-", "[x-]", "[^"] {
            assert_eq!(wildcard(pattern, "a"), Err(BadPattern), "{pattern}");
        }
    }
}
