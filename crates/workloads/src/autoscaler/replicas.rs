//! How many replicas one metric asks for. Pure.
//!
//! <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details>

/// How far a ratio may be off before anything changes.
const TOLERANCE: f64 = 0.1;

/// The pods a metric is about, in thousandths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pods {
    /// What each ready pod that was measured uses.
    pub used: Vec<i64>,
    /// Pods that are not ready.
    pub unready: usize,
    /// Ready pods that were not measured.
    pub missing: usize,
    /// What each pod is to use.
    pub target: i64,
    /// What a pod that was not measured may use at most.
    pub most: i64,
}

/// The replicas that pods ask for; `None` when none was measured.
#[must_use]
pub fn for_pods(current: i64, pods: &Pods) -> Option<i64> {
    let ratio = ratio(&pods.used, pods.target)?;
    let count = i64::try_from(pods.used.len()).unwrap_or(i64::MAX);
    let counts_unready = ratio > 1.0 && pods.unready > 0;
    if pods.missing == 0 && !counts_unready {
        return Some(if is_within(ratio) { current } else { scaled(ratio, count) });
    }
    // Who was not measured uses all it may when fewer are asked for, and nothing when more are: neither goes too far.
    let mut used = pods.used.clone();
    let unknown = if ratio < 1.0 { pods.most } else { 0 };
    used.extend(std::iter::repeat_n(unknown, pods.missing));
    if counts_unready {
        used.extend(std::iter::repeat_n(0, pods.unready));
    }
    let cautious = self::ratio(&used, pods.target)?;
    let turns = (ratio < 1.0 && cautious > 1.0) || (ratio > 1.0 && cautious < 1.0);
    if is_within(cautious) || turns {
        return Some(current);
    }
    let wanted = scaled(cautious, i64::try_from(used.len()).unwrap_or(i64::MAX));
    let goes_back = (cautious < 1.0 && wanted > current) || (cautious > 1.0 && wanted < current);
    Some(if goes_back { current } else { wanted })
}

/// The replicas that one number asks for, of which all ready pods have the target together.
#[must_use]
pub fn for_value(current: i64, ready: i64, value: i64, target: i64) -> i64 {
    if target <= 0 {
        return current;
    }
    let ratio = value as f64 / target as f64;
    if is_within(ratio) { current } else { scaled(ratio, ready) }
}

/// The replicas that one number asks for, of which each pod is to have the target.
#[must_use]
pub fn for_average(current: i64, value: i64, target: i64) -> i64 {
    if target <= 0 {
        return current;
    }
    let ratio = value as f64 / (target as f64 * current.max(1) as f64);
    if is_within(ratio) { current } else { value.saturating_add(target - 1) / target }
}

fn ratio(used: &[i64], target: i64) -> Option<f64> {
    let mean = used.iter().sum::<i64>() as f64 / used.len() as f64;
    (!used.is_empty() && target > 0).then(|| mean / target as f64)
}

fn is_within(ratio: f64) -> bool {
    (1.0 - ratio).abs() <= TOLERANCE
}

fn scaled(ratio: f64, count: i64) -> i64 {
    // Bounded by the autoscaler's limits afterwards.
    (ratio * count as f64).ceil() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pods(used: &[i64], unready: usize, missing: usize) -> Pods {
        Pods { used: used.to_vec(), unready, missing, target: 100, most: 100 }
    }

    /// Cases of the documentation's algorithm: current, what pods use of 100 each, and who is not counted.
    #[test]
    fn replicas_follow_the_ratio() {
        for (current, pods, wanted) in [
            (2, pods(&[200, 200], 0, 0), 4),
            (2, pods(&[50, 50], 0, 0), 1),
            (4, pods(&[95, 105, 109, 91], 0, 0), 4),
            (3, pods(&[300, 300], 1, 0), 6),
            (3, pods(&[130, 130], 1, 0), 3),
            (4, pods(&[40, 40], 0, 2), 3),
            (4, pods(&[300, 300], 0, 2), 6),
            (4, pods(&[20, 20], 2, 0), 1),
        ] {
            assert_eq!(for_pods(current, &pods), Some(wanted), "{pods:?}");
        }
        assert_eq!(for_pods(2, &pods(&[], 2, 0)), None);
    }

    #[test]
    fn single_numbers_ask_for_replicas() {
        assert_eq!(for_value(3, 3, 20_000, 10_000), 6);
        assert_eq!(for_value(3, 3, 10_500, 10_000), 3);
        assert_eq!(for_average(3, 50_000, 10_000), 5);
        assert_eq!(for_average(3, 31_000, 10_000), 3);
    }
}
