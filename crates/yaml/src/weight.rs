//! What values take in memory, about.

use serde_json::Value;

/// A value in a list or a map.
pub(crate) const VALUE_BYTES: u64 = std::mem::size_of::<Value>() as u64;
/// A map with anything in it: the nodes of its tree are of one size. Larger ones are half full.
pub(crate) const MAP_BYTES: u64 = 640;
pub(crate) const ENTRY_BYTES: u64 = 110;

/// What one more entry of a map that has so many costs.
pub(crate) fn entry_bytes(entries: usize) -> u64 {
    const IN_ONE_NODE: usize = 11;
    match entries {
        0 => MAP_BYTES,
        1..IN_ONE_NODE => 0,
        _ => ENTRY_BYTES,
    }
}

/// What one more item of a list that has so many costs besides itself: a long list moves to places twice as large.
pub(crate) fn growth_bytes(items: usize) -> u64 {
    const SHORT: usize = 1024;
    if items > SHORT { 2 * VALUE_BYTES } else { 0 }
}
