//! The patterns of `.Files.Glob`: those of `gobwas/glob` with `/` between segments.
//!
//! `*` any characters but `/`, `**` any at all, `?` one but `/`, `[abc]`, `[!a-z]`, `{a,b}`, `\` takes the meaning away.

/// A pattern.
#[derive(Debug)]
pub(super) struct Glob(Vec<Part>);

#[derive(Debug)]
enum Part {
    One(char),
    AnyOne,
    Run,
    DeepRun,
    Class { negated: bool, ranges: Vec<(char, char)> },
    Choice(Vec<Vec<Part>>),
}

/// How deep choices may stand in choices.
const CHOICE_DEPTH_MAX: usize = 16;

/// How many steps one match may take: a pattern of a few dozen characters on the longest path needs far fewer.
const STEPS_MAX: u32 = 1_000_000;

impl Glob {
    /// Reads a pattern; `None` when it breaks the grammar.
    pub(super) fn parse(pattern: &str) -> Option<Glob> {
        let characters: Vec<char> = pattern.chars().collect();
        let mut at = 0;
        let parts = parts(&characters, &mut at, 0)?;
        (at == characters.len()).then_some(Glob(parts))
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        let mut steps = STEPS_MAX;
        let parts: Vec<&Part> = self.0.iter().collect();
        fits(&parts, &path, &mut steps)
    }
}

fn parts(pattern: &[char], at: &mut usize, depth: usize) -> Option<Vec<Part>> {
    let mut found = Vec::new();
    while let Some(&next) = pattern.get(*at) {
        if depth > 0 && matches!(next, ',' | '}') {
            break;
        }
        *at += 1;
        found.push(match next {
            '*' if pattern.get(*at) == Some(&'*') => {
                *at += 1;
                Part::DeepRun
            }
            '*' => Part::Run,
            '?' => Part::AnyOne,
            '\\' => {
                let escaped = *pattern.get(*at)?;
                *at += 1;
                Part::One(escaped)
            }
            '[' => class(pattern, at)?,
            '{' => choice(pattern, at, depth + 1)?,
            '}' => return None,
            other => Part::One(other),
        });
    }
    Some(found)
}

fn class(pattern: &[char], at: &mut usize) -> Option<Part> {
    let negated = pattern.get(*at) == Some(&'!');
    if negated {
        *at += 1;
    }
    let mut ranges = Vec::new();
    loop {
        let low = *pattern.get(*at)?;
        *at += 1;
        match low {
            ']' if !ranges.is_empty() => return Some(Part::Class { negated, ranges }),
            ']' => return None,
            low if pattern.get(*at) == Some(&'-') && pattern.get(*at + 1).is_some_and(|high| *high != ']') => {
                let high = pattern[*at + 1];
                *at += 2;
                ranges.push((low, high));
            }
            low => ranges.push((low, low)),
        }
    }
}

fn choice(pattern: &[char], at: &mut usize, depth: usize) -> Option<Part> {
    if depth > CHOICE_DEPTH_MAX {
        return None;
    }
    let mut choices = Vec::new();
    loop {
        choices.push(parts(pattern, at, depth)?);
        let end = *pattern.get(*at)?;
        *at += 1;
        if end == '}' {
            return Some(Part::Choice(choices));
        }
    }
}

fn fits(parts: &[&Part], path: &[char], steps: &mut u32) -> bool {
    *steps = steps.saturating_sub(1);
    if *steps == 0 {
        return false;
    }
    let Some((first, rest)) = parts.split_first() else { return path.is_empty() };
    let takes_one = |fits_one: bool| fits_one && !path.is_empty();
    match first {
        Part::One(wanted) => takes_one(path.first() == Some(wanted)) && fits(rest, &path[1..], steps),
        Part::AnyOne => takes_one(path.first() != Some(&'/')) && fits(rest, &path[1..], steps),
        Part::Class { negated, ranges } => {
            let inside = |found: &char| ranges.iter().any(|(low, high)| (low..=high).contains(&found)) != *negated;
            path.first().is_some_and(inside) && fits(rest, &path[1..], steps)
        }
        Part::Run | Part::DeepRun => {
            let crosses = matches!(first, Part::DeepRun);
            let longest = if crosses { path.len() } else { path.iter().position(|c| *c == '/').unwrap_or(path.len()) };
            (0..=longest).any(|taken| fits(rest, &path[taken..], steps))
        }
        Part::Choice(choices) => choices.iter().any(|choice| {
            let joined: Vec<&Part> = choice.iter().chain(rest.iter().copied()).collect();
            fits(&joined, path, steps)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_as_gobwas_reads_them() {
        let table = [
            ("*", "a", true),
            ("*", "a/b", false),
            ("**", "a/b", true),
            ("files/*.txt", "files/a.txt", true),
            ("files/*.txt", "files/b/a.txt", false),
            ("files/**.txt", "files/b/a.txt", true),
            ("files/**/a.txt", "files/a.txt", false),
            ("{a,b}/*", "b/x", true),
            ("{a,b}/*", "c/x", false),
            ("[a-c]?", "bz", true),
            ("[!a-c]?", "bz", false),
            ("\\*", "*", true),
            ("a{b,c{d,e}}f", "acef", true),
        ];
        for (pattern, path, expected) in table {
            assert_eq!(Glob::parse(pattern).expect("a pattern").matches(path), expected, "{pattern} {path}");
        }
        assert!(Glob::parse("[a").is_none() && Glob::parse("{a").is_none());
    }
}
