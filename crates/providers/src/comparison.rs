//! Counts of two versions, for the comparison that a metric may be: from Prometheus, or from any web service.
//!
//! ```yaml
//! provider:
//!   plugin:
//!     capstan/comparison:
//!       prometheus: {address: http://prometheus.monitoring.svc:9090}
//!       stable: {total: <query>, bad: <query>}
//!       canary: {total: <query>, bad: <query>}
//! ```
//!
//! With `grouped: {total, bad, label, stable, canary}` two queries count both versions, told apart by a label. With `web`
//! in place of `prometheus`, the JSON path leads to `{"stable": {"total", "bad"}, "canary": {"total", "bad"}}`, or to other
//! names that `stable` and `canary` then say; a version that is not there has answered nothing. With `counters: true` the
//! counts are since the beginning of time, and differences are taken here.
//!
//! With `bounds: [0.1, 0.5]` latency is compared: `stable: {buckets: <query>}` counts requests by the label `le`, and
//! `{"stable": {"buckets": {"0.1": 90, "0.5": 99, "+Inf": 100}}}` is what a web service answers.

use crate::asker::Asker;
use crate::{prometheus, web_metric};
use analysis::answers::{prometheus as understood, prometheus_by_label};
use analysis::comparison::{Comparison, Count, PLUGIN, terminated};
use analysis::verdict::Block;
use analysis::{Task, TaskKind};
use api::rollouts::{AnalysisPhase, Measurement, PrometheusMetric, WebMetric};
use expr::Value as Measured;
use serde_json::Value;
use std::collections::BTreeMap;

/// In a measurement's metadata: the counters at the last look.
const COUNTERS: &str = "capstan/counters";
/// The label that tells versions apart when the metric does not say.
const LABEL: &str = "rollouts_pod_template_hash";
/// The label of a histogram's buckets: their upper bound.
const LABEL_OF_BOUND: &str = "le";
/// Whole numbers that a count may be: beyond, `f64` cannot tell neighbours apart.
const COUNT_MAX: f64 = 9e15;

/// Looks once more.
pub(crate) async fn ask(asker: &Asker, task: &Task) -> Measurement {
    let now = asker.clock.now();
    let comparison = match Comparison::read(&task.metric) {
        Ok(Some(comparison)) => comparison,
        Ok(None) => return failed(task, format!("the metric is no {PLUGIN}"), now),
        Err(message) => return failed(task, message, now),
    };
    let settings = task.metric.provider.plugin.get(PLUGIN).cloned().unwrap_or_default();
    let counts_up = settings["counters"] == true;
    match (task.kind, task.unfinished.clone()) {
        (TaskKind::Terminate, Some(unfinished)) => terminated(unfinished, now),
        (TaskKind::Resume, Some(mut unfinished)) => {
            let mut counted = counts(asker, &settings, &comparison.bounds).await;
            if counts_up {
                counted = counted.and_then(|counters| since(&mut unfinished, counters));
            }
            comparison.looked(unfinished, counted, asker.clock.now())
        }
        _ => {
            let mut measurement = comparison.started(now);
            if counts_up && let Ok(counters) = counts(asker, &settings, &comparison.bounds).await {
                keep(&mut measurement, &counters);
            }
            measurement
        }
    }
}

fn failed(task: &Task, message: String, now: jiff::Timestamp) -> Measurement {
    let mut measurement = task.unfinished.clone().unwrap_or_default();
    measurement.started_at.get_or_insert(now.into());
    measurement.phase_word = AnalysisPhase::Error.to_string();
    measurement.message = message;
    measurement.finished_at = Some(now.into());
    measurement
}

/// What was counted since the last look.
fn since(measurement: &mut Measurement, now: Vec<Count>) -> Result<Vec<Count>, String> {
    let before = measurement.metadata.get(COUNTERS).and_then(|text| read(text));
    keep(measurement, &now);
    let before = before.filter(|before| before.len() == now.len()).ok_or("this is the first look at the counters")?;
    let less = |now: u64, before: u64| now.checked_sub(before).ok_or("a counter went back: it began anew");
    let one = |(Count { bound, block: now }, before): (Count, Block)| {
        let block = Block {
            stable: less(now.stable, before.stable)?,
            stable_bad: less(now.stable_bad, before.stable_bad)?,
            canary: less(now.canary, before.canary)?,
            canary_bad: less(now.canary_bad, before.canary_bad)?,
        };
        Ok(Count { bound, block })
    };
    now.into_iter().zip(before).map(one).collect()
}

