//! How traffic is shared out in one pass, and what must be there before it is: no share goes to pods that are not.

use crate::conditions::{Holds, condition, remove, set};
use crate::counts::{at_desired, current_step, desired_weight, set_weight, threshold_met, weight_max};
use crate::going_back::going_back_from;
use crate::pass::{Flow, Halt, Pass};
use crate::plan::Action;
use crate::scale::new_replicas;
use crate::services::{Check, point};
use crate::words::{REASON_ROUTING_ERROR, REASON_WEIGHT, TRAFFIC_ROUTED};
use api::rollouts::{CanaryStrategy, Rollout, TrafficWeights, WeightDestination};
use traffic::{Destination, Managed, Order, Routed, Routing, Verify};

/// Seconds until a router is asked again whether it does what it was told.
const VERIFY_AGAIN_SECONDS: i64 = 10;

/// What was decided on.
struct Decision {
    weight: i64,
    canary_hash: String,
    managed: Managed,
    additional: Vec<Destination>,
}

/// Shares traffic out.
pub fn reconcile(pass: &mut Pass<'_>) -> Flow {
    let rollout = pass.rollout();
    let (Some(router), Some(canary)) = (pass.world.router, &rollout.spec.strategy.canary) else {
        pass.status.canary.weights = None;
        remove(&mut pass.conditions, TRAFFIC_ROUTED);
        return Ok(());
    };
    let decision = decide(pass, canary)?;
    if !stable_can_take(pass, canary, weight_max(rollout) - decision.weight) {
        return Ok(());
    }
    let routing = routing(pass, canary, decision);
    let routed = router.route(&routing);
    record(pass, &routing, routed)
}

fn decide(pass: &mut Pass<'_>, canary: &CanaryStrategy) -> Result<Decision, Halt> {
    let rollout = pass.rollout();
    let mut decision =
        Decision { weight: 0, canary_hash: pass.new_hash().to_owned(), managed: Managed::Keep, additional: Vec::new() };
    if let Some(from) = going_back_from(pass) {
        decision.weight = weight_going_back(pass, canary);
        decision.canary_hash = from;
    } else if pass.before().is_fully_promoted() {
        decision.managed = Managed::Remove;
    } else if pass.is_aborted() {
        decision.weight = weight_going_back(pass, canary);
        decision.managed = Managed::Remove;
        if !canary.dynamic_stable_scale || decision.weight == 0 {
            let has_share = recorded(pass, pass.new_hash()) > 0;
            point(pass, &canary.canary_service, pass.stable, if has_share { Check::Pods } else { Check::Nothing })?;
        }
    } else if pass.new.is_none_or(|set| set.size.available == 0) {
        decision.additional = experiment_shares(pass);
        decision.managed = Managed::Remove;
    } else if pass.before().promote_full {
        decision.weight = weight_of_full_promotion(pass, canary);
        decision.managed = Managed::Remove;
    } else if let Some(current) = current_step(rollout) {
        if !at_desired(rollout, &pass.versions, None) {
            let before = canary.steps.iter().take(current.index).rev();
            let before = before.filter_map(|step| step.set_weight).next().map_or(0, i64::from);
            // A greater share waits for the pods; a smaller one, unlike upstream, comes before they go.
            // Past the last step, where a version is gone back to, it has no share yet.
            decision.weight = before.min(set_weight(rollout)).min(recorded(pass, pass.new_hash()));
            decision.additional = experiment_shares(pass);
        } else if current.index != canary.steps.len() {
            decision.weight = set_weight(rollout);
            decision.additional = experiment_shares(pass);
        } else {
            decision.weight = weight_max(rollout);
        }
        if new_replicas(pass, pass.before().canary.weights.as_ref()) == 0 {
            // All its pods are about to go, by `setCanaryScale`.
            decision.weight = 0;
        }
    }
    Ok(decision)
}

/// The share of a version that was recorded before this pass, if it was the new one then.
fn recorded(pass: &Pass<'_>, hash: &str) -> i64 {
    let weights = pass.before().canary.weights.as_ref().map(|weights| &weights.canary);
    weights.filter(|canary| canary.pod_template_hash == hash).map_or(0, |canary| i64::from(canary.weight))
}

fn weight_of_full_promotion(pass: &Pass<'_>, canary: &CanaryStrategy) -> i64 {
    let available = pass.new.map_or(0, |set| set.size.available);
    if canary.dynamic_stable_scale {
        // All pods and more than wanted take all traffic, and no more than that.
        let max = weight_max(pass.rollout());
        return (max * available).checked_div(pass.replicas()).unwrap_or(0).min(max);
    }
    pass.before().canary.weights.as_ref().map_or(0, |weights| i64::from(weights.canary.weight))
}

