//! A value as Go's `encoding/json` writes it after reading it: what the library of Helm 3.17 compares and shows.

use budget::{Budget, Exceeded};

use gotemplate::{FuncError, Value};
use serde_json::Value as Json;
use sprig::json::{Layout, encode};

pub(super) fn text(value: &Json, budget: &mut Budget) -> Result<String, Exceeded> {
    match encode(&Value::from(value), Layout::Compact, budget) {
        Ok(text) => Ok(text),
        Err(FuncError::Limit(exceeded)) => Err(exceeded),
        // A value that was read from JSON can be written as JSON.
        Err(_) => Ok(value.to_string()),
    }
}
