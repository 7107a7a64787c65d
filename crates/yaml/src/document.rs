//! What reading gives: a document, and what is to be said of it.

use serde_json::Value;

/// One document of a YAML stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its content as JSON; null for an empty document.
    pub value: Value,
    /// The line its content begins at, from 1.
    pub line: u32,
    /// Keys that a mapping has more than once, in the order in which they were read. The last value is the one kept.
    pub duplicates: Vec<DuplicateKey>,
}

/// A key that its mapping had already. Prints as go-yaml tells of it in strict decoding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: key {key} already set in map")]
pub struct DuplicateKey {
    /// The line of the later one, from 1.
    pub line: u32,
    /// The key, as Go prints it in source text: quoted where it is text.
    pub key: String,
}