/// The new version's share on the way back: with a stable version that has shrunk it goes down as that one grows, never
/// up again.
fn weight_going_back(pass: &Pass<'_>, canary: &CanaryStrategy) -> i64 {
    let (Some(stable), Some(_)) = (pass.stable, pass.new) else { return 0 };
    let replicas = pass.replicas();
    if !canary.dynamic_stable_scale || replicas == 0 {
        return 0;
    }
    let max = weight_max(pass.rollout());
    let wanted = desired_weight(pass.rollout(), &pass.versions);
    let carried = max * stable.size.available / replicas;
    let expected = (max - carried).max(0);
    let Some(weights) = &pass.before().canary.weights else { return expected.max(wanted) };
    let current = i64::from(weights.canary.weight);
    if wanted <= 0 {
        return expected.min(current);
    }
    if carried < max - wanted { current } else { wanted.min(current) }
}

/// Whether the stable version has the pods for its share; until then nothing about traffic is changed.
///
/// Unlike upstream, a share that does not grow is not asked for: a stable version that lost its pods would keep the
/// traffic that a good new version could take.
fn stable_can_take(pass: &mut Pass<'_>, canary: &CanaryStrategy, weight: i64) -> bool {
    let threshold = canary.replica_progress_threshold.as_ref();
    let max = weight_max(pass.rollout());
    let had = pass.before().canary.weights.as_ref().map(|weights| &weights.stable);
    let had = had.filter(|had| pass.stable.is_some_and(|stable| stable.hash == had.pod_template_hash));
    if had.is_some_and(|had| i64::from(had.weight) >= weight) {
        return true;
    }
    let share = (weight * pass.replicas()).checked_div(max).unwrap_or(0);
    let needed = if weight > 0 && pass.replicas() > 0 { share.max(1) } else { 0 };
    let can = pass
        .stable
        .is_some_and(|stable| stable.size.available >= needed || threshold_met(threshold, Some(stable.size), needed));
    if !can && let Some(stable) = pass.stable {
        let what = format!(
            "{needed} available pods of the stable ReplicaSet {} (it has {}) before traffic is shared out anew",
            stable.name, stable.size.available
        );
        pass.wait(what, None, "its pods becoming available");
    }
    can
}

fn experiment_shares(pass: &Pass<'_>) -> Vec<Destination> {
    let running = crate::experiments::current(pass).filter(|it| it.run.phase == "Running");
    let step = crate::experiments::current_step_experiment(pass.rollout());
    let (Some(running), Some(step)) = (running, step) else { return Vec::new() };
    let share = |version: &crate::world::ExperimentVersion| {
        let weight = step.templates.iter().find(|template| template.name == version.name)?.weight?;
        Some(Destination { service: version.service.clone(), hash: version.hash.clone(), weight })
    };
    running.templates.iter().filter_map(share).collect()
}

fn routing(pass: &Pass<'_>, canary: &CanaryStrategy, decision: Decision) -> Routing {
    let rollout = pass.rollout();
    let max = weight_max(rollout);
    let others: i64 = decision.additional.iter().map(|extra| i64::from(extra.weight)).sum();
    let step = current_step(rollout).and_then(|current| current.step).filter(|_| pass.revision > 1);
    let held = pass.before().canary.weights.as_ref().map_or(0, |weights| weights.canary.weight);
    let is_empty = pass.new.is_none_or(|set| set.size.available == 0);
    let destination = |service: &str, hash: &str, weight: i64| Destination {
        service: service.to_owned(),
        hash: hash.to_owned(),
        weight: i32::try_from(weight).unwrap_or_default(),
    };
    Routing {
        canary: destination(&canary.canary_service, &decision.canary_hash, decision.weight),
        stable: destination(
            &canary.stable_service,
            pass.stable.map_or("", |set| set.hash.as_str()),
            max - decision.weight - others,
        ),
        verify: if verifies(rollout, decision.weight) { Verify::Now } else { Verify::Skip },
        additional: decision.additional,
        weight_max: i32::try_from(max).unwrap_or(i32::MAX),
        order: if is_empty && held > 0 { Order::WeightsFirst } else { Order::VersionsFirst },
        managed: decision.managed,
        header: step.and_then(|step| step.set_header_route.clone()),
        mirror: step.and_then(|step| step.set_mirror_route.clone()),
    }
}

