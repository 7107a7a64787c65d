//! What a controller tells people about an object.

use cluster::{ClusterId, Target};
use std::fmt;

/// One Kubernetes Event to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// In which cluster the object is.
    pub cluster: ClusterId,
    /// The object it is about.
    pub regarding: Target,
    /// The object's uid; empty when unknown.
    pub uid: Box<str>,
    /// Whether it is a warning.
    pub severity: Severity,
    /// Short, in camel case, for machines: `OperationCompleted`.
    pub reason: Box<str>,
    /// For people.
    pub message: String,
    /// Two events of one object and reason with the same key are one event that happened again. Put here what makes
    /// an occurrence new (a revision, a step), never a time.
    pub dedupe: Box<str>,
}

/// How an event is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As it should be.
    Normal,
    /// Somebody should look.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Normal => "Normal",
            Severity::Warning => "Warning",
        })
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}: {}", self.severity, self.reason, self.regarding, self.message)
    }
}
