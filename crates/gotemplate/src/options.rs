//! Options of a set.

/// What a map gives for a key it does not have: Go's option `missingkey`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingKey {
    /// No value, without an error further on: `missingkey=default`.
    #[default]
    Invalid,
    /// The zero of the element type: `missingkey=zero`. Helm's choice.
    Zero,
    /// An error: `missingkey=error`.
    Error,
}

/// What becomes of texts that functions want rendered as templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sources {
    Parsed,
    /// The templates have been escaped: there is no escaping what comes later.
    Refused,
}
