//! What becomes of versions that are neither wanted nor stable: they shrink, stay for a while, and are forgotten.

use crate::pass::Pass;
use crate::plan::Action;
use crate::replica_set::{ReplicaSet, sort_by_creation, sort_by_revision_descending};
use crate::run_roles::{Role, current as current_run, skips_post_analysis};
use crate::scale::{Scaled, delay_seconds, scale, scale_from, set_deadline};
use crate::world::Targets;
use api::rollouts::Rollout;
use api::rollouts::names::PAUSE_INCONCLUSIVE_ANALYSIS;
use object::Fetched;
use std::collections::BTreeMap;

/// Shrinks them.
pub fn reconcile(pass: &mut Pass<'_>) -> Scaled {
    let active: Vec<&ReplicaSet> = pass.others.iter().copied().filter(|set| set.size.spec > 0).collect();
    if active.is_empty() {
        return Scaled::No;
    }
    if pass.rollout().spec.strategy.canary.is_some() { canary(pass, active) } else { blue_green(pass, active) }
}

fn canary(pass: &mut Pass<'_>, mut sets: Vec<&ReplicaSet>) -> Scaled {
    let mut scaled = Scaled::No;
    let mut spec: BTreeMap<&str, i64> = sets.iter().map(|set| (set.name.as_str(), set.size.spec)).collect();
    // Pods that are not available go first: they are no loss, and would otherwise be in the way.
    sort_by_creation(&mut sets);
    for set in &sets {
        if set.size.spec > set.size.available {
            scale(pass, set, set.size.available);
            spec.insert(&set.name, set.size.available);
            scaled = Scaled::Yes;
        }
    }
    // Pods that are about to go are no longer counted, though they may still answer.
    let mut budget = pass.sum(|size| size.available.min(size.spec)) - pass.available_min();
    let is_routed = pass.rollout().spec.strategy.canary.as_ref().is_some_and(|it| it.traffic_routing.is_some());
    if budget <= 0 || !targets_allow(pass, &sets) {
        return scaled;
    }
    sort_by_revision_descending(&mut sets);
    let mut delayed = 0;
    for set in sets {
        let current = spec.get(set.name.as_str()).copied().unwrap_or(0);
        if budget <= 0 {
            break;
        }
        if current == 0 || (is_routed && is_referenced(pass, set)) {
            continue;
        }
        let wanted = if is_routed { routed(pass, set, current, &mut delayed) } else { (current - budget).max(0) };
        if wanted != current {
            scale_from(pass, set, current, wanted);
            budget -= current - wanted;
            scaled = Scaled::Yes;
        }
    }
    scaled
}

/// What an old version keeps where a router decides what reaches it.
fn routed(pass: &mut Pass<'_>, set: &ReplicaSet, current: i64, delayed: &mut i64) -> i64 {
    let is_dynamic = pass.rollout().spec.strategy.canary.as_ref().is_some_and(|it| it.dynamic_stable_scale);
    // In the middle of an update, a version in between has no traffic and goes at once.
    let may_stay = pass.before().is_fully_promoted() || set.has_deadline();
    if may_stay && !is_dynamic { delay(pass, set, current, current, delayed) } else { 0 }
}

/// Whether the load balancer allows old versions to go: only ALB is asked.
fn targets_allow(pass: &mut Pass<'_>, sets: &[&ReplicaSet]) -> bool {
    let needs = sets.iter().any(|set| set.size.spec > 0 && !set.has_deadline());
    if needs && pass.world.targets == Targets::Unverified {
        pass.wait("the load balancer to have the stable version's pods", None, "it is asked again every 10 seconds");
        pass.wake_after(pass.now, 10);
        return false;
    }
    true
}

fn blue_green(pass: &mut Pass<'_>, mut sets: Vec<&ReplicaSet>) -> Scaled {
    if pass.before().pause(PAUSE_INCONCLUSIVE_ANALYSIS).is_some() || is_analysed_after_switch(pass) {
        return Scaled::No;
    }
    sort_by_revision_descending(&mut sets);
    let mut delayed = 0;
    let mut scaled = Scaled::No;
    for set in sets {
        if is_referenced(pass, set) {
            continue;
        }
        let keep = pass.replicas();
        let wanted = delay(pass, set, set.size.spec, keep, &mut delayed);
        if wanted != set.size.spec {
            scale(pass, set, wanted);
            scaled = Scaled::Yes;
        }
    }
    scaled
}

