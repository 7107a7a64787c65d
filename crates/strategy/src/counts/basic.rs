//! The next step towards the wanted numbers where traffic follows the numbers of pods: never too many pods in all, never
//! too few available because of us.

use super::approximate::approximate;
use super::fenceposts::fenceposts;
use super::versions::{Desired, Versions};
use super::weight::{canary_replicas_or_weight, weight_max};
use crate::replica_set::Size;
use api::rollouts::Rollout;

/// What may not be overstepped.
#[derive(Clone, Copy)]
struct Limits {
    /// Pods in all.
    pods_max: i64,
    /// Pods that stay available.
    available_min: i64,
}

/// How many pods the two versions are to ask for next.
#[must_use]
pub fn basic(rollout: &Rollout, versions: &Versions) -> Desired {
    let replicas = i64::from(rollout.spec.replicas());
    let fenceposts = fenceposts(rollout);
    // Compat: a number of pods that a step sets counts only where a router shares traffic out.
    let (_, weight) = canary_replicas_or_weight(rollout, versions);
    let mut target = approximate(replicas, weight, weight_max(rollout), fenceposts.surge);
    let stable = versions.other_stable();
    if stable.is_none() {
        target = Desired { new: replicas, stable: 0 };
    }
    let limits = Limits { pods_max: replicas + fenceposts.surge, available_min: replicas - fenceposts.unavailable };
    let next = scale_up(versions, stable, target, limits);
    if versions.older.iter().map(|size| size.spec).sum::<i64>() > 0 {
        // Older versions shrink first.
        return next;
    }
    scale_down(versions, stable, target, next, limits)
}

/// The stable version first, then the new one, as far as there is room.
fn scale_up(versions: &Versions, stable: Option<Size>, target: Desired, limits: Limits) -> Desired {
    let mut next = Desired { new: spec(versions.new), stable: spec(stable) };
    let asked: i64 = versions.older.iter().map(|size| size.spec).sum::<i64>() + next.new + next.stable;
    let mut room = limits.pods_max - asked;
    if stable.is_some() && next.stable < target.stable && room > 0 {
        let added = room.min(target.stable - next.stable);
        next.stable += added;
        room -= added;
    }
    if versions.new.is_some() && next.new < target.new && room > 0 {
        next.new += room.min(target.new - next.new);
    }
    next
}

/// The version that is on its way out, whether or not its own pods are available: unavailable ones are no loss.
fn scale_down(
    versions: &Versions,
    stable: Option<Size>,
    target: Desired,
    mut next: Desired,
    limits: Limits,
) -> Desired {
    let is_increasing = versions.new.is_none_or(|new| target.new >= new.spec);
    // Compat: a stable version that is the new one counts twice here.
    let pool = counted(versions.new, !is_increasing) + counted(versions.stable, is_increasing);
    if pool <= limits.available_min {
        return next;
    }
    let excess = pool - limits.available_min;
    if !is_increasing {
        next.new = drained(versions.new, target.new, excess, next.new);
        (next.new, next.stable) = balanced((versions.new, next.new), (versions.stable, next.stable), limits);
    } else if stable.is_some() {
        next.stable = drained(versions.stable, target.stable, excess, next.stable);
        (next.stable, next.new) = balanced((versions.stable, next.stable), (versions.new, next.new), limits);
    }
    next
}

fn spec(size: Option<Size>) -> i64 {
    size.map_or(0, |size| size.spec)
}

/// How many pods a version contributes to what is available. Those that are about to go do not count.
fn counted(size: Option<Size>, ignore_availability: bool) -> i64 {
    let Some(size) = size else { return 0 };
    if size.spec < size.available || ignore_availability { size.spec } else { size.available }
}

fn drained(size: Option<Size>, target: i64, excess: i64, next: i64) -> i64 {
    match size {
        Some(size) if size.spec > target => target.max(size.spec - excess),
        _ => next,
    }
}

/// Keeps both limits after one version was drained: the other gives way, but not below what must stay available.
fn balanced(drain: (Option<Size>, i64), adjust: (Option<Size>, i64), limits: Limits) -> (i64, i64) {
    let (drain_size, mut drain) = drain;
    let (Some(adjust_size), mut adjust) = adjust else { return (drain, adjust.1) };
    let over = (adjust + drain - limits.pods_max).max(0);
    adjust -= over;
    let available = drain_size.map_or(0, |size| size.available.min(drain)) + adjust_size.available.min(adjust);
    let spare = (adjust_size.available - adjust).max(0);
    let needed = (limits.available_min - available).max(0);
    adjust += spare.min(needed);
    drain -= (adjust + drain - limits.pods_max).max(0);
    (drain, adjust)
}
