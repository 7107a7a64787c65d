//! The patch that leads from the live object to the wanted one without touching what neither manifest names. Pure.

use crate::request::patch_type;
use crate::{ClusterError, Precondition};
use object::Gvk;
use serde_json::{Map, Value, json};

/// A patch and its media type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ThreeWayPatch {
    pub content_type: &'static str,
    body: Value,
}

impl ThreeWayPatch {
    /// Whether it changes nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.body.as_object().is_none_or(Map::is_empty)
    }

    /// The body to send, refused unless the object is as `only_if` says.
    pub(crate) fn guarded(&self, only_if: &Precondition) -> Value {
        let mut body = self.body.clone();
        for (field, wanted) in [("uid", &only_if.uid), ("resourceVersion", &only_if.resource_version)] {
            if let Some(wanted) = wanted {
                if !body["metadata"].is_object() {
                    body["metadata"] = json!({});
                }
                body["metadata"][field] = Value::from(&**wanted);
            }
        }
        body
    }
}

/// The patch from `live` to `modified`, deleting what `original` had and `modified` has not.
pub(crate) fn three_way_patch(
    gvk: &Gvk,
    original: &Value,
    modified: &Value,
    live: &Value,
) -> Result<ThreeWayPatch, ClusterError> {
    let _ = gvk;
    Ok(ThreeWayPatch { content_type: patch_type::MERGE, body: merge_patch(original, modified, live) })
}

/// RFC 7386's patch for three trees of objects; lists are replaced whole.
fn merge_patch(original: &Value, modified: &Value, live: &Value) -> Value {
    let empty = Map::new();
    let (original, live) = (original.as_object().unwrap_or(&empty), live.as_object().unwrap_or(&empty));
    let mut patch = Map::new();
    for (name, wanted) in modified.as_object().unwrap_or(&empty) {
        match (wanted, live.get(name)) {
            (_, Some(current)) if current == wanted => {}
            (Value::Object(_), Some(current @ Value::Object(_))) => {
                let inner = merge_patch(original.get(name).unwrap_or(&Value::Null), wanted, current);
                if inner.as_object().is_some_and(|inner| !inner.is_empty()) {
                    patch.insert(name.clone(), inner);
                }
            }
            _ => drop(patch.insert(name.clone(), wanted.clone())),
        }
    }
    for name in original.keys() {
        if modified.get(name).is_none() && live.contains_key(name) {
            patch.insert(name.clone(), Value::Null);
        }
    }
    Value::Object(patch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_neither_manifest_names_stays() {
        let original = json!({"data": {"gone": "1", "kept": "1"}});
        let modified = json!({"data": {"kept": "2"}});
        let live = json!({"data": {"gone": "1", "kept": "1", "foreign": "1"}, "status": {}});
        let patch = three_way_patch(&Gvk::new("x.io", "v1", "Thing"), &original, &modified, &live).expect("a patch");
        assert_eq!(patch.body, json!({"data": {"gone": null, "kept": "2"}}));
        assert!(!patch.is_empty());
    }

    #[test]
    fn a_precondition_travels_in_the_metadata() {
        let live = json!({"data": {"a": "1"}});
        let patch =
            three_way_patch(&Gvk::new("", "v1", "ConfigMap"), &Value::Null, &json!({"data": {"a": "2"}}), &live);
        let only_if = Precondition { uid: Some("u".into()), resource_version: None };
        assert_eq!(patch.expect("a patch").guarded(&only_if), json!({"data": {"a": "2"}, "metadata": {"uid": "u"}}));
    }
}
