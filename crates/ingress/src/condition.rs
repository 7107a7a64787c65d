//! When a route answers a request. A leaf module but for requests.

use crate::ask::Ask;
use regex::Regex;

/// What a text must be like.
#[derive(Debug, Clone)]
pub enum Text {
    /// The same.
    Exact(String),
    /// It begins so.
    Prefix(String),
    /// It matches.
    Regex(Regex),
    /// It is there.
    Present,
    /// It never is: what is asked for cannot be understood.
    Never,
}

/// What must hold of a request.
#[derive(Debug, Clone)]
pub enum Condition {
    /// Its path.
    Path(Text),
    /// Its path is this one or below it, element by element.
    Below(String),
    /// Its method.
    Method(Text),
    /// A header.
    Header(String, Text),
    /// A cookie.
    Cookie(String, Text),
    /// A parameter of the query.
    Query(String, Text),
    /// One of them at least.
    Any(Vec<Condition>),
    /// All of them.
    All(Vec<Condition>),
    /// Not that one.
    Not(Box<Condition>),
}

impl Text {
    /// A regular expression that the whole text must match. One that cannot be read matches nothing.
    #[must_use]
    pub fn whole(pattern: &str) -> Self {
        Text::part(&format!("^(?:{pattern})$"))
    }

    /// A regular expression that a part of the text must match. One that cannot be read matches nothing.
    #[must_use]
    pub fn part(pattern: &str) -> Self {
        Regex::new(pattern).map_or(Text::Never, Text::Regex)
    }

    fn holds(&self, text: &str) -> bool {
        match self {
            Text::Exact(wanted) => text == wanted,
            Text::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Text::Regex(regex) => regex.is_match(text),
            Text::Present => true,
            Text::Never => false,
        }
    }
}

impl Condition {
    /// Whether it holds of a request.
    #[must_use]
    pub fn holds(&self, ask: &Ask) -> bool {
        match self {
            Condition::Path(wanted) => wanted.holds(&ask.path),
            Condition::Below(prefix) => is_below(&ask.path, prefix),
            Condition::Method(wanted) => wanted.holds(&ask.method),
            Condition::Header(name, wanted) => ask.header(name).is_some_and(|value| wanted.holds(value)),
            Condition::Cookie(name, wanted) => ask.cookie(name).is_some_and(|value| wanted.holds(value)),
            Condition::Query(name, wanted) => ask.parameter(name).is_some_and(|value| wanted.holds(value)),
            Condition::Any(some) => some.iter().any(|condition| condition.holds(ask)),
            Condition::All(all) => all.iter().all(|condition| condition.holds(ask)),
            Condition::Not(condition) => !condition.holds(ask),
        }
    }
}

fn is_below(path: &str, prefix: &str) -> bool {
    let prefix = prefix.trim_end_matches('/');
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_of_paths_are_compared_by_element() {
        let cases = [("/shop", "/shop", true), ("/shop/1", "/shop/", true), ("/shopping", "/shop", false)];
        for (path, prefix, holds) in cases {
            assert_eq!(is_below(path, prefix), holds, "{path} below {prefix}");
        }
        assert!(is_below("/", "/") && is_below("/any", "/"));
    }

    #[test]
    fn what_cannot_be_read_never_holds() {
        let ask = Ask::get("shop", "/").with("x", "a(");
        assert!(!Condition::Header("x".into(), Text::whole("a(")).holds(&ask));
        assert!(Condition::Header("X".into(), Text::whole("a.")).holds(&ask));
        assert!(!Condition::Header("x".into(), Text::whole("a")).holds(&ask));
    }
}
