//! The numbers of a metric, as Kubernetes reads what may be an integer or a text. A leaf module.

use api::IntOrString;
use api::rollouts::Metric;

/// How many failures to measure in a row are borne when nothing is said.
const CONSECUTIVE_ERROR_LIMIT: i64 = 4;

/// The name of the plugin that stands for a comparison of two versions.
pub(crate) const COMPARISON: &str = api::rollouts::names::PLUGIN_COMPARISON;

/// The integer that it is; 0 when it is none.
pub(crate) fn integer(value: &IntOrString) -> i64 {
    match value {
        IntOrString::Int(value) => *value,
        IntOrString::String(text) => text.parse().unwrap_or(0),
    }
}

fn or_zero(value: Option<&IntOrString>) -> i64 {
    value.map_or(0, integer)
}

/// How many measurements are taken; `None` for no end.
pub(crate) fn count(metric: &Metric) -> Option<i64> {
    match or_zero(metric.count.as_ref()) {
        // One comparison is one verdict: a second one would spend the chance of a wrong one again.
        0 if metric.interval.is_empty() || metric.provider.plugin.contains_key(COMPARISON) => Some(1),
        0 => None,
        count => Some(count),
    }
}

/// How many are asked for, in so many words.
pub(crate) fn given_count(metric: &Metric) -> i64 {
    or_zero(metric.count.as_ref())
}

/// How many failed ones are borne; -1 for any number.
pub(crate) fn failure_limit(metric: &Metric) -> i64 {
    or_zero(metric.failure_limit.as_ref())
}

/// How many inconclusive ones are borne.
pub(crate) fn inconclusive_limit(metric: &Metric) -> i64 {
    or_zero(metric.inconclusive_limit.as_ref())
}

/// How many failures to measure in a row are borne.
pub(crate) fn consecutive_error_limit(metric: &Metric) -> i64 {
    metric.consecutive_error_limit.as_ref().map_or(CONSECUTIVE_ERROR_LIMIT, integer)
}

/// How many successful ones in a row are enough; 0 when none are.
pub(crate) fn consecutive_success_limit(metric: &Metric) -> i64 {
    or_zero(metric.consecutive_success_limit.as_ref())
}
