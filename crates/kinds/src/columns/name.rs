//! The first column of every table.

use crate::read;
use serde_json::{Value, json};

/// The object's name.
pub(super) fn name(object: &Value) -> Value {
    json!(read::text(read::at(object, "metadata"), "name"))
}
