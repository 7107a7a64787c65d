//! Secrets for people who may not read them: values are hidden, whether they are equal is not.

use crate::last_applied::{last_applied, last_applied_text};
use crate::normalize::secret;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The first mask; each further distinct value of the same key gets four more plus signs.
const MASK: &str = "++++++++";
const MASK_STEP: &str = "++++";

/// Hides the data of a Secret on both sides and in what was applied last, and the values of `annotations`. Equal values
/// of one key have equal masks.
pub fn mask_secret(desired: Option<&mut Value>, live: Option<&mut Value>, annotations: &BTreeSet<String>) {
    let mut sides: Vec<&mut Value> = [desired, live].into_iter().flatten().collect();
    let mut applied: Vec<Option<Value>> = sides.iter().map(|side| last_applied(side)).collect();
    {
        let mut views: Vec<&mut Value> = Vec::new();
        views.extend(sides.iter_mut().map(|side| &mut **side));
        views.extend(applied.iter_mut().flatten());
        views.iter_mut().for_each(|view| secret::normalize(view));
        mask_map(&mut views, "/data", None);
        mask_map(&mut views, "/metadata/annotations", Some(annotations));
    }
    for (side, applied) in sides.iter_mut().zip(applied) {
        write_last_applied(side, applied, annotations);
    }
}

/// What cannot be read might hold anything, and is hidden whole.
fn write_last_applied(side: &mut Value, applied: Option<Value>, annotations: &BTreeSet<String>) {
    let hides_all = annotations.contains(api::names::ANNOTATION_LAST_APPLIED);
    if let Some(note) = last_applied_text(side) {
        *note = match applied {
            Some(applied) if !hides_all => Value::String(applied.to_string()),
            _ => Value::String(MASK.to_owned()),
        };
    }
}

/// Hides the entries of the map at `pointer` in every view: those of `only`, or all.
fn mask_map(views: &mut [&mut Value], pointer: &str, only: Option<&BTreeSet<String>>) {
    let mut keys = BTreeSet::new();
    for view in views.iter() {
        keys.extend(view.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned());
    }
    for key in keys.iter().filter(|key| only.is_none_or(|only| only.contains(*key))) {
        let mut masks: Vec<(Value, String)> = Vec::new();
        for view in views.iter_mut() {
            let Some(value) = view.pointer_mut(pointer).and_then(|map| map.get_mut(key)) else { continue };
            let known = masks.iter().find(|(seen, _)| seen == value).map(|(_, mask)| mask.clone());
            let mask = known.unwrap_or_else(|| {
                let mask = format!("{MASK}{}", MASK_STEP.repeat(masks.len()));
                masks.push((value.clone(), mask.clone()));
                mask
            });
            *value = Value::String(mask);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn secret(data: &Value) -> Value {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": data})
    }

    #[test]
    fn equal_values_share_a_mask_and_different_ones_do_not() {
        let (mut desired, mut live) =
            (secret(&json!({"a": "MQ==", "b": "Mg=="})), secret(&json!({"a": "MQ==", "b": "Mw==", "c": null})));
        mask_secret(Some(&mut desired), Some(&mut live), &BTreeSet::new());
        assert_eq!(desired["data"], json!({"a": "++++++++", "b": "++++++++"}));
        assert_eq!(live["data"], json!({"a": "++++++++", "b": "++++++++++++", "c": "++++++++"}));
    }

    #[test]
    fn plain_text_and_what_was_applied_last_are_hidden_too() {
        let mut live = secret(&json!({"a": "MQ=="}));
        let applied = json!({"kind": "Secret", "stringData": {"a": "0"}}).to_string();
        live["metadata"]["annotations"] =
            json!({"kubectl.kubernetes.io/last-applied-configuration": applied, "token": "t"});
        mask_secret(None, Some(&mut live), &BTreeSet::from(["token".to_owned()]));
        let text = live.to_string();
        assert!(text.contains(r#"{\"data\":{\"a\":\"++++++++++++\"}"#), "{text}");
        assert_eq!(live["metadata"]["annotations"]["token"], "++++++++");
    }

    #[test]
    fn what_cannot_be_read_is_hidden_whole() {
        let mut live = secret(&json!({}));
        live["metadata"]["annotations"] =
            json!({"kubectl.kubernetes.io/last-applied-configuration": "{broken: secret"});
        mask_secret(None, Some(&mut live), &BTreeSet::new());
        assert_eq!(live["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"], "++++++++");
    }
}
