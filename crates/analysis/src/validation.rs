//! Whether the metrics of a run make sense; in Rollouts' words, the first mistake only.

use crate::numbers::{consecutive_success_limit, failure_limit, given_count, inconclusive_limit, integer};
use api::rollouts::{Metric, MetricProvider};
use std::borrow::Borrow;
use std::collections::BTreeSet;

/// Checks metrics whose arguments are in place.
///
/// # Errors
/// The first thing that is wrong.
pub fn validate<M: Borrow<Metric>>(metrics: &[M]) -> Result<(), String> {
    if metrics.is_empty() {
        return Err("no metrics specified".to_owned());
    }
    let mut names = BTreeSet::new();
    for (at, metric) in metrics.iter().map(Borrow::borrow).enumerate() {
        if !names.insert(&metric.name) {
            return Err(format!("metrics[{at}]: duplicate name '{}'", metric.name));
        }
        validate_one(metric).map_err(|message| format!("metrics[{at}]: {message}"))?;
    }
    Ok(())
}

fn validate_one(metric: &Metric) -> Result<(), String> {
    limits(metric)?;
    if given_count(metric) > 1 && metric.interval.is_empty() {
        return Err("interval must be specified when count > 1".to_owned());
    }
    for (what, text) in [("interval", &metric.interval), ("startDelay", &metric.initial_delay)] {
        if !text.is_empty() {
            sprig::duration::parse(text).map_err(|error| format!("invalid {what} string: {error}"))?;
        }
    }
    match providers(&metric.provider) {
        0 => Err("no provider specified".to_owned()),
        1 => Ok(()),
        _ => Err("multiple providers specified".to_owned()),
    }
}

fn limits(metric: &Metric) -> Result<(), String> {
    let (failures, successes) = (failure_limit(metric), consecutive_success_limit(metric));
    let (inconclusive, count) = (inconclusive_limit(metric), given_count(metric));
    let wrong = |message: &str| Err(message.to_owned());
    if successes < 0 {
        return wrong("consecutiveSuccessLimit must be >= 0");
    }
    if failures < -1 {
        return wrong("failureLimit must be >= 0, or -1 to be disabled");
    }
    if successes == 0 && failures == -1 {
        return wrong("failureLimit and consecutiveSuccessLimit cannot both be disabled");
    }
    if inconclusive < 0 {
        return wrong("inconclusiveLimit must be >= 0");
    }
    if metric.consecutive_error_limit.as_ref().is_some_and(|limit| integer(limit) < 0) {
        return wrong("consecutiveErrorLimit must be >= 0");
    }
    if count <= 0 {
        return Ok(());
    }
    if failures >= 0 && count < failures.saturating_add(successes) {
        return Err(format!(
            "count ({count}) must be >= failureLimit + consecutiveSuccessLimit ({failures} + {successes}) if both >= 0"
        ));
    }
    if failures < 0 && count < successes {
        return wrong("count must be >= consecutiveSuccessLimit");
    }
    if count < inconclusive {
        return wrong("count must be >= inconclusiveLimit");
    }
    Ok(())
}

fn providers(provider: &MetricProvider) -> usize {
    let given = [
        provider.prometheus.is_some(),
        provider.kayenta.is_some(),
        provider.web.is_some(),
        provider.datadog.is_some(),
        provider.wavefront.is_some(),
        provider.new_relic.is_some(),
        provider.job.is_some(),
        provider.cloud_watch.is_some(),
        provider.graphite.is_some(),
        provider.influxdb.is_some(),
        provider.skywalking.is_some(),
    ];
    given.into_iter().filter(|given| *given).count() + provider.plugin.len()
}
