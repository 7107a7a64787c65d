//! Kinds nothing is known of: maps merge, lists are one value.

use super::prediction::{Prediction, is_empty};
use crate::restrict::restrict;
use merge::{merge_patch, three_way};
use serde_json::Value;

/// Applies by JSON merge patch. What a server filled in is told apart by being in no manifest: the patch is made
/// against the live object without it, and applied to the whole.
pub(super) fn predict(applied: &Value, desired: &Value, live: &Value) -> Prediction {
    let declared = restrict(applied, live.clone());
    let patch = three_way::create(applied, desired, &declared);
    if is_empty(&patch) {
        return Prediction::Unchanged { live: live.clone(), kind: None };
    }
    Prediction::Patched { live: live.clone(), predicted: merge_patch::apply(live, &patch) }
}
