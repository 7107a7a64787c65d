//! The two glob languages of projects, each translated to a regular expression, so that matching takes linear time
//! whatever the pattern.

use regex::Regex;

/// A compiled pattern. One that cannot be compiled matches nothing, as upstream.
#[derive(Debug, Clone)]
pub struct Glob(Matcher);

#[derive(Debug, Clone)]
enum Matcher {
    Anything,
    Literal(String),
    Pattern(Regex),
    Nothing,
}

impl Glob {
    /// The language of repositories, destinations and names: `*` any run without `separators`, `**` any run, `?` one
    /// character that is no separator, `[a-z]`, `[!a-z]`, `{a,b}`, `\` before a literal character.
    #[must_use]
    pub fn new(pattern: &str, separators: &[char]) -> Self {
        if pattern == "*" && separators.is_empty() {
            return Glob(Matcher::Anything);
        }
        if !pattern.contains(['*', '?', '[', ']', '{', '}', '\\']) {
            return Glob(Matcher::Literal(pattern.to_owned()));
        }
        Glob(compile(wildcard(pattern, separators)))
    }

    /// The language of groups and kinds (Go's `path.Match`): `*` any run without `/`, `?` one character that is no
    /// `/`, `[a-z]`, `[^a-z]`, `\` before a literal character.
    #[must_use]
    pub fn shell(pattern: &str) -> Self {
        if !pattern.contains(['*', '?', '[', '\\']) {
            return Glob(Matcher::Literal(pattern.to_owned()));
        }
        Glob(compile(shell(pattern)))
    }

    /// A Go regular expression. Look-around, which upstream's engine also knows, is refused.
    #[must_use]
    pub fn regular_expression(expression: &str) -> Self {
        Glob(compile(Some(expression.to_owned())))
    }

    /// Whether the whole text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match &self.0 {
            Matcher::Anything => true,
            Matcher::Literal(literal) => literal == text,
            Matcher::Pattern(regex) => regex.is_match(text),
            Matcher::Nothing => false,
        }
    }

    /// Whether the pattern could be compiled.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !matches!(self.0, Matcher::Nothing)
    }
}

/// Longest compiled form of one pattern: a project's list of hundreds stays within a few hundred MB at worst.
const PATTERN_BYTES_MAX: usize = 1 << 20;

fn compile(expression: Option<String>) -> Matcher {
    let regex = expression
        .and_then(|expression| regex::RegexBuilder::new(&expression).size_limit(PATTERN_BYTES_MAX).build().ok());
    regex.map_or(Matcher::Nothing, Matcher::Pattern)
}

/// A class that excludes the separators, or any character at all.
fn no_separator(separators: &[char]) -> String {
    if separators.is_empty() {
        return r"[\s\S]".to_owned();
    }
    let listed: String = separators.iter().map(|c| regex::escape(&c.to_string())).collect();
    format!("[^{listed}]")
}

fn wildcard(pattern: &str, separators: &[char]) -> Option<String> {
    let one = no_separator(separators);
    let mut expression = String::from(r"\A");
    let mut depth = 0usize;
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '*' if rest.next_if_eq(&'*').is_some() => expression.push_str(r"[\s\S]*"),
            '*' => expression.push_str(&format!("{one}*")),
            '?' => expression.push_str(&one),
            '\\' => expression.push_str(&regex::escape(&rest.next()?.to_string())),
            '[' => expression.push_str(&class(&mut rest, '!')?),
            '{' => {
                depth += 1;
                expression.push_str("(?:");
            }
            '}' if depth > 0 => {
                depth -= 1;
                expression.push(')');
            }
            ',' if depth > 0 => expression.push('|'),
            '}' | ']' => return None,
            other => expression.push_str(&regex::escape(&other.to_string())),
        }
    }
    expression.push_str(r"\z");
    (depth == 0).then_some(expression)
}

fn shell(pattern: &str) -> Option<String> {
    let mut expression = String::from(r"\A");
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '*' => expression.push_str("[^/]*"),
            '?' => expression.push_str("[^/]"),
            '\\' => expression.push_str(&regex::escape(&rest.next()?.to_string())),
            '[' => expression.push_str(&class(&mut rest, '^')?),
            other => expression.push_str(&regex::escape(&other.to_string())),
        }
    }
    expression.push_str(r"\z");
    Some(expression)
}

/// The rest of a class after its bracket; `negation` is the character that negates it.
fn class(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, negation: char) -> Option<String> {
    let mut class = String::from("[");
    if rest.next_if_eq(&negation).is_some() {
        class.push('^');
    }
    let mut empty = true;
    loop {
        let c = rest.next()?;
        match c {
            ']' if !empty => break,
            ']' => return None,
            '\\' => class.push_str(&escape_in_class(rest.next()?)),
            '-' if !empty && rest.peek() != Some(&']') => class.push('-'),
            other => class.push_str(&escape_in_class(other)),
        }
        empty = false;
    }
    class.push(']');
    Some(class)
}

fn escape_in_class(c: char) -> String {
    if c.is_alphanumeric() { c.to_string() } else { format!("\\x{{{:x}}}", u32::from(c)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stop_at_separators_unless_doubled() {
        let slash = |pattern: &str, text: &str| Glob::new(pattern, &['/']).matches(text);
        assert!(slash("https://github.com/org/*", "https://github.com/org/repo"));
        assert!(!slash("https://github.com/*", "https://github.com/org/repo"));
        assert!(slash("https://github.com/**", "https://github.com/org/repo"));
        assert!(!slash("*", "a/b"));
        assert!(slash("*", "ab"));
        assert!(slash("a?c", "abc") && !slash("a?c", "a/c"));
        let free = |pattern: &str, text: &str| Glob::new(pattern, &[]).matches(text);
        assert!(free("*", "a/b") && free("team-*", "team-a") && !free("team-*", "steam-a"));
        assert!(free("*", "") && !free("?", ""));
    }

    #[test]
    fn classes_alternatives_and_escapes() {
        let free = |pattern: &str, text: &str| Glob::new(pattern, &[]).matches(text);
        assert!(free("{prod,stage}-[a-c]", "prod-b") && !free("{prod,stage}-[a-c]", "prod-d"));
        assert!(free("[!ab]x", "cx") && !free("[!ab]x", "ax"));
        assert!(free(r"\*", "*") && !free(r"\*", "a"));
        assert!(free("a.b", "a.b") && !free("a.b*", "axb"));
        assert!(!free("{open", "{open") && !free("[", "["));
        assert!(free("{,x}y", "y") && free("{,x}y", "xy"));
    }

    #[test]
    fn shell_patterns_know_neither_braces_nor_double_stars() {
        let shell = |pattern: &str, text: &str| Glob::shell(pattern).matches(text);
        assert!(shell("*", "Deployment") && shell("*", "") && shell("*.k8s.io", "apps.k8s.io"));
        assert!(!shell("**", "a/b") && !shell("{a,b}", "a") && shell("{a,b}", "{a,b}"));
        assert!(shell("[^A]*", "Beta") && !shell("[^A]*", "Alpha"));
        assert!(!shell("[", "[") && !shell("[]", ""));
        assert!(!shell("deployment", "Deployment"));
    }

    #[test]
    fn nested_stars_do_not_explode() {
        let text = "a".repeat(5_000);
        assert!(!Glob::new(&"*a".repeat(30), &[]).matches(&(text + "b")));
    }
}