fn keep(measurement: &mut Measurement, counters: &[Count]) {
    let one = |count: &Count| {
        let Block { stable, stable_bad, canary, canary_bad } = count.block;
        format!("{stable_bad}/{stable} {canary_bad}/{canary}")
    };
    let text = counters.iter().map(one).collect::<Vec<_>>().join(";");
    measurement.metadata.insert(COUNTERS.to_owned(), text);
}

fn read(text: &str) -> Option<Vec<Block>> {
    let one = |text: &str| {
        let numbers: Option<Vec<u64>> = text.split(['/', ' ']).map(|number| number.parse().ok()).collect();
        match numbers?.as_slice() {
            &[stable_bad, stable, canary_bad, canary] => Some(Block { stable, stable_bad, canary, canary_bad }),
            _ => None,
        }
    };
    text.split(';').map(one).collect()
}

async fn counts(asker: &Asker, settings: &Value, bounds: &[f64]) -> Result<Vec<Count>, String> {
    if bounds.is_empty() {
        return Ok(vec![Count { bound: None, block: answers(asker, settings).await? }]);
    }
    let (stable, canary) = buckets(asker, settings).await?;
    let one = |bound: &f64| {
        let ((stable, stable_bad), (canary, canary_bad)) =
            (slower(&stable, *bound, "stable")?, slower(&canary, *bound, "canary")?);
        Ok(Count { bound: Some(*bound), block: Block { stable, stable_bad, canary, canary_bad } })
    };
    bounds.iter().map(one).collect()
}

/// How many requests of a version took at most so long, by the bound as it is written.
type Buckets = BTreeMap<String, f64>;

/// Those of stable and of the canary. A service on the web is asked once, so that both are of one moment.
async fn buckets(asker: &Asker, settings: &Value) -> Result<(Buckets, Buckets), String> {
    if let Some(web) = settings.get("web") {
        let found = web_answer(asker, web).await?;
        let of = |version| web_buckets(&found, settings[version].as_str().unwrap_or(version));
        return Ok((of("stable")?, of("canary")?));
    }
    Ok((prometheus_buckets(asker, settings, "stable").await?, prometheus_buckets(asker, settings, "canary").await?))
}

fn web_buckets(found: &Value, name: &str) -> Result<Buckets, String> {
    match found[name]["buckets"].as_object() {
        None if found.is_object() && found.get(name).is_none() => Ok(Buckets::new()),
        None => Err(format!("{PLUGIN}: the answer has no {name}.buckets")),
        Some(buckets) => {
            Ok(buckets.iter().filter_map(|(bound, count)| Some((bound.clone(), count.as_f64()?))).collect())
        }
    }
}

async fn prometheus_buckets(asker: &Asker, settings: &Value, version: &'static str) -> Result<Buckets, String> {
    let query = settings[version]["buckets"].as_str().filter(|query| !query.is_empty());
    let query = query.ok_or_else(|| format!("{PLUGIN}: {version} needs the query buckets, which counts by le"))?;
    let mut metric = prometheus_metric(settings)?;
    query.clone_into(&mut metric.query);
    prometheus_by_label(&prometheus::answer(asker, &metric).await?.body, LABEL_OF_BOUND)
}

/// All requests, and those that took longer than `bound`.
fn slower(buckets: &Buckets, bound: f64, version: &str) -> Result<(u64, u64), String> {
    if buckets.is_empty() {
        // It has answered nothing.
        return Ok((0, 0));
    }
    let at = |wanted: f64| {
        let found = buckets.iter().find(|(written, _)| written.parse().is_ok_and(|written: f64| written == wanted));
        found.map(|(_, count)| *count)
    };
    let all = at(f64::INFINITY).ok_or_else(|| format!("{PLUGIN}: {version} has no bucket +Inf"))?;
    let quick =
        at(bound).ok_or_else(|| format!("{PLUGIN}: {version} has no bucket {bound}: bounds must be its own"))?;
    let (all, quick) = (count(all, version)?, count(quick, version)?);
    Ok((all, all.saturating_sub(quick)))
}

fn prometheus_metric(settings: &Value) -> Result<PrometheusMetric, String> {
    match settings.get("prometheus") {
        Some(given) => serde_json::from_value(given.clone()).map_err(|error| format!("{PLUGIN}: prometheus: {error}")),
        None => Err(format!("{PLUGIN}: prometheus or web must say where to count")),
    }
}

