//! One step of a sync: from the tasks, what was done so far and what the cluster says now, to what is done next.
//!
//! The order of the decisions is upstream's. A step never assumes that a write it asks for has happened: what came of it
//! arrives with the next step, as an [`Attempt`](crate::Attempt) and as the live object.

use crate::batch::{Batch, plan_batch, plan_namespace};
use crate::cleanup::{Ended, delete_hooks, release_hooks, terminate_hooks};
use crate::input::Input;
use crate::progress::{advance, fail_if_missing, pretend};
use crate::task::{Task, TaskResult};
use crate::tasks::plan_tasks;
use crate::validity::{dry_run_failures, invalid_tasks};
use crate::verdict::Verdict;
use crate::{Action, Attempt, Phase};
use api::{OperationPhase, ResultCode};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// How long is waited between two waves, so that what was applied can be noticed by its controllers first.
pub const WAVE_DELAY: SignedDuration = SignedDuration::from_secs(2);

/// What is said while writes are on their way.
const RUNNING: &str = "one or more tasks are running";

/// What comes next.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where the operation stands.
    pub phase: OperationPhase,
    /// In words: what it waits for, or how it ended.
    pub message: String,
    /// All results so far: those of objects that are gone, then the others in the order of the tasks.
    pub results: Vec<TaskResult>,
    /// What to write now, in order.
    pub actions: Vec<Action>,
    /// When to look again even if nothing happens.
    pub wake: Option<Timestamp>,
}

/// Plans the next step.
#[must_use]
pub fn step(input: &Input<'_>) -> Step {
    let mut tasks = current_tasks(input);
    let verdict = decide(&mut tasks, input);
    finish(&tasks, input, verdict)
}

/// Ends the operation on request: running hooks are deleted, nothing else is touched.
#[must_use]
pub fn terminate(input: &Input<'_>) -> Step {
    let mut tasks = current_tasks(input);
    let actions = terminate_hooks(&mut tasks);
    let verdict = if actions.is_empty() {
        Verdict::ended(OperationPhase::Failed, "Operation terminated")
    } else {
        Verdict { actions, ..Verdict::ended(OperationPhase::Terminating, "operation is terminating") }
    };
    finish(&tasks, input, verdict)
}

fn current_tasks(input: &Input<'_>) -> Vec<Task> {
    let mut tasks = plan_tasks(input.resources, input.hooks, input.request);
    advance(&mut tasks, input);
    if input.request.options.out_of_sync_only {
        tasks.retain(|task| task.differs || task.is_hook() || !task.is_pending());
    }
    tasks
}

fn finish(tasks: &[Task], input: &Input<'_>, verdict: Verdict) -> Step {
    let result = |task: &Task| {
        let progress = task.progress.clone()?;
        Some(TaskResult { id: task.id(), version: task.gvk.version.to_string(), hook: task.hook, progress })
    };
    // An object that was pruned is no task any more once it is gone; what was recorded of it stays.
    let current: BTreeSet<_> = tasks.iter().map(Task::id).collect();
    let former = input.results.iter().filter(|result| !current.contains(&result.id)).cloned();
    Step {
        phase: verdict.phase,
        message: verdict.message,
        results: former.chain(tasks.iter().filter_map(result)).collect(),
        actions: verdict.actions,
        wake: verdict.wake,
    }
}

fn decide(tasks: &mut [Task], input: &Input<'_>) -> Verdict {
    if let Some(reasons) = invalid_tasks(tasks, input.request) {
        let message = format!("one or more synchronization tasks are not valid: {}", reasons.join("; "));
        return Verdict::ended(OperationPhase::Failed, &message);
    }
    if !input.is_started() && dry_run_failures(tasks, input.request) {
        return Verdict::ended(OperationPhase::Failed, "one or more objects failed to apply (dry run)");
    }
    if input.request.dry_run {
        tasks.iter_mut().filter(|task| task.is_pending()).for_each(|task| pretend(task, input.request));
        return Verdict::ended(OperationPhase::Succeeded, "successfully synced (all tasks run)");
    }
    let mut verdict = loop {
        if let Some(verdict) = turn(tasks, input) {
            break verdict;
        }
    };
    let releases = release_hooks(tasks);
    verdict.actions.splice(0..0, releases);
    verdict
}

