//! Actions that hand something over: a new version of a data pipeline, the primary of a database.

use crate::effect::{ActionError, Effect};
use jiff::Timestamp;
use object::Object;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What an action is given by name.
pub(crate) type Parameters = BTreeMap<String, String>;

const UPGRADE_STATE: &str = "numaplane.numaproj.io/upgrade-state";
const FORCE_PROMOTE: &str = "numaplane.numaproj.io/force-promote";

fn label<'v>(value: &'v Value, key: &str) -> &'v str {
    let labels = value.pointer("/metadata/labels");
    labels.and_then(|labels| labels.get(key)).and_then(Value::as_str).unwrap_or_default()
}

/// Whether an upgrade is under way that nobody has forced yet.
pub(crate) fn is_upgrading(value: &Value) -> bool {
    matches!(label(value, UPGRADE_STATE), "in-progress" | "trial") && label(value, FORCE_PROMOTE) != "true"
}

pub(crate) fn force_promote(_: &Object, _: &Parameters, _: Timestamp) -> Result<Vec<Effect>, ActionError> {
    Ok(vec![Effect::Patch(json!({"metadata": {"labels": {FORCE_PROMOTE: "true"}}}))])
}

/// Whether a newer version has taken its place.
pub(crate) fn is_recyclable(value: &Value) -> bool {
    matches!(label(value, UPGRADE_STATE), "recyclable" | "recyclable-expired")
}

pub(crate) fn mark_for_deletion(_: &Object, _: &Parameters, _: Timestamp) -> Result<Vec<Effect>, ActionError> {
    let annotations = json!({"numaplane.numaproj.io/marked-for-deletion": "true"});
    Ok(vec![Effect::Patch(json!({"metadata": {"annotations": annotations}}))])
}

fn healthy(value: &Value) -> Vec<&str> {
    let all = value.pointer("/status/instancesStatus/healthy").and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether a healthy instance is there besides the primary.
pub(crate) fn has_replica(value: &Value) -> bool {
    healthy(value).len() >= 2
}

/// Makes the instance the primary that is asked for: by its name or number, or the next healthy one for `any`.
pub(crate) fn switch_over(live: &Object, parameters: &Parameters, now: Timestamp) -> Result<Vec<Effect>, ActionError> {
    let value = live.value();
    let wanted = parameters.get("instance").map_or("any", String::as_str);
    let healthy = healthy(&value);
    let primary = value.pointer("/status/currentPrimary").and_then(Value::as_str);
    let selected = if wanted == "any" {
        let at = healthy.iter().position(|own| Some(*own) == primary);
        at.map_or(healthy.first(), |at| healthy.get((at + 1) % healthy.len()))
    } else {
        let numbered = format!("{}-{wanted}", live.name());
        let is_number = wanted.parse::<f64>().is_ok();
        healthy.iter().find(|own| if is_number { **own == numbered } else { **own == wanted })
    };
    let Some(selected) = selected else { return Err(ActionError::NoInstance(wanted.to_owned())) };
    let status = json!({
        "targetPrimary": selected,
        "targetPrimaryTimestamp": format!("{now:.0}"),
        "phase": "Switchover in progress",
        "phaseReason": format!("Switching over to {selected}"),
    });
    Ok(vec![Effect::PatchStatus(json!({"status": status}))])
}
