//! The numbers of pods that come closest to a weight.

use super::versions::Desired;

/// How many pods of each version come closest to sending `weight` of `weight_max` to the new one.
///
/// With surge there may be one pod more than wanted in all, when that comes closer. Between none and all, neither
/// version is left without a pod unless there is but one.
#[must_use]
pub fn approximate(replicas: i64, weight: i64, weight_max: i64, surge: i64) -> Desired {
    if replicas == 0 || weight_max <= 0 {
        return Desired::default();
    }
    let product = replicas.saturating_mul(weight);
    let floor = product.div_euclid(weight_max);
    let ceiling = floor + i64::from(product.rem_euclid(weight_max) != 0);
    let may_be_zero = weight == weight_max || weight == 0 || (replicas == 1 && surge == 0);
    let may_floor = floor != 0 || may_be_zero;
    let is_tied = |total: i64| {
        total.saturating_mul(weight).saturating_mul(2).rem_euclid(weight_max.saturating_mul(2)) == weight_max
    };
    let options = [
        (ceiling, replicas, ceiling < replicas || may_be_zero),
        (floor, replicas, may_floor && !is_tied(replicas)),
        (ceiling, replicas + 1, surge > 0),
        (floor, replicas + 1, surge > 0 && may_floor && !is_tied(replicas + 1)),
    ];
    let mut best: Option<(i64, i64)> = None;
    for (canary, total, _) in options.into_iter().filter(|(_, _, is_allowed)| *is_allowed) {
        if best.is_none_or(|best| is_closer((canary, total), best, weight, weight_max)) {
            best = Some((canary, total));
        }
    }
    match best {
        Some((canary, total)) => Desired { new: canary, stable: total - canary },
        None => Desired { new: 0, stable: replicas },
    }
}

/// Whether the first (canary, total) is strictly closer to the weight than the second.
fn is_closer(left: (i64, i64), right: (i64, i64), weight: i64, weight_max: i64) -> bool {
    let distance = |(canary, total): (i64, i64)| {
        (i128::from(canary) * i128::from(weight_max) - i128::from(weight) * i128::from(total)).unsigned_abs()
    };
    // distance / total, compared by cross multiplication.
    distance(left) * u128::from(right.1.unsigned_abs()) < distance(right) * u128::from(left.1.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_examples() {
        for (replicas, weight, surge, new, stable) in [
            (10, 25, 3, 3, 8),
            (10, 50, 3, 5, 5),
            (10, 75, 3, 8, 3),
            (10, 100, 3, 10, 0),
            (10, 25, 0, 3, 7),
            (10, 75, 0, 8, 2),
            (5, 25, 2, 1, 4),
            (5, 50, 2, 3, 3),
            (5, 75, 2, 4, 1),
            (4, 25, 1, 1, 3),
            (4, 50, 1, 2, 2),
            (4, 75, 1, 3, 1),
            (3, 25, 1, 1, 3),
            (3, 50, 1, 2, 2),
            (3, 75, 1, 3, 1),
            (2, 25, 1, 1, 2),
            (2, 50, 1, 1, 1),
            (2, 75, 1, 2, 1),
            (1, 25, 1, 1, 1),
            (1, 75, 1, 1, 1),
            (1, 100, 1, 1, 0),
        ] {
            let found = approximate(replicas, weight, 100, surge);
            assert_eq!(found, Desired { new, stable }, "{replicas} at {weight}% with surge {surge}");
        }
    }
}
