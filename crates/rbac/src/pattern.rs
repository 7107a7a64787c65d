//! A column of a policy against a word of a request.

use api::Glob;

/// How the columns of policies are read: `policy.matchMode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MatchMode {
    /// `*` any run, `?` one character, `[a-z]`, `{a,b}`; the whole word must match.
    #[default]
    Glob,
    /// A regular expression, found anywhere in the word.
    Regex,
}

impl MatchMode {
    /// What `policy.matchMode` says: `regex`, or globs whatever else it is.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text == "regex" { MatchMode::Regex } else { MatchMode::Glob }
    }
}

/// A compiled column.
#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    Read(Glob),
    /// Cannot be compiled, or would be larger than one pattern may be.
    Broken,
}

/// How a column answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    Broken,
}

impl Pattern {
    pub(crate) fn new(text: &str, mode: MatchMode) -> Self {
        let glob = match mode {
            MatchMode::Glob => Glob::new(text, &[]),
            MatchMode::Regex => Glob::regular_expression(text),
        };
        if glob.is_valid() { Pattern::Read(glob) } else { Pattern::Broken }
    }

    pub(crate) fn is_broken(&self) -> bool {
        matches!(self, Pattern::Broken)
    }

    pub(crate) fn matches(&self, word: &str) -> Answer {
        match self {
            Pattern::Read(glob) if glob.matches(word) => Answer::Yes,
            Pattern::Read(_) => Answer::No,
            Pattern::Broken => Answer::Broken,
        }
    }
}
