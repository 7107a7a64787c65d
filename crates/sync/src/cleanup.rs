//! What becomes of hooks when they, or the operation they belong to, have ended.

use crate::hook::{HOOK_FINALIZER, is_deleted};
use crate::progress::failed;
use crate::{Action, Task};
use api::hook::HookDeletePolicy::{HookFailed, HookSucceeded};
use object::Object;

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Well,
    Badly,
}

/// Takes our finalizer off every hook that has ended: it held the hook until its outcome was seen.
pub(crate) fn release_hooks(tasks: &[Task]) -> Vec<Action> {
    let ended = |task: &&Task| task.is_hook() && has_ended(task);
    tasks.iter().filter(ended).filter_map(|task| release(live_hook(task)?)).collect()
}

/// Deletes the hooks whose policy says so.
pub(crate) fn delete_hooks(tasks: &[Task], ended: Ended) -> Vec<Action> {
    let goes = |task: &&Task| {
        let (Some(progress), Some(target)) = (&task.progress, &task.target) else { return false };
        let is_counted = progress.state.is_successful() || ended == Ended::Badly;
        let policy = if progress.state.is_successful() { HookSucceeded } else { HookFailed };
        progress.state.is_completed() && is_counted && is_deleted(target.meta(), policy)
    };
    let hooks = tasks.iter().filter(|task| task.is_hook()).filter(goes);
    hooks.filter_map(live_hook).filter(|live| !live.meta().is_terminating()).map(delete).collect()
}

/// Makes room for a hook that is about to be created again.
pub(crate) fn remove_former(live: &Object) -> Vec<Action> {
    let deletion = (!live.meta().is_terminating()).then(|| delete(live));
    release(live).into_iter().chain(deletion).collect()
}

fn has_ended(task: &Task) -> bool {
    task.progress.as_ref().is_some_and(|progress| progress.state.is_completed())
}

/// Ends every running hook, and lets go of those that have ended.
pub(crate) fn terminate_hooks(tasks: &mut [Task]) -> Vec<Action> {
    let mut actions = release_hooks(tasks);
    for task in tasks.iter_mut().filter(|task| task.is_hook() && task.is_running()) {
        actions.extend(live_hook(task).map(remove_former).unwrap_or_default());
        task.progress = Some(crate::task::Progress { code: None, ..failed("Terminated") });
    }
    actions
}

fn live_hook(task: &Task) -> Option<&Object> {
    task.live.known().map(|live| &live.object)
}

fn release(live: &Object) -> Option<Action> {
    let is_held = live.meta().finalizers.iter().any(|finalizer| &**finalizer == HOOK_FINALIZER);
    is_held.then(|| Action::ReleaseHook { live: live.clone() })
}

fn delete(live: &Object) -> Action {
    Action::DeleteHook { live: live.clone() }
}