async fn answers(asker: &Asker, settings: &Value) -> Result<Block, String> {
    if let Some(web) = settings.get("web") {
        let name = |version: &'static str| settings[version].as_str().unwrap_or(version).to_owned();
        return web_counts(asker, web, &name("stable"), &name("canary")).await;
    }
    let mut metric = prometheus_metric(settings)?;
    if let Some(grouped) = settings.get("grouped") {
        return grouped_counts(asker, &mut metric, grouped).await;
    }
    let (stable, stable_bad) = version(asker, &mut metric, &settings["stable"], "stable").await?;
    let (canary, canary_bad) = version(asker, &mut metric, &settings["canary"], "canary").await?;
    Ok(Block { stable, stable_bad, canary, canary_bad })
}

/// All and bad requests of one version.
async fn version(
    asker: &Asker,
    metric: &mut PrometheusMetric,
    queries: &Value,
    name: &str,
) -> Result<(u64, u64), String> {
    let query = |field: &str| queries[field].as_str().filter(|query| !query.is_empty());
    let (Some(all), Some(other)) = (query("total"), query("bad").or(query("good"))) else {
        return Err(format!("{PLUGIN}: {name} needs the queries total and bad, or total and good"));
    };
    let total = sum(asker, metric, all, name).await?;
    let other = sum(asker, metric, other, name).await?;
    Ok((total, if query("bad").is_some() { other } else { total.saturating_sub(other) }))
}

async fn sum(asker: &Asker, metric: &mut PrometheusMetric, query: &str, name: &str) -> Result<u64, String> {
    query.clone_into(&mut metric.query);
    let answer = prometheus::answer(asker, metric).await?;
    let number = |value: &Measured| if let Measured::Float(number) = value { *number } else { f64::NAN };
    let total = match understood(&answer.body)?.measured.result {
        Measured::List(list) if list.items().is_empty() => 0.0,
        Measured::List(list) => list.items().iter().map(number).sum(),
        other => number(&other),
    };
    count(total, name)
}

fn count(number: f64, what: &str) -> Result<u64, String> {
    if number.is_finite() && (0.0..=COUNT_MAX).contains(&number) {
        // Prometheus extrapolates: counts come with fractions.
        return Ok(number.round() as u64);
    }
    Err(format!("the count of {what} is no number of requests"))
}

async fn grouped_counts(asker: &Asker, metric: &mut PrometheusMetric, grouped: &Value) -> Result<Block, String> {
    let text = |field: &str| grouped[field].as_str().filter(|text| !text.is_empty());
    let needed = |field: &str| text(field).ok_or_else(|| format!("{PLUGIN}: grouped needs {field}"));
    let label = text("label").unwrap_or(LABEL);
    let (stable, canary) = (needed("stable")?, needed("canary")?);
    let mut both = Vec::with_capacity(2);
    for query in [needed("total")?, needed("bad")?] {
        query.clone_into(&mut metric.query);
        both.push(prometheus_by_label(&prometheus::answer(asker, metric).await?.body, label)?);
    }
    let of = |at: usize, version: &str| {
        count(both.get(at).and_then(|counts| counts.get(version)).copied().unwrap_or_default(), version)
    };
    Ok(Block { stable: of(0, stable)?, stable_bad: of(1, stable)?, canary: of(0, canary)?, canary_bad: of(1, canary)? })
}

async fn web_answer(asker: &Asker, web: &Value) -> Result<Value, String> {
    let metric: WebMetric = serde_json::from_value(web.clone()).map_err(|error| format!("{PLUGIN}: web: {error}"))?;
    let answer = web_metric::measure(asker, &metric).await?;
    Ok(serde_json::from_str(&answer.measured.text).unwrap_or_default())
}

async fn web_counts(asker: &Asker, web: &Value, stable: &str, canary: &str) -> Result<Block, String> {
    let found = web_answer(asker, web).await?;
    let one = |version: &str, field: &str| match found.get(version) {
        None if found.is_object() => Ok(0),
        counts => match counts.and_then(|counts| counts[field].as_f64()) {
            Some(number) => count(number, version),
            None => Err(format!("{PLUGIN}: the answer has no number {version}.{field}")),
        },
    };
    Ok(Block {
        stable: one(stable, "total")?,
        stable_bad: one(stable, "bad")?,
        canary: one(canary, "total")?,
        canary_bad: one(canary, "bad")?,
    })
}
