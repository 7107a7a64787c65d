//! How many pods a rolling update may have too many, and how many too few.

use super::observed::Deployment;
use serde_json::Value;

/// The pods a Deployment may have beyond its replicas; none when it does not roll.
pub(super) fn max_surge(deployment: &Deployment) -> i64 {
    if deployment.is_rolling() { resolve(deployment).0 } else { 0 }
}

/// The pods a Deployment may lack.
pub(super) fn max_unavailable(deployment: &Deployment) -> i64 {
    let replicas = deployment.replicas();
    if !deployment.is_rolling() || replicas == 0 {
        return 0;
    }
    resolve(deployment).1.min(replicas)
}

/// Surge rounds up, unavailability down; when both come to nothing, one pod may be missing, or nothing could move.
fn resolve(deployment: &Deployment) -> (i64, i64) {
    let limits = &deployment.spec.strategy.rolling_update;
    let surge = scaled(&limits.max_surge, deployment.replicas(), Round::Up);
    let unavailable = scaled(&limits.max_unavailable, deployment.replicas(), Round::Down);
    if surge == 0 && unavailable == 0 { (0, 1) } else { (surge, unavailable) }
}

#[derive(Clone, Copy)]
enum Round {
    Up,
    Down,
}

fn scaled(limit: &Value, total: i64, round: Round) -> i64 {
    let Some(text) = limit.as_str() else { return limit.as_i64().unwrap_or_default() };
    let percent: i64 = text.trim_end_matches('%').parse().unwrap_or_default();
    match round {
        Round::Up => (percent * total + 99).div_euclid(100),
        Round::Down => (percent * total).div_euclid(100),
    }
}
