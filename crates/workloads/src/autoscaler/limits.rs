//! How far and how fast an autoscaler goes: stabilisation, policies, and the limits of its spec. Pure.
//!
//! <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior>

use super::spec::{Rules, Select, Spec};
use crate::reading::after_seconds;
use jiff::Timestamp;

/// For how long the highest recommendation holds where no behaviour says.
const STABILISED_SECONDS: i64 = 300;

/// What is remembered of an autoscaler.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// What was recommended, and when.
    pub recommended: Vec<(Timestamp, i64)>,
    /// By how many replicas it went up (or down, when less than zero), and when.
    pub scaled: Vec<(Timestamp, i64)>,
}

/// How many replicas there are to be, and what was in the way of more or fewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limited {
    /// How many.
    pub replicas: i64,
    /// Condition `AbleToScale`: its reason and message.
    pub able: (&'static str, &'static str),
    /// Condition `ScalingLimited`: whether, its reason and message.
    pub limited: (bool, &'static str, &'static str),
}

const STABLE_DOWN: (&str, &str) = (
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent recommendation",
);
const STABLE_UP: (&str, &str) = (
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
);
const READY: (&str, &str) = ("ReadyForNewScale", "recommended size matches current size");

/// Bounds what metrics ask for.
pub fn bounded(spec: &Spec, history: &mut History, current: i64, wanted: i64, now: Timestamp) -> Limited {
    let longest = spec.rules_up().window.max(spec.rules_down().window).max(STABILISED_SECONDS);
    history.recommended.retain(|(at, _)| after_seconds(*at, longest) > now);
    history.recommended.push((now, wanted));
    let (stable, able) = stabilised(spec, history, current, wanted, now);
    let (replicas, limited) = paced(spec, history, current, stable, now);
    Limited { replicas, able, limited }
}

/// The highest of the recommendations within the window for going down, and the lowest within that for going up.
fn stabilised(
    spec: &Spec,
    history: &History,
    current: i64,
    wanted: i64,
    now: Timestamp,
) -> (i64, (&'static str, &'static str)) {
    let within = |window: i64| {
        history.recommended.iter().filter(move |(at, _)| after_seconds(*at, window) > now).map(|(_, wanted)| *wanted)
    };
    let highest = within(spec.rules_down().window).max().unwrap_or(wanted).max(wanted);
    let lowest = within(spec.rules_up().window).min().unwrap_or(wanted).min(wanted);
    let stable = current.max(lowest).min(highest);
    let able = match stable {
        stable if stable == wanted => READY,
        _ if wanted < current => STABLE_DOWN,
        _ => STABLE_UP,
    };
    (stable, able)
}

/// What the policies allow within their periods, and the limits at all times.
fn paced(
    spec: &Spec,
    history: &mut History,
    current: i64,
    wanted: i64,
    now: Timestamp,
) -> (i64, (bool, &'static str, &'static str)) {
    let (up, down) = (spec.rules_up(), spec.rules_down());
    let longest = up.policies.iter().chain(&down.policies).map(|policy| policy.period).max().unwrap_or_default();
    history.scaled.retain(|(at, _)| after_seconds(*at, longest) > now);
    let fast = "the desired replica count is increasing faster than the maximum scale rate";
    let slow = "the desired replica count is decreasing faster than the maximum scale rate";
    let most = allowed(&up, history, current, now, 1).max(current);
    let least = allowed(&down, history, current, now, -1).min(current);
    let many = (true, "TooManyReplicas", "the desired replica count is more than the maximum replica count");
    let few = (true, "TooFewReplicas", "the desired replica count is less than the minimum replica count");
    if wanted > current {
        let ceiling = most.min(spec.max);
        let reason = if spec.max <= most { many } else { (true, "ScaleUpLimit", fast) };
        if wanted > ceiling {
            return (ceiling, reason);
        }
    } else if wanted < current {
        let floor = least.max(spec.min);
        let reason = if spec.min >= least { few } else { (true, "ScaleDownLimit", slow) };
        if wanted < floor {
            return (floor, reason);
        }
    }
    match wanted {
        wanted if wanted > spec.max => (spec.max, many),
        wanted if wanted < spec.min => (spec.min, few),
        wanted => (wanted, (false, "DesiredWithinRange", "the desired count is within the acceptable range")),
    }
}

/// The count that the policies of one direction (1 up, -1 down) allow now.
fn allowed(rules: &Rules, history: &History, current: i64, now: Timestamp, direction: i64) -> i64 {
    if rules.select == Select::Disabled {
        return current;
    }
    let of_policy = |policy: &super::spec::Policy| {
        let recent = history
            .scaled
            .iter()
            .filter(|(at, by)| after_seconds(*at, policy.period) > now && by.signum() == direction);
        let done: i64 = recent.map(|(_, by)| *by).sum();
        let start = current - done;
        if policy.is_percent {
            let share = 1.0 + direction as f64 * policy.value as f64 / 100.0;
            let count = start as f64 * share;
            // Compat: rounded away from where it began.
            if direction > 0 { count.ceil() as i64 } else { count as i64 }
        } else {
            start + direction * policy.value
        }
    };
    let counts = rules.policies.iter().map(of_policy);
    let goes_far = (rules.select == Select::Max) == (direction > 0);
    if goes_far { counts.max() } else { counts.min() }.unwrap_or(current)
}
