//! Why a text is no template, and why executing one failed. The messages are Go's, word for word.

use budget::Exceeded;

/// A text is no template. The message is Go's: `template: NAME:LINE: …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// It breaks the grammar, or names a function or variable that does not exist.
    #[error("{message}")]
    Syntax {
        /// Go's message.
        message: String,
        /// Line, from 1.
        line: u32,
    },
    /// Parsing took more than allowed.
    #[error("template: {name}: {exceeded}")]
    Limit {
        /// The template.
        name: String,
        /// Which limit.
        exceeded: Exceeded,
    },
}

/// Executing a template failed. The message is Go's: `template: NAME:LINE:COLUMN: executing "TEMPLATE" at <NODE>: …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExecError {
    /// Go's message.
    pub message: String,
    /// The limit that was exceeded, when that is the reason.
    pub exceeded: Option<Exceeded>,
}
