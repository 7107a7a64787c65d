//! Taking ReplicaSets over that are nobody's, and letting those go that are no longer selected.

use super::draft::{Draft, merge};
use crate::kept::replica_sets;
use crate::observed::Seen;
use cluster::{Change, Part, PatchKind, Write};
use controller::Plan;
use serde_json::{Value, json};

/// The writes; `None` when every ReplicaSet is where it belongs.
pub fn plan(seen: &Seen) -> Option<Plan> {
    if seen.orphans.is_empty() && seen.strays.is_empty() {
        return None;
    }
    let mut draft = Draft::new(seen);
    for set in &seen.orphans {
        let owners = set.get("/metadata/ownerReferences").filter(Value::is_array).unwrap_or_else(|| json!([]));
        let mut owners = owners.as_array().cloned().unwrap_or_default();
        owners.push(owner_reference(seen));
        let body = json!({"metadata": {"ownerReferences": owners}});
        let write = merge(draft.target(replica_sets(), set.name()), body, Part::Whole);
        draft.push_unchanged(write, set);
    }
    for set in seen.strays.iter().filter(|set| !set.meta().is_terminating()) {
        let uid = &seen.object.meta().uid;
        let owners = set.get("/metadata/ownerReferences");
        let place = owners.as_ref().and_then(Value::as_array)?.iter().position(|owner| owner["uid"] == **uid);
        let Some(place) = place else { continue };
        let body = json!([{"op": "remove", "path": format!("/metadata/ownerReferences/{place}")}]);
        let change = Change::Patch { kind: PatchKind::Json, body, part: Part::Whole };
        let write = Write::new(draft.target(replica_sets(), set.name()), change);
        draft.push_unchanged(write, set);
    }
    let plan = draft.finish();
    (!plan.writes.is_empty()).then_some(plan)
}

/// A Rollout as the controller of what it owns.
pub fn owner_reference(seen: &Seen) -> Value {
    json!({
        "apiVersion": api::names::API_VERSION,
        "kind": api::rollouts::ROLLOUT,
        "name": seen.object.name(),
        "uid": seen.object.meta().uid,
        "controller": true,
        "blockOwnerDeletion": true,
    })
}
