//! What a lint has to say.

use std::fmt;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Against custom.
    Warning,
    /// The chart will most likely not install.
    Error,
}

/// One thing to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How much it matters.
    pub severity: Severity,
    /// What it is about: a file or folder of the chart.
    pub path: String,
    /// It.
    pub told: String,
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        };
        write!(f, "[{severity}] {}: {}", self.path, self.told)
    }
}

/// The messages of a chart, in the order of the rules.
#[derive(Debug, Default)]
pub(super) struct Messages(pub(super) Vec<Message>);

impl Messages {
    /// Keeps what a rule says; whether it says nothing.
    pub(super) fn rule(&mut self, severity: Severity, path: &str, problem: Option<String>) -> bool {
        let passes = problem.is_none();
        self.0.extend(problem.map(|told| Message { severity, path: path.to_owned(), told }));
        passes
    }
}
