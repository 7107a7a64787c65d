//! The write of an application's status: a guarded merge patch, for Application has no status subresource.

use super::patch::merge_patch;
use api::ApplicationStatus;
use cluster::{Change, Part, PatchKind, Target, Write};
use controller::{Guard, Planned};
use object::Object;
use serde_json::{Map, Value, json};

/// What else a status write does to the Application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AlsoRemove {
    /// The requested operation, which is done.
    pub operation: bool,
    /// The request for a refresh, which was answered.
    pub refresh: bool,
}

/// The write that makes `to` of the status `from`; `None` when nothing changes. Fields nobody here knows stay.
#[must_use]
pub fn status_write(
    object: &Object,
    from: &ApplicationStatus,
    to: &ApplicationStatus,
    also: AlsoRemove,
    guard: Guard,
) -> Option<Planned> {
    let mut body = Map::new();
    body.extend(merge_patch(&value(from), &value(to)).map(|patch| ("status".to_owned(), patch)));
    if also.operation {
        body.insert("operation".to_owned(), Value::Null);
    }
    if also.refresh {
        let annotations = json!({
            api::names::ANNOTATION_REFRESH: null,
            api::names::ANNOTATION_REFRESH_TIMESTAMP: null,
        });
        body.insert("metadata".to_owned(), json!({"annotations": annotations}));
    }
    if body.is_empty() {
        return None;
    }
    let change = Change::Patch { kind: PatchKind::Merge, body: Value::Object(body), part: Part::Whole };
    Some(Planned::new(Write::new(Target::of(object), change), guard))
}

fn value(status: &ApplicationStatus) -> Value {
    serde_json::to_value(status).expect("invariant: wire types have string keys and no failing members")
}
