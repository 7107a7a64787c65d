//! The numbers of pods where a router shares traffic out: each version has what its share asks for.

use super::share::pods_for_weight;
use super::versions::{Desired, Versions};
use super::weight::{canary_replicas_or_weight, weight_max};
use api::rollouts::{Rollout, TrafficWeights};

/// How many pods the two versions are to have, given how traffic is shared out now.
#[must_use]
pub fn routed(rollout: &Rollout, versions: &Versions, weights: Option<&TrafficWeights>) -> Desired {
    let replicas = i64::from(rollout.spec.replicas());
    let weight_max = weight_max(rollout);
    let (fixed, weight) = canary_replicas_or_weight(rollout, versions);
    let mut new = match fixed {
        Some(fixed) => fixed,
        None => minimum_pods(rollout, pods_for_weight(replicas, weight, weight_max)),
    };
    if !rollout.spec.strategy.canary.as_ref().is_some_and(|canary| canary.dynamic_stable_scale) {
        return Desired { new, stable: replicas };
    }
    let mut stable = pods_for_weight(replicas, weight_max - weight, weight_max);
    if let Some(weights) = weights {
        // Pods stay as long as traffic reaches them, and come before it does.
        stable = stable.max(pods_for_weight(replicas, i64::from(weights.stable.weight), weight_max));
        if rollout.status.abort {
            new = new.max(pods_for_weight(replicas, i64::from(weights.canary.weight), weight_max));
        }
    }
    Desired { new: minimum_pods(rollout, new), stable: minimum_pods(rollout, stable) }
}

/// A version that has pods has at least as many as the spec says, but never more than are wanted in all.
#[must_use]
pub fn minimum_pods(rollout: &Rollout, count: i64) -> i64 {
    let canary = rollout.spec.strategy.canary.as_ref().filter(|canary| canary.traffic_routing.is_some());
    match canary.and_then(|canary| canary.min_pods_per_replica_set) {
        Some(minimum) if count != 0 => count.max(i64::from(minimum).min(i64::from(rollout.spec.replicas()))),
        _ => count,
    }
}
