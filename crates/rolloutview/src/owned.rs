//! Who owns what, which revision it is of, and how old it is. A leaf module.

use api::rollouts::names::ANNOTATION_REVISION;
use jiff::Timestamp;
use kinds::columns::human_duration;
use object::Object;
use serde_json::Value;

/// Whether that identity is among the owners of an object.
pub fn is_owned(object: &Object, uid: &str) -> bool {
    object.meta().owner_references.iter().any(|owner| &*owner.uid == uid)
}

/// The same for owners as our own objects keep them.
pub fn is_among(owners: &[Value], uid: &str) -> bool {
    owners.iter().any(|owner| owner["uid"] == uid)
}

/// The annotation of an object; empty without one.
pub fn annotation<'a>(object: &'a Object, key: &str) -> &'a str {
    object.meta().annotations.get(key).map_or("", |value| value)
}

/// The revision in an annotation; 0 when it is none.
pub fn revision(text: Option<&str>) -> i64 {
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// The revision of an object.
pub fn revision_of(object: &Object) -> i64 {
    revision(Some(annotation(object, ANNOTATION_REVISION)))
}

/// How old something is, in kubectl's words.
pub fn age(created: Option<Timestamp>, now: Timestamp) -> String {
    created.map_or_else(|| "<unknown>".to_owned(), |created| human_duration(now.duration_since(created)))
}
