//! Why a strategic merge patch cannot be applied or made. A leaf module.

use crate::value::{go_type, print};
use serde_json::{Map, Value};

/// Why a strategic merge patch cannot be applied or made. The texts are those of the API server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StrategicError {
    /// Not an object.
    #[error("invalid JSON document")]
    Document,
    /// A list in a merged list.
    #[error("lists of lists are not supported")]
    ListOfLists,
    /// A malformed `$deleteFromPrimitiveList`.
    #[error("invalid patch format of primitive list")]
    PrimitiveList,
    /// A `$retainKeys` that is no list or lacks a key that the patch sets.
    #[error("invalid patch format of retainKeys")]
    RetainKeys,
    /// A malformed `$setElementOrder`.
    #[error("invalid patch format of setElementOrder list")]
    ElementOrder,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl StrategicError {
    /// The status a server answers with.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            StrategicError::Document
            | StrategicError::PrimitiveList
            | StrategicError::RetainKeys
            | StrategicError::ElementOrder => 400,
            StrategicError::ListOfLists => 422,
            StrategicError::Other(_) => 500,
        }
    }

    pub(super) fn no_merge_key(map: &Map<String, Value>, key: &str) -> Self {
        let map = print(&Value::Object(map.clone()));
        StrategicError::Other(format!("map: {map} does not contain declared merge key: {key}"))
    }

    pub(super) fn kind(expected: &str, actual: &Value) -> Self {
        // Compat: null has no type to name.
        let actual = if actual.is_null() { "%!s(<nil>)" } else { go_type(actual) };
        StrategicError::Other(format!("expected a {expected}, but received a {actual}"))
    }

    pub(super) fn directive(directive: &Value, map: &Map<String, Value>) -> Self {
        let map = print(&Value::Object(map.clone()));
        StrategicError::Other(format!("unknown patch type: {} in map: {map}", print(directive)))
    }
}