/// Whether old pods stay because the switch is still being analysed and no delay was given.
fn is_analysed_after_switch(pass: &Pass<'_>) -> bool {
    let Some(blue_green) = &pass.rollout().spec.strategy.blue_green else { return false };
    if blue_green.post_promotion_analysis.is_none() || blue_green.scale_down_delay_seconds.is_some() {
        return false;
    }
    let run = current_run(pass, Role::PostPromotion);
    let is_skipped = skips_post_analysis(pass, run.is_some());
    !is_skipped && run.is_none_or(|run| run.phase != "Successful")
}

/// How many pods an old version keeps: until its time has come it keeps `keep`, as long as not too many do.
fn delay(pass: &mut Pass<'_>, set: &ReplicaSet, current: i64, keep: i64, delayed: &mut i64) -> i64 {
    let limit = limit(pass.rollout());
    if !set.has_deadline() {
        if *delayed >= limit {
            return 0;
        }
        *delayed += 1;
        set_deadline(pass, set, delay_seconds(pass));
        return current;
    }
    *delayed += 1;
    if *delayed > limit || !set.is_within_delay(pass.now) {
        return 0;
    }
    if let Some(deadline) = set.deadline() {
        pass.plan.wake_at(deadline);
    }
    keep
}

fn limit(rollout: &Rollout) -> i64 {
    let strategy = &rollout.spec.strategy;
    let blue_green = strategy.blue_green.as_ref().and_then(|it| it.scale_down_delay_revision_limit);
    let canary = strategy.canary.as_ref().and_then(|it| it.scale_down_delay_revision_limit);
    blue_green.or(canary).map_or(i64::MAX, i64::from)
}

/// Whether anything still leads to a version: what the status records, and what Services select.
fn is_referenced(pass: &Pass<'_>, set: &ReplicaSet) -> bool {
    let hash = set.hash.as_str();
    if hash.is_empty() {
        return false;
    }
    let before = pass.before();
    let mut recorded = vec![
        &before.stable_rs,
        &before.current_pod_hash,
        &before.blue_green.active_selector,
        &before.blue_green.preview_selector,
    ];
    if let Some(weights) = &before.canary.weights {
        recorded.extend([&weights.canary.pod_template_hash, &weights.stable.pod_template_hash]);
    }
    let strategy = &pass.rollout().spec.strategy;
    let mut services = Vec::new();
    if let Some(canary) = &strategy.canary {
        services.extend([&canary.canary_service, &canary.stable_service]);
    } else if let Some(blue_green) = &strategy.blue_green {
        services.extend([&blue_green.active_service, &blue_green.preview_service]);
    }
    let is_selected = |name: &String| match pass.world.services.get(name) {
        Some(Fetched::Known(service)) => service.hash.as_deref() == Some(hash),
        Some(Fetched::Unknown(_)) => true,
        Some(Fetched::Absent) | None => false,
    };
    recorded.into_iter().any(|known| known == hash) || services.into_iter().any(is_selected)
}

/// Deletes versions without pods, oldest first, beyond those that are to be kept, with all that was measured of them.
pub fn forget(pass: &mut Pass<'_>) {
    let mut sets: Vec<&ReplicaSet> = pass.others.iter().copied().filter(|set| !set.is_deleting).collect();
    let limit = usize::try_from(pass.rollout().spec.revision_history_limit()).unwrap_or(0);
    let Some(excess) = sets.len().checked_sub(limit) else { return };
    sort_by_creation(&mut sets);
    for set in sets.into_iter().take(excess) {
        if set.size.actual != 0 || set.size.spec != 0 || !set.is_observed {
            continue;
        }
        pass.act(Action::DeleteSet(set.name.clone()));
        let of_set = |hash: &Option<String>| hash.as_deref().is_some_and(|hash| hash == set.hash);
        for run in pass.world.runs.iter().filter(|run| of_set(&run.hash) && !run.is_deleting) {
            if !crate::run_roles::is_current(pass, &run.name) {
                pass.act(Action::DeleteRun(run.name.clone()));
            }
        }
        for run in pass.world.experiments.iter().map(|it| &it.run).filter(|run| of_set(&run.hash) && !run.is_deleting) {
            if pass.before().canary.current_experiment != run.name {
                pass.act(Action::DeleteExperiment(run.name.clone()));
            }
        }
    }
}
