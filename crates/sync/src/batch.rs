//! What is written of one wave: prunes, then room for hooks, then what is applied.

use crate::action::{adoption, manner};
use crate::cleanup::remove_former;
use crate::hook::is_deleted;
use crate::input::Input;
use crate::progress::{failed, succeeded};
use crate::tasks::{awaits_approval, prune_refusal};
use crate::verdict::waiting_message;
use crate::{Action, Check, Phase, Task};
use api::ResultCode;
use api::hook::HookDeletePolicy;
use jiff::{SignedDuration, Timestamp};
use object::{Fetched, Object};

/// How long a kind may take to be served after its definition was applied.
const KIND_WAIT: SignedDuration = SignedDuration::from_secs(10);
/// How often it is looked for meanwhile.
const KIND_POLL: SignedDuration = SignedDuration::from_secs(1);

/// What is to be done about a wave.
pub(crate) enum Batch {
    /// These writes.
    Write(Vec<Action>),
    /// Every task of it was settled without a write.
    Settled,
    /// Nothing until something happens, at the latest at that time.
    Wait(String, Option<Timestamp>),
}

/// The writes for the pending tasks of one wave.
pub(crate) fn plan_batch(tasks: &mut [Task], place: (Phase, i64), input: &Input<'_>) -> Batch {
    let is_here = |task: &Task| task.is_pending() && (task.phase, task.wave) == place && !task.makes_namespace;
    let unapproved: Vec<&Task> = tasks.iter().filter(|task| is_here(task) && needs_approval(task, input)).collect();
    if !unapproved.is_empty() {
        let message = waiting_message(&unapproved, "pruning confirmation of hook", "pruning confirmation of");
        return Batch::Wait(message, None);
    }
    let mut actions = Vec::new();
    for task in tasks.iter_mut().filter(|task| is_here(task) && task.is_prune()) {
        actions.extend(prune(task, input));
    }
    let former: Vec<&Object> = tasks.iter().filter(|task| is_here(task)).filter_map(former_hook).collect();
    if !former.is_empty() {
        actions.extend(former.into_iter().flat_map(remove_former));
        return if actions.is_empty() {
            Batch::Wait(wait_for_hooks(tasks, is_here), None)
        } else {
            Batch::Write(actions)
        };
    }
    let (first, mut adoptions) = (actions.len(), Vec::new());
    for task in tasks.iter_mut().filter(|task| is_here(task) && !task.is_prune()) {
        match apply(task, input) {
            Next::Write(action) => {
                adoptions.extend(adoption(task, manner(task, input.request), input.request));
                actions.push(action);
            }
            Next::Settled => {}
            Next::NotServed(message) if actions.is_empty() => {
                return Batch::Wait(message, input.now.checked_add(KIND_POLL).ok());
            }
            Next::NotServed(_) => break,
        }
    }
    actions.splice(first..first, adoptions);
    if actions.is_empty() { Batch::Settled } else { Batch::Write(actions) }
}

/// The writes that make the destination namespace: they go before everything else.
pub(crate) fn plan_namespace(tasks: &[Task], input: &Input<'_>) -> Vec<Action> {
    tasks
        .iter()
        .filter(|task| task.makes_namespace && task.is_pending())
        .filter_map(|task| write(task, input))
        .collect()
}

fn live(task: &Task) -> Option<&Object> {
    task.live.known().map(|live| &live.object)
}

fn needs_approval(task: &Task, input: &Input<'_>) -> bool {
    task.is_prune() && live(task).is_some_and(|live| awaits_approval(live, input.request))
}

fn prune(task: &mut Task, input: &Input<'_>) -> Option<Action> {
    let Some(live) = live(task).cloned() else {
        task.progress = Some(succeeded(ResultCode::Pruned, "pruned"));
        return None;
    };
    if let Some(reason) = prune_refusal(&live, input.request) {
        task.progress = Some(succeeded(ResultCode::PruneSkipped, reason));
        return None;
    }
    if live.meta().is_terminating() {
        task.progress = Some(succeeded(ResultCode::Pruned, "pruned"));
        return None;
    }
    Some(Action::Prune { task: task.id(), live, propagation: input.request.options.propagation })
}

/// The live object of an earlier run of a hook that has to go before the hook is created.
fn former_hook(task: &Task) -> Option<&Object> {
    let target = task.target.as_ref().filter(|_| task.is_hook())?;
    live(task)
        .filter(|live| is_deleted(target.meta(), HookDeletePolicy::BeforeHookCreation) || live.meta().is_terminating())
}

fn wait_for_hooks(tasks: &[Task], is_here: impl Fn(&Task) -> bool) -> String {
    let going: Vec<&Task> = tasks.iter().filter(|task| is_here(task) && former_hook(task).is_some()).collect();
    waiting_message(&going, "deletion of hook", "deletion of")
}

enum Next {
    Write(Action),
    Settled,
    NotServed(String),
}

fn apply(task: &mut Task, input: &Input<'_>) -> Next {
    if let Check::NoKind(reason) = &task.check {
        let since =
            input.last_write.filter(|_| input.is_started()).or((!input.attempts.is_empty()).then_some(input.now));
        if since.and_then(|since| since.checked_add(KIND_WAIT).ok()).is_some_and(|until| until > input.now) {
            return Next::NotServed(format!("waiting for {} to be served", task.gvk));
        }
        task.progress = Some(failed(reason));
        return Next::Settled;
    }
    if let Fetched::Unknown(cause) = &task.live {
        task.progress = Some(failed(&format!("the live state could not be read: {cause}")));
        return Next::Settled;
    }
    write(task, input).map_or(Next::Settled, Next::Write)
}

fn write(task: &Task, input: &Input<'_>) -> Option<Action> {
    let target = task.target.clone()?;
    let manner = manner(task, input.request);
    Some(Action::Apply { task: task.id(), manner, target, live: live(task).cloned() })
}
