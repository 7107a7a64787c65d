//! The status of a StatefulSet.

use super::observed::{Pass, STATEFUL_SETS, Status};
use crate::difference::merge_patch;
use crate::plan::{Action, CONTROLLER_MANAGER, Part};
use crate::reading::target;
use apiserver::Object;
use serde_json::json;

/// Counts the pods; when all are new and ready, the new revision is the current one.
pub(super) fn count(pass: &Pass<'_>, before: &Status) -> Status {
    let mut status = Status {
        observed_generation: pass.observed.set.meta().generation,
        current_revision: pass.current.clone(),
        update_revision: pass.update.name.clone(),
        collision_count: Some(before.collision_count.unwrap_or_default()),
        ..Status::default()
    };
    for member in pass.members.values() {
        status.replicas += 1;
        status.ready_replicas += i64::from(member.is_ready());
        status.available_replicas += i64::from(pass.is_available(member));
        if !member.is_terminating() {
            status.current_replicas += i64::from(member.revision() == pass.current);
            status.updated_replicas += i64::from(member.revision() == pass.update.name);
        }
    }
    let is_rolling = pass.spec.update_strategy.r#type != "OnDelete";
    let all = status.replicas;
    if is_rolling && status.updated_replicas == all && status.ready_replicas == all {
        status.current_revision = status.update_revision.clone();
        status.current_replicas = status.updated_replicas;
    }
    status
}

/// The write of the status, when it changed.
pub(super) fn write(set: &Object, before: &Status, after: &Status) -> Option<Action> {
    let change = merge_patch(&json!(before), &json!(after))?;
    Some(Action::Patch {
        target: target(&STATEFUL_SETS, set),
        part: Part::Status,
        change: json!({"status": change}),
        manager: CONTROLLER_MANAGER,
        resource_version: Some(set.meta().resource_version.clone()),
    })
}
