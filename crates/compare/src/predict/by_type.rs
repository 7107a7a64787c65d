//! Kinds Kubernetes has types for: lists merge by key, and what the server fills in is filled in on both sides.

use super::defaulted::with_defaults;
use super::prediction::{Prediction, is_empty};
use crate::last_applied::remove_last_applied;
use crate::restrict::restrict;
use api::names::FIELD_MANAGER;
use merge::fields::Set;
use merge::managed::{Force, OneVersion, Write, apply};
use merge::strategic;
use object::{Gvk, pointer_remove};
use schema::TypeRef;
use serde_json::Value;

/// The three states a patch is made of.
#[derive(Clone, Copy)]
pub(super) struct States<'a> {
    pub applied: &'a Value,
    pub desired: &'a Value,
    pub live: &'a Value,
}

/// Applies by strategic merge patch.
pub(super) fn predict(gvk: &Gvk, ty: &TypeRef, states: States<'_>) -> Result<Prediction, String> {
    let in_words = |error: strategic::StrategicError| error.to_string();
    let stripped = without_claim_defaults(gvk, states.applied, states.live);
    let current = stripped.as_ref().unwrap_or(states.live);
    let patch = strategic::three_way(states.applied, states.desired, current, ty).map_err(in_words)?;
    if is_empty(&patch) {
        return Ok(Prediction::Unchanged { live: states.live.clone(), kind: Some(gvk.clone()) });
    }
    let predicted = strategic::apply(states.live, &patch, ty).map_err(in_words)?;
    let live = with_defaults(gvk, states.live.clone());
    Ok(Prediction::Patched { live, predicted: with_defaults(gvk, predicted) })
}

/// Applies as the server does, by the managers recorded on the live object.
pub(super) fn predict_server_side(gvk: &Gvk, ty: &TypeRef, desired: &Value, live: Value) -> Result<Prediction, String> {
    let api_version = gvk.api_version();
    let versions = OneVersion { api_version: api_version.clone(), ty: ty.clone() };
    let write = Write {
        manager: FIELD_MANAGER,
        api_version: &api_version,
        kind: &gvk.kind,
        subresource: "",
        now: "1970-01-01T00:00:00Z", // only recorded in managedFields, which are not compared
        versions: &versions,
        ignored: &Set::default(),
    };
    let predicted = apply(Some(&live), desired, Force::Yes, &write).map_err(|error| error.to_string())?;
    let [live, predicted] = [live, predicted].map(|mut value| {
        remove_last_applied(&mut value);
        let _ = pointer_remove(&mut value, "/metadata/managedFields");
        with_defaults(gvk, value)
    });
    Ok(Prediction::Patched { live, predicted })
}

/// A StatefulSet's claim templates carry defaults of their own; what no manifest names is taken away from live ones
/// before the patch is made.
fn without_claim_defaults(gvk: &Gvk, applied: &Value, live: &Value) -> Option<Value> {
    const TEMPLATES: &str = "/spec/volumeClaimTemplates";
    if !matches!(&*gvk.group, "apps" | "extensions") || &*gvk.kind != "StatefulSet" {
        return None;
    }
    let declared = applied.pointer(TEMPLATES)?;
    let mut live = live.clone();
    let templates = live.pointer_mut(TEMPLATES)?;
    *templates = restrict(declared, templates.take());
    Some(live)
}
