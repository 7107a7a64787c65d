//! The canary strategy: one pass, in an order that matters - versions, Services, traffic, measurements, pods, steps.

use crate::counts::{at_desired, current_step, routed};
use crate::finish::{base, count, finish, reset};
use crate::pass::{Flow, Pass, after};
use crate::pause_step::{is_over, seconds};
use crate::promotion::{self, is_within_window};
use crate::replica_set::ReplicaSet;
use crate::scale::{Scaled, remove_deadlines, scale, scale_new};
use crate::step_text::step_text;
use crate::words::{REASON_RECONCILIATION, REASON_SKIP_STEPS, REASON_STEP_COMPLETED};
use crate::{experiments, older, pods, revision, routing, run_roles, runs, services};
use api::rollouts::names::PAUSE_CANARY_STEP;
use api::rollouts::{CanaryStep, RolloutStatus};

/// One pass.
pub fn reconcile(pass: &mut Pass<'_>) -> Flow {
    if revision::has_changed(pass) {
        write_status(pass);
        pass.plan.barrier = Some("the update is begun");
        return Ok(());
    }
    if pods::restart(pass) > 0 {
        // What is available is not known until the evicted pods are seen to be gone.
        pass.plan.barrier = Some("the evicted pods are seen to be gone");
        return Ok(());
    }
    pods::label(pass);
    older::forget(pass);
    services::reconcile(pass)?;
    routing::reconcile(pass)?;
    experiments::reconcile(pass);
    runs::reconcile(pass)?;
    if pass.pause.has_added() {
        write_status(pass);
        return Ok(());
    }
    if scale_all(pass) == Scaled::Yes {
        pass.plan.barrier = Some("the scaled pods are seen");
    } else {
        pause(pass);
        report_plugin(pass);
    }
    write_status(pass);
    Ok(())
}

/// Only the numbers of pods: the number wanted in all has changed.
pub fn scale_only(pass: &mut Pass<'_>) {
    scale_all(pass);
    let mut status = pass.before().clone();
    status.conditions.clone_from(&pass.conditions);
    status.available_replicas = count(pass.sum(|size| size.available));
    status.hpa_replicas = count(pass.sum(|size| size.actual));
    finish(pass, status);
    pass.plan.barrier = Some("the scaled pods are seen");
}

/// One version a pass, the stable one first.
fn scale_all(pass: &mut Pass<'_>) -> Scaled {
    if let Some(reason) = pass.halted_because() {
        pass.wait(format!("somebody to go on: {reason}; no version is scaled meanwhile"), None, "resume the Rollout");
        return Scaled::No;
    }
    remove_deadlines(pass);
    if let Some(stable) = pass.stable.filter(|_| pass.versions.other_stable().is_some()) {
        let replicas = stable_replicas(pass);
        if scale(pass, stable, replicas) == Scaled::Yes {
            return Scaled::Yes;
        }
    }
    if scale_new(pass) == Scaled::Yes {
        return Scaled::Yes;
    }
    older::reconcile(pass)
}

/// How many pods the stable version is to have: by the shares that were recorded before this pass, so that it shrinks
/// only after traffic was seen to have gone.
fn stable_replicas(pass: &Pass<'_>) -> i64 {
    let rollout = pass.rollout();
    let is_routed = rollout.spec.strategy.canary.as_ref().is_some_and(|canary| canary.traffic_routing.is_some());
    if is_routed {
        // What it gets in this pass must find its pods too.
        let shares = [&pass.before().canary.weights, &pass.status.canary.weights];
        let pods = shares.map(|weights| routed(rollout, &pass.versions, weights.as_ref()).stable);
        return pods.into_iter().max().unwrap_or(0);
    }
    crate::counts::basic(rollout, &pass.versions).stable
}

fn step<'a>(pass: &Pass<'a>) -> Option<(usize, &'a CanaryStep)> {
    let current = current_step(pass.rollout())?;
    Some((current.index, current.step?))
}

fn pause(pass: &mut Pass<'_>) {
    if pass.rollout().spec.paused || pass.before().promote_full {
        return;
    }
    let Some(pause) = step(pass).and_then(|(_, step)| step.pause.as_ref()) else { return };
    match pass.before().pause(PAUSE_CANARY_STEP) {
        None if !pass.before().controller_pause => pass.pause.add(PAUSE_CANARY_STEP),
        None => {}
        Some(paused) => {
            if let Some(seconds) = seconds(pause) {
                // A second later: the pause is over when the time has passed, not when it has come.
                pass.plan.wake_at(after(paused.start_time.timestamp(), seconds.saturating_add(1)));
            }
        }
    }
}

fn report_plugin(pass: &mut Pass<'_>) {
    let plugin = step(pass).and_then(|(index, step)| Some((index, step.plugin.as_ref()?)));
    let Some((index, plugin)) = plugin.filter(|_| pass.before().phase == "Progressing") else { return };
    let message =
        format!("Reconciliation failed with error: step plugin {} (step {index}) is not implemented", plugin.name);
    pass.warn(REASON_RECONCILIATION, message);
    let what = format!("step plugin {} of step {index}, which is not implemented", plugin.name);
    pass.wait(what, None, "take the step out, or skip it with kubectl argo rollouts promote");
}