/// Only where something waits for it: asking a load balancer may cost.
fn verifies(rollout: &Rollout, weight: i64) -> bool {
    let is_past = current_step(rollout).and_then(|current| current.step).is_none();
    may_verify(rollout) && (!is_past || weight == weight_max(rollout))
}

/// Whether something may wait in the next pass for a load balancer to do what it was told. Otherwise it need not be asked.
#[must_use]
pub fn may_verify(rollout: &Rollout) -> bool {
    let status = &rollout.status;
    let is_done = status.stable_rs.is_empty() || status.is_fully_promoted();
    let step = current_step(rollout).and_then(|current| current.step);
    !is_done && step.is_none_or(|step| step.set_weight.is_some())
}

fn record(pass: &mut Pass<'_>, routing: &Routing, routed: Routed) -> Flow {
    if !routed.problems.is_empty() {
        for problem in &routed.problems {
            pass.warn(REASON_ROUTING_ERROR, problem.message.clone());
            pass.wait(format!("{} to be told: {problem}", problem.router), None, "repair what the message names");
        }
        tell_problems(pass, &routed);
        return Err(Halt);
    }
    remove(&mut pass.conditions, TRAFFIC_ROUTED);
    for write in routed.writes {
        pass.act(Action::Route(write));
    }
    for note in routed.notes {
        pass.tell_done(note.reason, note.message);
    }
    let mut weights = weights(routing);
    let before = pass.before().canary.weights.as_ref();
    if before.is_none_or(|before| !are_same(before, &weights)) {
        pass.tell(REASON_WEIGHT, message(before, &weights));
    }
    weights.verified = routed.verified;
    pass.status.canary.weights = Some(weights);
    if let Some(balancers) = routed.balancers {
        pass.status.alb = balancers.last().cloned();
        pass.status.albs = balancers;
    }
    if routed.verified == Some(false) {
        return wait_for_verification(pass, routing);
    }
    Ok(())
}

/// Says on the object, as long as it is so, what is in the way of traffic; all else of the status stays as it is.
fn tell_problems(pass: &mut Pass<'_>, routed: &Routed) {
    let message = routed.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let mut status = pass.before().clone();
    let told = condition(TRAFFIC_ROUTED, Holds::False, REASON_ROUTING_ERROR, message, pass.time());
    set(&mut status.conditions, told);
    if status != *pass.before() {
        pass.plan.status = Some(Box::new(status));
    }
}

fn wait_for_verification(pass: &mut Pass<'_>, routing: &Routing) -> Flow {
    pass.wake_after(pass.now, VERIFY_AGAIN_SECONDS);
    let what =
        format!("the load balancer to send {} of {} to the new version", routing.canary.weight, routing.weight_max);
    pass.wait(what, None, "it is asked again every 10 seconds");
    if routing.canary.weight != routing.weight_max {
        return Ok(());
    }
    // Nothing is scaled down before all traffic was seen to go to the new version.
    let mut status = pass.before().clone();
    status.canary.weights.clone_from(&pass.status.canary.weights);
    status.alb.clone_from(&pass.status.alb);
    status.albs.clone_from(&pass.status.albs);
    if status != *pass.before() {
        pass.plan.status = Some(Box::new(status));
    }
    Err(Halt)
}

fn weights(routing: &Routing) -> TrafficWeights {
    let share = |destination: &Destination| WeightDestination {
        weight: destination.weight,
        service_name: destination.service.clone(),
        pod_template_hash: destination.hash.clone(),
        ..WeightDestination::default()
    };
    TrafficWeights {
        canary: share(&routing.canary),
        stable: share(&routing.stable),
        additional: routing.additional.iter().map(share).collect(),
        ..TrafficWeights::default()
    }
}

fn are_same(left: &TrafficWeights, right: &TrafficWeights) -> bool {
    left.canary == right.canary && left.stable == right.stable && left.additional == right.additional
}

fn message(before: Option<&TrafficWeights>, after: &TrafficWeights) -> String {
    let mut parts = Vec::new();
    match before {
        None => parts.push(format!("to {}", after.canary.weight)),
        Some(before) if before.canary.weight != after.canary.weight => {
            parts.push(format!("from {} to {}", before.canary.weight, after.canary.weight));
        }
        Some(_) => {}
    }
    if before.is_some_and(|before| before.additional != after.additional) {
        // Compat: as Go prints a list of structs.
        let shares = after.additional.iter();
        let shares = shares.map(|it| format!("{{{} {} {}}}", it.weight, it.service_name, it.pod_template_hash));
        parts.push(format!("additional: [{}]", shares.collect::<Vec<_>>().join(" ")));
    }
    format!("Traffic weight updated {}", parts.join(", "))
}
