//! The status of a StatefulSet.

use super::{Pass, STATEFUL_SETS};
use crate::difference::merge_patch;
use crate::plan::{Action, CONTROLLER_MANAGER, Part};
use crate::reading::target;
use apiserver::Object;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    #[serde(skip_serializing_if = "is_zero")]
    pub observed_generation: i64,
    pub replicas: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub ready_replicas: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub current_replicas: i64,
    #[serde(skip_serializing_if = "is_zero")]
    pub updated_replicas: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub current_revision: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub update_revision: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collision_count: Option<i64>,
    pub available_replicas: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

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
