//! Events: the older group has the same fields under other names.

use crate::read;
use serde_json::Value;

/// Names in core, and in `events.k8s.io`.
const NAMES: [(&str, &str); 7] = [
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
];

/// From `events.k8s.io` to core.
pub fn to_core(event: &mut Value) {
    NAMES.iter().for_each(|(core, other)| rename(event, other, core));
}

/// From core to `events.k8s.io`.
pub fn from_core(event: &mut Value) {
    NAMES.iter().for_each(|(core, other)| rename(event, core, other));
}

fn rename(event: &mut Value, from: &str, to: &str) {
    let map = read::object_mut(event);
    if let Some(value) = map.remove(from) {
        map.insert(to.to_owned(), value);
    }
}
