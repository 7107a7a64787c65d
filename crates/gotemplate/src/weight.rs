//! What lists and maps take in memory, about.

use crate::value::Value;

/// What an entry of a map costs: its part of a node that is filled half.
const ENTRY_BYTES: usize = 128;
/// The smallest map with something in it.
const MAP_BYTES: usize = 720;
/// What a short text costs besides its letters.
const TEXT_BYTES: usize = 32;
/// Longer texts have been paid for when they were made.
pub(crate) const SHORT_BYTES_MAX: usize = 256;

/// A list of these items.
pub(crate) fn list_bytes(items: &[Value]) -> usize {
    size_of_val(items) + items.iter().map(payload).sum::<usize>()
}

/// A map with these entries.
pub(crate) fn map_bytes<'v>(entries: impl Iterator<Item = &'v Value>) -> usize {
    let bytes: usize = entries.map(entry_bytes).sum();
    if bytes == 0 { 0 } else { bytes.max(MAP_BYTES) }
}

/// An entry of a map.
pub(crate) fn entry_bytes(value: &Value) -> usize {
    ENTRY_BYTES + payload(value)
}

/// What a value takes besides its place.
fn payload(value: &Value) -> usize {
    match value {
        Value::Str(text) => TEXT_BYTES + text.len().min(SHORT_BYTES_MAX),
        _ => 0,
    }
}
