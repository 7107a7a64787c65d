//! What was applied last, as kubectl notes it on the object.

use api::names::ANNOTATION_LAST_APPLIED;
use serde_json::Value;

const POINTER: &str = "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";

/// The manifest that was applied last; `None` when there is none or it cannot be read.
pub(crate) fn last_applied(live: &Value) -> Option<Value> {
    let text = live.pointer(POINTER)?.as_str()?;
    serde_json::from_str(text).ok().filter(Value::is_object)
}

/// Takes the note away.
pub(crate) fn remove_last_applied(value: &mut Value) {
    if let Some(annotations) = value.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        annotations.remove(ANNOTATION_LAST_APPLIED);
    }
}

/// The note itself, to change it in place.
pub(crate) fn last_applied_text(value: &mut Value) -> Option<&mut Value> {
    value.pointer_mut(POINTER)
}