fn is_main(task: &&Task) -> bool {
    task.phase != Phase::SyncFail
}

/// One look at the tasks; `None` when some were settled on the spot and the rest must be looked at again. Every such
/// turn settles a task, so there are no more turns than tasks.
fn turn(tasks: &mut [Task], input: &Input<'_>) -> Option<Verdict> {
    if let Some(reason) = namespace_failure(tasks) {
        let message = format!("the namespace failed to apply, reason: {reason}");
        return Some(Verdict::ended(OperationPhase::Failed, &message));
    }
    if let Some(place) = unfinished_wave(tasks) {
        return issue(tasks, place, input);
    }
    let waited = waited_for(tasks);
    waited.iter().for_each(|index| fail_if_missing(&mut tasks[*index]));
    let running: Vec<&Task> = waited.iter().map(|index| &tasks[*index]).filter(|task| task.is_running()).collect();
    if !running.is_empty() {
        return Some(Verdict::waiting(&running, "completion of hook", "healthy state of"));
    }
    let going: Vec<&Task> = tasks.iter().filter(is_main).filter(|task| is_pruned_and_there(task)).collect();
    if !going.is_empty() && has_pending(tasks) {
        return Some(Verdict::waiting(&going, "deletion of hook", "deletion of"));
    }
    if tasks.iter().filter(is_main).any(Task::is_failed) {
        return Some(fail(tasks, input));
    }
    let pending = |task: &&Task| task.is_pending() && !task.makes_namespace;
    let Some(next) = tasks.iter().filter(is_main).find(pending) else {
        let actions = plan_namespace(tasks, input);
        return Some(if actions.is_empty() { succeed(tasks, input) } else { writing(actions) });
    };
    let place = (next.phase, next.wave);
    match wave_delay_until(tasks, input) {
        Some(wake) => Some(Verdict { wake: Some(wake), ..Verdict::running(RUNNING) }),
        None => issue(tasks, place, input),
    }
}

fn namespace_failure(tasks: &[Task]) -> Option<String> {
    let failed = tasks.iter().find(|task| task.makes_namespace && task.is_failed())?;
    failed.progress.as_ref().map(|progress| progress.message.clone())
}

/// The wave that was begun and of which something is still to be written: it goes out whatever became of the rest.
// Compat: an object that fails does not keep back the others of its wave.
fn unfinished_wave(tasks: &[Task]) -> Option<(Phase, i64)> {
    let begun = tasks.iter().filter(|task| !task.is_pending() && !task.makes_namespace);
    let place = begun.filter(is_main).map(|task| (task.phase, task.wave)).next_back()?;
    tasks.iter().any(|task| task.is_pending() && (task.phase, task.wave) == place).then_some(place)
}

fn issue(tasks: &mut [Task], place: (Phase, i64), input: &Input<'_>) -> Option<Verdict> {
    let namespace = plan_namespace(tasks, input);
    match plan_batch(tasks, place, input) {
        Batch::Write(actions) => Some(writing(namespace.into_iter().chain(actions).collect())),
        Batch::Settled if namespace.is_empty() => None,
        Batch::Settled => Some(writing(namespace)),
        Batch::Wait(message, wake) => Some(Verdict { actions: namespace, wake, ..Verdict::running(&message) }),
    }
}

fn writing(actions: Vec<Action>) -> Verdict {
    Verdict { actions, ..Verdict::running(RUNNING) }
}

