//! How many pods may be there too many, and how many too few.

use api::IntOrString;
use api::rollouts::Rollout;
use api::rollouts::names::DEFAULT_FENCEPOST;

/// How far from the wanted number an update may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fenceposts {
    /// So many more.
    pub surge: i64,
    /// So many fewer.
    pub unavailable: i64,
}

/// Both for a Rollout.
///
/// Compat: percentages of surge round up, of unavailability down; when both come to nothing, one may be missing.
#[must_use]
pub fn fenceposts(rollout: &Rollout) -> Fenceposts {
    let replicas = i64::from(rollout.spec.replicas());
    let default = IntOrString::String(DEFAULT_FENCEPOST.to_owned());
    let strategy = &rollout.spec.strategy;
    let Some(canary) = &strategy.canary else {
        let unavailable = strategy.blue_green.as_ref().and_then(|it| it.max_unavailable.as_ref()).unwrap_or(&default);
        let unavailable = resolve(unavailable, replicas, Rounding::Down).unwrap_or(0);
        return Fenceposts { surge: 0, unavailable: unavailable.min(replicas) };
    };
    // Compat: a blue-green block that is (wrongly) there as well gives the unavailability.
    let unavailable = strategy.blue_green.as_ref().and_then(|it| it.max_unavailable.as_ref());
    let unavailable = unavailable.or(canary.max_unavailable.as_ref()).unwrap_or(&default);
    let surge = resolve(canary.max_surge.as_ref().unwrap_or(&default), replicas, Rounding::Up);
    let unavailable = resolve(unavailable, replicas, Rounding::Down);
    // Compat: when either is no number, both count as nothing.
    let (Some(surge), Some(unavailable)) = (surge, unavailable) else {
        return Fenceposts { surge: 0, unavailable: 0 };
    };
    let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
    Fenceposts { surge, unavailable: if replicas == 0 { 0 } else { unavailable.min(replicas) } }
}

#[derive(Clone, Copy)]
enum Rounding {
    Up,
    Down,
}

fn resolve(value: &IntOrString, replicas: i64, rounding: Rounding) -> Option<i64> {
    match value {
        IntOrString::Int(number) => Some(*number),
        IntOrString::String(text) => {
            // Compat: percent with or without the sign.
            let percent: i64 = text.replace('%', "").parse().ok()?;
            let product = percent.saturating_mul(replicas);
            Some(match rounding {
                Rounding::Up => product.div_euclid(100) + i64::from(product.rem_euclid(100) != 0),
                Rounding::Down => product.div_euclid(100),
            })
        }
    }
}
