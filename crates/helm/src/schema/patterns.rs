//! Regular expressions of a schema, each compiled once.

use sprig::re2::Pattern;
use std::collections::BTreeMap;

/// The expressions met so far.
#[derive(Default)]
pub(super) struct Patterns(BTreeMap<String, Option<Pattern>>);

impl Patterns {
    /// Whether `text` holds a match; nothing matches what is no expression.
    pub(super) fn is_match(&mut self, pattern: &str, text: &str) -> bool {
        let compiled = self.0.entry(pattern.to_owned()).or_insert_with(|| Pattern::compile(pattern.as_bytes()).ok());
        compiled.as_ref().is_some_and(|compiled| compiled.is_match(text.as_bytes()))
    }
}
