//! The patch that leads from the live object to the wanted one without touching what neither manifest names. Pure.

use crate::request::patch_type;
use crate::{ClusterError, ErrorClass, Precondition};
use merge::{strategic, three_way};
use object::Gvk;
use schema::Schema;
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

/// The patch from `live` to `modified`, deleting what `original` had and `modified` has not: strategic where the kind's
/// type is known, else a merge patch.
///
/// # Errors
/// A manifest does not fit its kind's type.
pub(crate) fn three_way_patch(
    gvk: &Gvk,
    original: &Value,
    modified: &Value,
    live: &Value,
) -> Result<ThreeWayPatch, ClusterError> {
    let none = Value::Object(Map::new());
    let original = if original.is_object() { original } else { &none };
    match Schema::builtin().kind(&gvk.group, &gvk.version, &gvk.kind) {
        Some(ty) => {
            let body = strategic::three_way(original, modified, live, &ty)
                .map_err(|error| ClusterError::new(ErrorClass::Invalid, error.to_string()))?;
            Ok(ThreeWayPatch { content_type: patch_type::STRATEGIC, body })
        }
        None => {
            let body = three_way::create(original, modified, live);
            Ok(ThreeWayPatch { content_type: patch_type::MERGE, body })
        }
    }
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
    fn lists_of_known_kinds_merge_by_key() {
        let pod = |image: &str| json!({"spec": {"containers": [{"name": "a", "image": image}]}});
        let live = json!({"spec": {"containers": [{"name": "a", "image": "one", "imagePullPolicy": "Always"}]}});
        let gvk = Gvk::new("", "v1", "Pod");
        let patch = three_way_patch(&gvk, &pod("one"), &pod("two"), &live).expect("a patch");
        assert_eq!(patch.content_type, patch_type::STRATEGIC);
        assert_eq!(patch.body["spec"]["containers"], json!([{"name": "a", "image": "two"}]));
        let same = three_way_patch(&gvk, &pod("one"), &pod("one"), &live).expect("a patch");
        assert!(same.is_empty(), "{same:?}");
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
