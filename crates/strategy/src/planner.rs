//! One Rollout, one plan.

use crate::conditions::{Holds, condition, follow_pauses, remove, set};
use crate::pass::{Halt, Pass};
use crate::phase::phase;
use crate::plan::{Action, Plan};
use crate::replica_set::ReplicaSet;
use crate::words::REASON_INVALID_SPEC;
use crate::world::World;
use crate::{blue_green, canary, revision};
use api::rollouts::names::{CONDITION_INVALID_SPEC, DEFAULT_REPLICAS};
use jiff::Timestamp;

/// Seconds until a spec that refers to what is not there is looked at again: it may have been applied first.
const INVALID_AGAIN_SECONDS: i64 = 20;

/// What a Rollout does next. An empty plan means that all is as it should be, for now.
///
/// Guarantees: follows from `world` and `now` alone; planned again on what it brings about it comes to an end.
#[must_use]
pub fn plan(world: &World<'_>, now: Timestamp) -> Plan {
    if world.rollout.metadata.deletion_timestamp.is_some() {
        return Plan::default();
    }
    let mut pass = Pass::begin(world, now);
    if let Some(problem) = world.invalid {
        refuse(&mut pass, problem);
    } else if pass.new.is_none() {
        revision::create(&mut pass);
    } else if world.rollout.spec.replicas.is_none() {
        pass.act(Action::SetReplicas(DEFAULT_REPLICAS));
        pass.plan.barrier = Some("the spec has a number of replicas");
    } else {
        follow_pauses(&mut pass);
        revision::sync(&mut pass);
        by_strategy(&mut pass);
    }
    pass.plan
}

fn by_strategy(pass: &mut Pass<'_>) {
    let strategy = &pass.rollout().spec.strategy;
    let is_scaling = is_scaling_event(pass);
    let flow = match (&strategy.blue_green, &strategy.canary) {
        (Some(_), _) if is_scaling => {
            blue_green::scale_only(pass);
            Ok(())
        }
        (None, Some(_)) if is_scaling => {
            canary::scale_only(pass);
            Ok(())
        }
        (Some(blue_green), _) => blue_green::reconcile(pass, blue_green),
        (None, Some(_)) => canary::reconcile(pass),
        (None, None) => Ok(()),
    };
    if let Err(Halt) = flow {
        pass.plan.barrier = Some("what is waited for is there");
        pass.wake_after(pass.now, INVALID_AGAIN_SECONDS);
    }
}

/// Whether the number of pods wanted in all has changed: then only pods are dealt with, and traffic and steps stand.
fn is_scaling_event(pass: &Pass<'_>) -> bool {
    let sets = pass.new.into_iter().chain(pass.stable);
    sets.filter(|set| set.size.spec > 0)
        .filter_map(ReplicaSet::desired_replicas)
        .any(|desired| desired != pass.replicas())
        // A user who paused it, or an analysis without a verdict, holds a canary's pods too.
        && !(pass.rollout().spec.strategy.blue_green.is_none() && pass.halted_because().is_some())
}

/// The spec, or what it refers to, is wrong: says so, and leaves all else alone.
fn refuse(pass: &mut Pass<'_>, problem: &str) {
    let rollout = pass.rollout();
    let message = format!("The Rollout {:?} is invalid: {problem}", rollout.metadata.name);
    let mut status = rollout.status.clone();
    let known = status.condition(CONDITION_INVALID_SPEC).is_some_and(|known| known.message == message);
    if !known {
        // Unlike upstream, people are told too: once for each problem.
        pass.warn(REASON_INVALID_SPEC, message.clone());
        remove(&mut status.conditions, CONDITION_INVALID_SPEC);
        let invalid = condition(CONDITION_INVALID_SPEC, Holds::True, REASON_INVALID_SPEC, message, pass.time());
        set(&mut status.conditions, invalid);
    }
    status.observed_generation = rollout.metadata.generation.to_string();
    let (phase, message) = phase(&rollout.spec, &status);
    status.phase = phase.to_string();
    status.message = message;
    if status != rollout.status {
        pass.plan.status = Some(Box::new(status));
    }
    pass.wait(format!("a valid spec: {problem}"), None, "change what the message names");
    pass.wake_after(pass.now, INVALID_AGAIN_SECONDS);
}
