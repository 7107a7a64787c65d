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
