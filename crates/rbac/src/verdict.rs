//! The answer to a request, and the line that gave it.

use crate::line::Place;
use std::fmt;
use std::sync::Arc;

/// Yes or no, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The answer.
    pub decision: Decision,
    /// Why: for administrators and logs. What a caller is told must not depend on it.
    pub because: Because,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// It may be done.
    Allowed,
    /// It may not.
    Denied,
}

/// Why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// This line allows or denies it.
    Line {
        /// The line.
        place: Arc<Place>,
        /// How the one who asks comes to it: the default role, the subject or a group first, the line's subject last.
        through: Vec<Arc<str>>,
    },
    /// No line allows it.
    Nothing,
    /// This line cannot be read, and may have meant to deny it.
    Unreadable {
        /// The line.
        place: Arc<Place>,
    },
}

impl Verdict {
    /// Whether it may be done.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.decision == Decision::Allowed
    }

    pub(crate) fn nothing() -> Self {
        Verdict { decision: Decision::Denied, because: Because::Nothing }
    }

    pub(crate) fn unreadable(place: &Arc<Place>) -> Self {
        Verdict { decision: Decision::Denied, because: Because::Unreadable { place: Arc::clone(place) } }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decision = match self.decision {
            Decision::Allowed => "allowed",
            Decision::Denied => "denied",
        };
        match &self.because {
            Because::Line { place, through } => {
                write!(f, "{decision} by {place}")?;
                if through.len() > 1 { write!(f, " (through {})", through.join(" -> ")) } else { Ok(()) }
            }
            Because::Nothing => write!(f, "{decision}: no line allows it"),
            Because::Unreadable { place } => write!(f, "{decision}: a line cannot be read: {place}"),
        }
    }
}
