//! The parameters behind a path's question mark.

use super::path::percent_decoded;
use std::collections::BTreeMap;

/// Parameters by name; the first of several wins, as in Go.
#[derive(Debug, Clone, Default)]
pub struct Query(BTreeMap<String, String>);

impl Query {
    /// Reads a query; pairs that are malformed are passed over.
    pub fn parse(text: &str) -> Self {
        let mut pairs = BTreeMap::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text: &str| percent_decoded(&text.replace('+', " ")).map(std::borrow::Cow::into_owned);
            if let (Some(name), Some(value)) = (decode(name), decode(value)) {
                pairs.entry(name).or_insert(value);
            }
        }
        Query(pairs)
    }

    /// The value, empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Whether the parameter is given at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A flag, read as upstream reads it: anything but false and 0 is true.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name).map(|value| !matches!(value.to_ascii_lowercase().as_str(), "false" | "0"))
    }
}
