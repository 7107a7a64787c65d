//! How far each task has come: what was recorded, what came of writes, what the cluster shows.

use crate::input::Input;
use crate::task::{Attempt, Progress, Request, Task};
use crate::tasks::prune_refusal;
use api::hook::hook_types;
use api::{HealthStatusCode, OperationPhase, ResultCode};
use object::{Fetched, Key};
use std::collections::BTreeMap;

/// Brings every task's progress up to date.
pub(crate) fn advance(tasks: &mut [Task], input: &Input<'_>) {
    let recorded: BTreeMap<_, _> = input.results.iter().map(|result| (&result.id, &result.progress)).collect();
    for task in tasks {
        let id = task.id();
        task.progress = recorded.get(&id).map(|progress| (*progress).clone());
        if task.is_pending()
            && let Some(attempt) = input.attempts.get(&id)
        {
            task.progress = Some(after(task, attempt));
        }
        if task.is_pending() && is_made_by_this_operation(task, input.request) {
            task.progress = Some(after(task, &Attempt::Done("created".to_owned())));
        }
        if task.is_running() && !task.is_prune() {
            observe(task);
        }
    }
}

/// Whether a hook was made by this operation although nothing was recorded of it: whoever made it was stopped before.
// Unlike upstream, which runs such a hook again. Of an object that is a hook in several phases it cannot be told.
fn is_made_by_this_operation(task: &Task, request: &Request) -> bool {
    let (Some(since), Some(target), Some(live)) = (request.hooks_since, &task.target, task.live.known()) else {
        return false;
    };
    let meta = live.object.meta();
    let is_new = meta.creation_timestamp.is_some_and(|at| at > since);
    task.is_hook() && is_new && !meta.is_terminating() && hook_types(target.meta()).len() == 1
}

fn after(task: &Task, attempt: &Attempt) -> Progress {
    match attempt {
        Attempt::Refused(reason) => failed(reason),
        Attempt::Done(_) if task.is_prune() => succeeded(ResultCode::Pruned, "pruned"),
        Attempt::Done(word) => Progress {
            code: Some(ResultCode::Synced),
            state: if task.makes_namespace { OperationPhase::Succeeded } else { OperationPhase::Running },
            message: format!("{} {word}", printed_name(&task.key)),
        },
    }
}

/// What the live object says about a running task.
// Compat: a hook whose health is unknown has failed, an object whose health is unknown is still waited for.
fn observe(task: &mut Task) {
    let Some(live) = task.live.known() else { return };
    let is_hook = task.is_hook();
    let (state, said) = match &live.health {
        None => (OperationPhase::Succeeded, None),
        Some((status, message)) => {
            let state = match status {
                HealthStatusCode::Healthy => OperationPhase::Succeeded,
                HealthStatusCode::Degraded => OperationPhase::Failed,
                HealthStatusCode::Unknown if is_hook => OperationPhase::Failed,
                _ => OperationPhase::Running,
            };
            (state, Some(message.clone()))
        }
    };
    let is_going = is_hook && live.object.meta().is_terminating() && state == OperationPhase::Running;
    let Some(progress) = &mut task.progress else { return };
    if is_going {
        // Unlike upstream, which waits for ever for a hook that somebody deleted and our finalizer holds.
        progress.state = OperationPhase::Failed;
        "the hook was deleted before it ended".clone_into(&mut progress.message);
        return;
    }
    progress.state = state;
    if let Some(said) = said
        && !said.is_empty()
        && (is_hook || state != OperationPhase::Running)
    {
        progress.message = said;
    }
}

/// A task that runs on an object which is certainly gone has failed.
pub(crate) fn fail_if_missing(task: &mut Task) {
    if matches!(task.live, Fetched::Absent) && !task.is_prune() {
        let reason = format!("Resource {} is missing, it might have been deleted", task.label());
        task.progress = Some(Progress { state: OperationPhase::Error, ..failed(&reason) });
    }
}

/// Records what would be done, for a dry run.
pub(crate) fn pretend(task: &mut Task, request: &Request) {
    let live = task.live.known().map(|live| &live.object);
    task.progress = Some(match (task.is_prune(), live) {
        (true, Some(live)) => match prune_refusal(live, request) {
            Some(reason) => succeeded(ResultCode::PruneSkipped, reason),
            None => succeeded(ResultCode::Pruned, "pruned (dry run)"),
        },
        (_, live) => {
            let word = match (live, task.differs) {
                (None, _) => "created",
                (Some(_), true) => "configured",
                (Some(_), false) => "unchanged",
            };
            succeeded(ResultCode::Synced, &format!("{} {word} (dry run)", printed_name(&task.key)))
        }
    });
}

pub(crate) fn succeeded(code: ResultCode, message: &str) -> Progress {
    Progress { code: Some(code), state: OperationPhase::Succeeded, message: message.to_owned() }
}

pub(crate) fn failed(message: &str) -> Progress {
    let code = Some(ResultCode::SyncFailed);
    Progress { code, state: OperationPhase::Failed, message: message.to_owned() }
}

/// `deployment.apps/web`, as kubectl prints objects.
fn printed_name(key: &Key) -> String {
    let kind = key.kind.to_lowercase();
    if key.group.is_empty() { format!("{kind}/{}", key.name) } else { format!("{kind}.{}/{}", key.group, key.name) }
}
