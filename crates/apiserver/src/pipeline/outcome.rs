//! What came of a write.

use crate::resource::Served;
use bytes::Bytes;
use serde_json::Value;

/// What came of a write.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The object, a `Scale` or a `Status`, as JSON in the version the request spoke.
    pub raw: Bytes,
    /// Whether an object was made.
    pub is_created: bool,
    /// Wait for this revision to be durable before answering.
    pub revision: Option<u64>,
    /// What was accepted with a warning.
    pub warnings: Vec<String>,
}

/// The JSON text of a stored object in the version a request speaks.
pub fn raw_in_version(served: &Served, stored: &Bytes) -> Bytes {
    if served.is_stored_version() {
        return stored.clone();
    }
    let mut value: Value = serde_json::from_slice(stored).unwrap_or_default();
    served.resource.convert(&mut value, &served.gvk());
    crate::store::Encoded::plain(&value)
}
