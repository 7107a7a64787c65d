//! Kinds Kubernetes has types for: lists merge by key, and what the server fills in is filled in on both sides.

use super::{Prediction, by_json};
use crate::last_applied::remove_last_applied;
use crate::restrict::restrict;
use object::Gvk;
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
    let _ = ty;
    let mut prediction = by_json::predict(states.applied, states.desired, states.live);
    defaults::apply(gvk, &mut prediction.live);
    defaults::apply(gvk, &mut prediction.predicted);
    Ok(prediction)
}

/// Applies as the server does.
pub(super) fn predict_server_side(
    gvk: &Gvk,
    ty: &TypeRef,
    desired: &Value,
    live: Value,
) -> Result<Prediction, String> {
    let mut prediction = predict(gvk, ty, States { applied: desired, desired, live: &live })?;
    remove_last_applied(&mut prediction.live);
    remove_last_applied(&mut prediction.predicted);
    Ok(prediction)
}

/// A StatefulSet's claim templates carry defaults of their own; what no manifest names is taken away from live ones
/// before the patch is made.
#[expect(dead_code, reason = "used once patches are made by type")]
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
