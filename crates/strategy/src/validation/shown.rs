//! Values as messages show them.

use serde::Serialize;

/// A value as Go's JSON shows it in a message: fields in the order of their declaration.
pub fn shown(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("invariant: wire types have text for keys")
}