/// The running tasks that hold the sync up: hooks always; objects when there is more than one wave.
// Compat: the last wave, when it holds no hook, is applied and not waited for.
fn waited_for(tasks: &[Task]) -> Vec<usize> {
    let place = |task: &Task| (task.phase, task.wave);
    let mut in_waves = tasks.iter().filter(is_main).filter(|task| !task.makes_namespace);
    let last = in_waves.clone().map(place).next_back();
    let is_multi_step = in_waves.any(|task| Some(place(task)) != last);
    let last_has_hook = tasks.iter().filter(is_main).any(|task| task.is_hook() && Some(place(task)) == last);
    let objects_count = is_multi_step && (has_pending(tasks) || last_has_hook);
    let holds = |task: &Task| task.is_running() && is_main(&task) && (task.is_hook() || objects_count);
    tasks.iter().enumerate().filter(|(_, task)| holds(task)).map(|(index, _)| index).collect()
}

fn has_pending(tasks: &[Task]) -> bool {
    tasks.iter().filter(is_main).any(Task::is_pending)
}

fn is_pruned_and_there(task: &Task) -> bool {
    let is_pruned = task.progress.as_ref().is_some_and(|progress| progress.code == Some(ResultCode::Pruned));
    is_pruned && task.live.known().is_some_and(|live| live.object.meta().is_terminating())
}

fn succeed(tasks: &[Task], input: &Input<'_>) -> Verdict {
    let actions = delete_hooks(tasks, Ended::Well);
    // Compat: `all tasks run` right after the last writes, `no more tasks` when a step finds nothing to write.
    let has_hooks = tasks.iter().any(Task::is_hook);
    let message = match input.attempts.is_empty() || has_hooks {
        true => "successfully synced (no more tasks)",
        false => "successfully synced (all tasks run)",
    };
    Verdict { actions, ..Verdict::ended(OperationPhase::Succeeded, message) }
}

/// Ends the operation as failed, after its SyncFail hooks have run.
fn fail(tasks: &mut [Task], input: &Input<'_>) -> Verdict {
    let message = failure_message(tasks, input);
    let is_hook_pending = |task: &&Task| task.phase == Phase::SyncFail && task.is_pending();
    if let Some(wave) = tasks.iter().find(is_hook_pending).map(|task| task.wave) {
        match plan_batch(tasks, (Phase::SyncFail, wave), input) {
            Batch::Write(actions) => return writing(actions),
            Batch::Wait(message, wake) => return Verdict { wake, ..Verdict::running(&message) },
            Batch::Settled => {}
        }
    }
    let in_fail = |task: &&Task| task.phase == Phase::SyncFail;
    let running: Vec<&Task> = tasks.iter().filter(in_fail).filter(|task| task.is_running()).collect();
    if !running.is_empty() {
        return Verdict::waiting(&running, "completion of hook", "healthy state of");
    }
    let suffix =
        if tasks.iter().filter(in_fail).any(Task::is_failed) { "\none or more SyncFail hooks failed" } else { "" };
    let actions = delete_hooks(tasks, Ended::Badly);
    Verdict { actions, ..Verdict::ended(OperationPhase::Failed, &format!("{message}{suffix}")) }
}

fn failure_message(tasks: &[Task], input: &Input<'_>) -> String {
    let main = || tasks.iter().filter(is_main).filter(|task| task.is_failed());
    let refused = |attempt: &Attempt| matches!(attempt, Attempt::Refused(_));
    let is_refused = main().any(|task| input.attempts.get(&task.id()).is_some_and(refused));
    let what = if is_refused {
        "one or more objects failed to apply"
    } else {
        "one or more synchronization tasks completed unsuccessfully"
    };
    let reasons: Vec<&str> = main()
        .filter_map(|task| task.progress.as_ref())
        .filter(|progress| progress.code == Some(ResultCode::SyncFailed))
        .map(|progress| progress.message.as_str())
        .collect();
    if reasons.is_empty() { what.to_owned() } else { format!("{what}, reason: {}", reasons.join(",")) }
}

/// Until when the next wave is held back after the last write.
fn wave_delay_until(tasks: &[Task], input: &Input<'_>) -> Option<Timestamp> {
    if !tasks.iter().any(|task| !task.is_pending() && !task.makes_namespace) {
        return None;
    }
    let last = if input.attempts.is_empty() { input.last_write? } else { input.now };
    let until = last.checked_add(WAVE_DELAY).unwrap_or(last);
    (until > input.now).then_some(until)
}
