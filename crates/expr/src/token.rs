//! The pieces that a source is read into. A leaf module.

use gotemplate::{Text, quote};
use std::fmt;

/// What sort of piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Identifier,
    Number,
    String,
    Bytes,
    Operator,
    Bracket,
    End,
}

/// A piece of the source.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub kind: Kind,
    /// Its text; of strings, what they hold.
    pub value: Text,
    /// Characters before it.
    pub at: u32,
}

impl Token {
    pub fn is(&self, kind: Kind, value: &str) -> bool {
        self.kind == kind && self.value == *value
    }

    pub fn is_operator(&self, value: &str) -> bool {
        self.is(Kind::Operator, value)
    }

    pub fn is_bracket(&self, value: &str) -> bool {
        self.is(Kind::Bracket, value)
    }

    /// Its text where that is known to be text.
    pub fn text(&self) -> &str {
        self.value.as_str().unwrap_or_default()
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::End => "EOF",
            Kind::Identifier => "Identifier",
            Kind::Number => "Number",
            Kind::String => "String",
            Kind::Bytes => "Bytes",
            Kind::Operator => "Operator",
            Kind::Bracket => "Bracket",
        };
        if self.value.is_empty() {
            return f.write_str(kind);
        }
        write!(f, "{kind}({})", quote(self.value.as_bytes()))
    }
}