fn is_step_completed(pass: &Pass<'_>) -> bool {
    if pass.rollout().spec.paused {
        return false;
    }
    let Some((_, step)) = step(pass) else { return false };
    let weights = pass.status.canary.weights.as_ref();
    let has_pods = || at_desired(pass.rollout(), &pass.versions, weights);
    // Compat: the order in which a step with several fields is read.
    if let Some(pause) = &step.pause {
        is_over(pass, pause)
    } else if step.set_canary_scale.is_some() {
        has_pods()
    } else if step.set_weight.is_some() {
        has_pods() && weights.is_none_or(|weights| weights.verified != Some(false))
    } else if step.experiment.is_some() {
        experiments::current(pass).is_some_and(|it| it.run.phase == "Successful")
    } else if step.analysis.is_some() {
        run_roles::current(pass, run_roles::Role::Step).is_some_and(|run| run.phase == "Successful")
    } else {
        step.set_header_route.is_some() || step.set_mirror_route.is_some()
    }
}

/// The status at the end of a pass, and the step it comes to.
fn write_status(pass: &mut Pass<'_>) {
    let before = pass.before();
    let mut status = base(pass);
    status.promote_full = before.promote_full && status.current_pod_hash != before.stable_rs;
    status.available_replicas = count(pass.sum(|size| size.available));
    status.hpa_replicas = status.replicas;
    status.selector =
        pass.rollout().spec.selector.as_ref().map(api::rollouts::LabelSelector::to_text).unwrap_or_default();
    status.canary.stable_ping_pong.clone_from(&before.canary.stable_ping_pong);
    status.canary.step_plugin_statuses.clone_from(&before.canary.step_plugin_statuses);
    status.current_step_hash.clone_from(&pass.world.identity.steps);
    if revision::has_changed(pass) {
        reset(pass, &mut status);
        skip_steps_when_going_back(pass, &mut status);
    } else {
        advance(pass, &mut status);
    }
    finish(pass, status);
}

fn steps_in_all(pass: &Pass<'_>) -> i32 {
    let canary = pass.rollout().spec.strategy.canary.as_ref();
    canary.map_or(0, |canary| i32::try_from(canary.steps.len()).unwrap_or(i32::MAX))
}

fn skip_steps_when_going_back(pass: &mut Pass<'_>, status: &mut RolloutStatus) {
    let steps = steps_in_all(pass);
    let Some(new) = pass.new.filter(|_| steps > 0) else { return };
    let is_active = |set: &ReplicaSet| set.size.spec > 0;
    let message = if pass.before().stable_rs == new.hash {
        "Rollback to stable ReplicaSets"
    } else if is_within_window(pass) && is_active(new) {
        "Rollback to active ReplicaSets within RollbackWindow"
    } else {
        return;
    };
    pass.tell(REASON_SKIP_STEPS, message);
    status.current_step_index = Some(steps);
}

fn advance(pass: &mut Pass<'_>, status: &mut RolloutStatus) {
    let steps = steps_in_all(pass);
    let mut index = current_step(pass.rollout()).map(|current| count(i64::try_from(current.index).unwrap_or(i64::MAX)));
    if pass.before().promote_full {
        pass.pause.remove_abort();
    }
    // Unlike upstream, going back within the window can be aborted: a version that never gets ready would otherwise be
    // aborted and begun again for ever.
    if !pass.is_aborted() && (pass.before().promote_full || is_within_window(pass)) {
        pass.pause.clear();
        if steps > 0 {
            index = Some(steps);
        }
    }
    if let Some(reason) = promotion::reason(pass, status) {
        return promotion::promote(pass, status, &reason);
    }
    if pass.is_aborted() {
        if steps > 0 {
            status.current_step_index = Some(if status.is_fully_promoted() { steps } else { 0 });
        }
        return;
    }
    if is_step_completed(pass)
        && let Some((done, step)) = step(pass)
    {
        let next = count(i64::try_from(done).unwrap_or(i64::MAX)).saturating_add(1);
        index = Some(next);
        status.canary.current_step_analysis_run_status = None;
        if step.experiment.is_some() {
            status.canary.current_experiment.clear();
        }
        let message = format!("Rollout step {next}/{steps} completed ({})", step_text(step));
        pass.tell(REASON_STEP_COMPLETED, message);
        pass.pause.remove(PAUSE_CANARY_STEP);
    } else if let Some((at, step)) = step(pass).filter(|(_, step)| step.pause.is_none() && pass.plan.waiting.is_empty())
    {
        let what = format!("step {at} ({}) to be completed", step_text(step));
        pass.wait(what, None, "its pods becoming available");
    }
    status.current_step_index = index;
}
