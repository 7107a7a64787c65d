//! Whether the versions have the pods that a step asks for.

use super::basic::basic;
use super::routed::routed;
use super::versions::Versions;
use crate::replica_set::Size;
use api::rollouts::{ReplicaProgressThreshold, Rollout, TrafficWeights};

/// Whether enough of the pods that are wanted are available: all, unless a threshold says otherwise.
#[must_use]
pub fn threshold_met(threshold: Option<&ReplicaProgressThreshold>, size: Option<Size>, desired: i64) -> bool {
    let Some(size) = size else { return false };
    match threshold.filter(|threshold| threshold.value >= 0) {
        None => desired == size.spec && desired == size.available,
        Some(threshold) if threshold.kind == "Percent" => {
            desired == 0
                || i128::from(size.available) * 100 * desired.signum() as i128
                    >= i128::from(threshold.value) * desired.abs() as i128
        }
        Some(threshold) => size.available >= i64::from(threshold.value),
    }
}

/// Whether the step's pods are there: the new version's available, the stable version's made, no older ones left where
/// they would get traffic.
#[must_use]
pub fn at_desired(rollout: &Rollout, versions: &Versions, weights: Option<&TrafficWeights>) -> bool {
    let Some(canary) = &rollout.spec.strategy.canary else { return false };
    let is_routed = canary.traffic_routing.is_some();
    let desired = if is_routed { routed(rollout, versions, weights) } else { basic(rollout, versions) };
    if !threshold_met(canary.replica_progress_threshold.as_ref(), versions.new, desired.new) {
        return false;
    }
    let is_dynamic = is_routed && canary.dynamic_stable_scale;
    let is_made = |size: Size| size.spec == desired.stable && size.actual == desired.stable;
    if !is_dynamic && !versions.stable.is_some_and(is_made) {
        return false;
    }
    is_routed || versions.older.iter().map(|size| size.available).sum::<i64>() == 0
}
