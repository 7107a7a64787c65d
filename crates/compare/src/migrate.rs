//! The way from label tracking to annotation tracking: what only the way of marking makes different does not count.

use api::names::ANNOTATION_TRACKING_ID;
use api::{Tracking, TrackingMethod};
use serde_json::{Map, Value};

/// An object that carries the instance label but no annotation yet counts as marked as desired; the label, if it is not
/// desired, does not count. A live object that already has an annotation keeps it: it may belong to somebody else.
pub(crate) fn bridge_tracking(desired: &Value, live: &mut Value, tracking: &Tracking) {
    let is_definition = live.get("kind").and_then(Value::as_str) == Some("CustomResourceDefinition");
    let label = |value: &Value| entry(value, "labels", &tracking.label).is_some_and(|label| !label.is_empty());
    if tracking.method == TrackingMethod::Label || is_definition || !label(live) {
        return;
    }
    if entry(live, "annotations", ANNOTATION_TRACKING_ID).is_none_or(|mark| mark.is_empty()) {
        let mark = entry(desired, "annotations", ANNOTATION_TRACKING_ID).unwrap_or_default();
        set_annotation(live, mark);
    }
    if !label(desired)
        && let Some(labels) = live.pointer_mut("/metadata/labels").and_then(Value::as_object_mut)
    {
        labels.remove(&tracking.label);
    }
}

fn entry(value: &Value, field: &str, key: &str) -> Option<String> {
    value.get("metadata")?.get(field)?.get(key)?.as_str().map(str::to_owned)
}

fn set_annotation(live: &mut Value, mark: String) {
    let Some(metadata) = live.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    let annotations = metadata.entry("annotations").or_insert(Value::Null);
    if annotations.is_null() {
        *annotations = Value::Object(Map::new());
    }
    if let Some(annotations) = annotations.as_object_mut() {
        annotations.insert(ANNOTATION_TRACKING_ID.to_owned(), Value::String(mark));
    }
}
