//! The status of a DaemonSet.

use super::observed::{DAEMON_SETS, Pass, Status};
use crate::difference::merge_patch;
use crate::plan::{Action, CONTROLLER_MANAGER, Part};
use crate::reading::target;
use apiserver::Object;
use serde_json::json;

/// Counts the nodes; where a node has several pods the oldest counts.
pub(super) fn count(pass: &Pass<'_>, before: &Status) -> Status {
    let mut status = Status {
        observed_generation: pass.observed.set.meta().generation,
        collision_count: before.collision_count,
        ..Status::default()
    };
    for site in &pass.sites {
        let oldest = site.members.iter().min_by_key(|member| member.object.meta().creation_timestamp);
        if !site.fit.runs {
            status.number_misscheduled += i64::from(oldest.is_some());
            continue;
        }
        status.desired_number_scheduled += 1;
        let Some(member) = oldest else { continue };
        status.current_number_scheduled += 1;
        status.number_ready += i64::from(member.pod.is_ready());
        status.number_available += i64::from(pass.is_available(member));
        status.updated_number_scheduled += i64::from(member.hash() == pass.update.hash);
    }
    status.number_unavailable = status.desired_number_scheduled - status.number_available;
    status
}

/// The write of the status, when it changed.
pub(super) fn write(set: &Object, before: &Status, after: &Status) -> Option<Action> {
    let change = merge_patch(&json!(before), &json!(after))?;
    Some(Action::Patch {
        target: target(&DAEMON_SETS, set),
        part: Part::Status,
        change: json!({"status": change}),
        manager: CONTROLLER_MANAGER,
        resource_version: Some(set.meta().resource_version.clone()),
    })
}
