//! A service's options and a notification's fields, read out of trees. A leaf module.

use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Fields of a tree, those that are missing empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'j>(pub &'j Json);

impl<'j> Fields<'j> {
    /// A text.
    pub fn text(self, name: &str) -> &'j str {
        self.0.get(name).and_then(Json::as_str).unwrap_or_default()
    }

    /// A text, or that one where it is empty.
    pub fn text_or(self, name: &str, other: &'j str) -> &'j str {
        match self.text(name) {
            "" => other,
            text => text,
        }
    }

    /// Whether it is true.
    pub fn is(self, name: &str) -> bool {
        self.0.get(name).and_then(Json::as_bool).unwrap_or_default()
    }

    /// A whole number, also one that is written as a text.
    pub fn number(self, name: &str) -> Option<i64> {
        let value = self.0.get(name)?;
        value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
    }

    /// Texts by name.
    pub fn texts(self, name: &str) -> BTreeMap<&'j str, &'j str> {
        let entries = self.0.get(name).and_then(Json::as_object).into_iter().flatten();
        entries.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))).collect()
    }

    /// A list of texts.
    pub fn list(self, name: &str) -> Vec<&'j str> {
        self.0.get(name).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
    }

    /// Fields below; `None` where there are none.
    pub fn below(self, name: &str) -> Option<Fields<'j>> {
        self.0.get(name).filter(|value| value.is_object()).map(Fields)
    }

    /// A field that holds JSON as a text; `None` where it is empty.
    ///
    /// # Errors
    /// When it is no JSON.
    pub fn json(self, name: &str) -> Result<Option<Json>, String> {
        match self.text(name) {
            "" => Ok(None),
            text => serde_json::from_str(text).map(Some).map_err(|error| format!("{name} is no JSON: {error}")),
        }
    }
}

/// An object of those entries that hold something.
pub(crate) fn filled<'k>(entries: impl IntoIterator<Item = (&'k str, Json)>) -> Json {
    let is_empty = |value: &Json| match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(entries) => entries.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    };
    Json::Object(
        entries.into_iter().filter(|(_, value)| !is_empty(value)).map(|(key, value)| (key.to_owned(), value)).collect(),
    )
}
