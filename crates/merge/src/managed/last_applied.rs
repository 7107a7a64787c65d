//! The way from client-side to server-side apply: what kubectl noted in its annotation counts as its own.

use crate::fields::Set;
use crate::typed::{Duplicates, compare, field_set, validate};
use schema::TypeRef;
use serde_json::Value;

/// The manager this is done for.
pub(super) const MANAGER: &str = "kubectl";

const ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The largest sum of annotations an object may have; the note is left out rather than exceed it.
const ANNOTATIONS_BYTES_MAX: usize = 256 * 1024;

fn note(object: &Value) -> Option<&str> {
    let note = object.get("metadata")?.get("annotations")?.get(ANNOTATION)?.as_str()?;
    (!note.is_empty()).then_some(note)
}

/// The fields that kubectl applied client-side and that still have the value it gave them; `None` without a note that
/// can be read.
pub(super) fn still_set(live: &Value, ty: &TypeRef, api_version: &str) -> Option<Set> {
    let noted: Value = serde_json::from_str(note(live)?).ok()?;
    if noted.get("apiVersion")?.as_str()? != api_version {
        return None;
    }
    validate(live, ty, Duplicates::Refused).ok()?;
    validate(&noted, ty, Duplicates::Refused).ok()?;
    let changed = compare(&noted, live, ty);
    let set = field_set(&noted, ty);
    Some(set.difference(&changed.modified).difference(&changed.added).difference(&changed.removed))
}

/// Writes the note anew, if there is one, from what was applied.
pub(super) fn renew(object: &mut Value, applied: &Value) {
    if note(object).is_none() {
        return;
    }
    let mut copy = applied.clone();
    if let Some(metadata) = copy.get_mut("metadata").and_then(Value::as_object_mut) {
        let annotations = metadata.get_mut("annotations").and_then(Value::as_object_mut);
        let left = annotations.map(|annotations| {
            annotations.remove(ANNOTATION);
            annotations.len()
        });
        if left == Some(0) {
            metadata.remove("annotations");
        }
    }
    // Compat: Go's encoder ends with a newline and escapes what HTML gives a meaning.
    let text = copy.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026") + "\n";
    let metadata = object.get_mut("metadata").and_then(|metadata| metadata.get_mut("annotations"));
    let Some(annotations) = metadata.and_then(Value::as_object_mut) else { return };
    annotations.insert(ANNOTATION.to_owned(), Value::String(text));
    let size = |(key, value): (&String, &Value)| key.len() + value.as_str().map_or(0, str::len);
    if annotations.iter().map(size).sum::<usize>() > ANNOTATIONS_BYTES_MAX {
        annotations.remove(ANNOTATION);
    }
}
