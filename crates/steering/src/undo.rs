//! The template of an earlier revision, put back.

use crate::refused::Refused;
use crate::workload::{Workload, workload_of};
use api::rollouts::LabelSelector;
use api::rollouts::names::{ANNOTATION_REVISION, LABEL_POD_TEMPLATE_HASH};
use object::Object;
use serde_json::{Value, json};

/// What undoing comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Undone {
    /// The template is that of the revision already.
    Already,
    /// This JSON patch of this object puts it back.
    Patch {
        /// Where the template stands.
        workload: Workload,
        /// The JSON patch.
        body: Value,
    },
}

/// Puts the template of a revision back; 0 is the one before the newest. `sets` are those of [`controlled_by`].
///
/// # Errors
/// When there is no such revision, or the template stands in something that cannot be changed.
pub fn undo(rollout: &Object, sets: &[Object], to_revision: i64) -> Result<Undone, Refused> {
    let spec = rollout.get("/spec").unwrap_or_default();
    let set = find(rollout.name(), sets, to_revision)?;
    let mut template = set.get("/spec/template").unwrap_or_default();
    forget_hash(&mut template);
    let mut current = spec["template"].clone();
    forget_hash(&mut current);
    // A template that comes from another workload is not compared: it does not stand here.
    if !current.is_null() && is_contained(&current, &template) {
        return Ok(Undone::Already);
    }
    let workload = workload_of(&spec, rollout.name())?;
    let body = json!([{"op": "replace", "path": "/spec/template", "value": template}]);
    Ok(Undone::Patch { workload, body })
}

/// The ReplicaSets that a Rollout controls.
#[must_use]
pub fn controlled_by(rollout: &Object, mut sets: Vec<Object>) -> Vec<Object> {
    let uid = &rollout.meta().uid;
    sets.retain(|set| {
        set.meta().owner_references.iter().any(|owner| owner.controller == Some(true) && owner.uid == *uid)
    });
    sets
}

/// The selector of its ReplicaSets in Kubernetes' language; `None` when the Rollout gives none.
#[must_use]
pub fn selector_of(rollout: &Object) -> Option<String> {
    let selector = rollout.get("/spec/selector").filter(Value::is_object)?;
    let selector: LabelSelector = serde_json::from_value(selector).unwrap_or_default();
    Some(selector.to_text())
}

fn find<'s>(name: &str, sets: &'s [Object], to_revision: i64) -> Result<&'s Object, Refused> {
    let mut revisions: Vec<(i64, &Object)> = sets.iter().filter_map(|set| Some((revision(set)?, set))).collect();
    if to_revision > 0 {
        let found = revisions.iter().find(|(revision, _)| *revision == to_revision);
        return found.map(|(_, set)| *set).ok_or(Refused::UnknownRevision(to_revision));
    }
    revisions.sort_by_key(|(revision, _)| *revision);
    match revisions.as_slice() {
        [.., (_, previous), _] => Ok(previous),
        _ => Err(Refused::NoRevision(name.to_owned())),
    }
}

/// 0 without a revision, `None` when it is no number.
fn revision(set: &Object) -> Option<i64> {
    set.meta().annotations.get(ANNOTATION_REVISION).map_or(Some(0), |text| text.parse().ok())
}

fn forget_hash(template: &mut Value) {
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove(LABEL_POD_TEMPLATE_HASH);
    }
}

/// Whether everything that `part` says is said by `whole` too; what is empty says nothing.
fn is_contained(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), whole) => {
            part.iter().all(|(key, value)| is_contained(value, whole.get(key).unwrap_or(&Value::Null)))
        }
        (Value::Array(part), _) if part.is_empty() => true,
        (Value::Array(part), Value::Array(whole)) => {
            part.len() == whole.len() && part.iter().zip(whole).all(|(part, whole)| is_contained(part, whole))
        }
        (Value::Null, _) => true,
        (Value::String(text), _) if text.is_empty() => true,
        (part, whole) => part == whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_defaults_add_is_no_difference() {
        let part = json!({"metadata": {"labels": {"a": "b"}, "creationTimestamp": null}, "spec": {"containers": [{"name": "c"}]}});
        let whole =
            json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}], "x": 1}});
        assert!(is_contained(&part, &whole));
        assert!(!is_contained(&whole, &part));
        assert!(!is_contained(&json!({"a": [1]}), &json!({"a": [1, 2]})));
    }
}
