//! What is to be told of what is about to be done, written down first.

use super::draft::Draft;
use api::rollouts::{ANNOTATION_WAITING, Waiting, WaitingEvents, state_of};
use jiff::Timestamp;
use serde_json::json;

/// Makes the write that writes it down, before all others.
pub fn promise(draft: &mut Draft<'_>, decided: &strategy::Plan, now: Timestamp) {
    let Some(listening) = &draft.seen.listening else { return };
    if decided.actions.is_empty() && decided.status.is_none() {
        return;
    }
    let object = &draft.seen.object;
    let before = WaitingEvents::parse(object.meta().annotation(ANNOTATION_WAITING));
    let of = state_of(&object.get("/status").unwrap_or_default(), draft.seen.rollout.metadata.generation);
    let mut waiting = before.clone();
    for told in decided.events.iter().filter(|told| listening.wants(&told.reason)) {
        waiting.add(Waiting {
            reason: told.reason.clone(),
            message: told.message.clone(),
            severity: if told.is_warning { "Warning" } else { "Normal" }.to_owned(),
            at: now.as_millisecond(),
            by: listening.by.clone(),
            of: of.clone(),
        });
    }
    if waiting != before {
        draft.patch_rollout(json!({"metadata": {"annotations": {ANNOTATION_WAITING: waiting.to_annotation()}}}));
    }
}
