//! What came of a replay, against the list of what is known not to be met yet.

use std::collections::BTreeMap;
use std::fmt::Write;

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The file the case is from.
    pub file: String,
    /// Its name.
    pub name: String,
    /// The first difference; `None` when the answers agree.
    pub difference: Option<String>,
}

/// What came of a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// One outcome for each case, in order.
    pub outcomes: Vec<Outcome>,
}

/// The cases known not to be met, each with its reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known(BTreeMap<String, String>);

/// How a replay stands against the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Not met and not listed, with the difference.
    pub broken: Vec<String>,
    /// Met though listed: take it off the list.
    pub met: Vec<String>,
    /// Listed but there is no such case.
    pub unknown: Vec<String>,
}

impl Known {
    /// Reads a list: `case: reason` lines; empty lines and those beginning with `#` are comments.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let entry = |line: &str| {
            let (name, reason) = line.split_once(':').unwrap_or((line, ""));
            (name.trim().to_owned(), reason.trim().to_owned())
        };
        Known(lines.map(entry).collect())
    }

    /// Whether a case is listed.
    #[must_use]
    pub fn contains(&self, case: &str) -> bool {
        self.0.contains_key(case)
    }

    /// Cases whose reason is missing.
    #[must_use]
    pub fn without_reason(&self) -> Vec<&str> {
        self.0.iter().filter(|(_, reason)| reason.is_empty()).map(|(name, _)| name.as_str()).collect()
    }
}

impl Report {
    /// Compares with the list.
    #[must_use]
    pub fn verdict(&self, known: &Known) -> Verdict {
        let mut verdict = Verdict::default();
        for outcome in &self.outcomes {
            match (&outcome.difference, known.0.contains_key(&outcome.name)) {
                (Some(difference), false) => verdict.broken.push(format!("{}: {difference}", outcome.name)),
                (None, true) => verdict.met.push(outcome.name.clone()),
                _ => {}
            }
        }
        let is_case = |name: &&String| self.outcomes.iter().any(|outcome| outcome.name == **name);
        verdict.unknown = known.0.keys().filter(|name| !is_case(name)).cloned().collect();
        verdict
    }

    /// How many cases are met, by file.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut files: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for outcome in &self.outcomes {
            let (met, all) = files.entry(&outcome.file).or_default();
            *met += usize::from(outcome.difference.is_none());
            *all += 1;
        }
        let mut text = String::new();
        for (file, (met, all)) in files {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{file}: {met} of {all} met");
        }
        text
    }
}

impl Verdict {
    /// Whether the list says exactly what is so.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.broken.is_empty() && self.met.is_empty() && self.unknown.is_empty()
    }
}
