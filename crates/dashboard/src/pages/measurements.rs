//! Analyses: each metric as a small chart over time with its limit drawn in, and the verdict beside it.

use crate::entry::Entry;
use api::rollouts::{AnalysisRun, Measurement, Metric, MetricResult};
use jiff::Timestamp;
use look::inert;
use look::{marks, times};
use maud::{Markup, html};
use rolloutview::RunView;

/// So many analyses are shown, the newest ones.
const RUNS_MAX: usize = 12;
/// So many measurements are drawn, the latest ones.
const POINTS_MAX: usize = 120;
/// The chart's width in its own units.
const WIDTH: f64 = 240.0;
/// The chart's height.
const HEIGHT: f64 = 56.0;
/// So much is left free around the points.
const MARGIN: f64 = 6.0;

/// The analyses of a Rollout, those of its experiments among them.
pub fn analyses(entry: &Entry, now: Timestamp) -> Markup {
    let below = entry.view.experiments.iter().flat_map(|experiment| &experiment.runs);
    let runs: Vec<&RunView> = entry.view.runs.iter().chain(below).collect();
    html! {
        @if !runs.is_empty() {
            h2 { "Analyses" }
            div.cards { @for view in runs.iter().take(RUNS_MAX) { (card(view, entry, now)) } }
            @if runs.len() > RUNS_MAX { p.quiet { (runs.len() - RUNS_MAX) " earlier ones are not shown." } }
        }
    }
}

/// The experiments of a Rollout.
pub fn experiments(entry: &Entry) -> Markup {
    html! {
        @if !entry.view.experiments.is_empty() {
            h2 { "Experiments" }
            ul.list { @for experiment in &entry.view.experiments {
                li {
                    code { (experiment.name) } (marks::mark(marks::of_icon(experiment.icon), &experiment.status))
                    span.quiet { "rev " (experiment.revision) @if !experiment.message.is_empty() { " · " (inert(&experiment.message)) } }
                }
            } }
        }
    }
}

fn card(view: &RunView, entry: &Entry, now: Timestamp) -> Markup {
    let run = entry.runs.iter().find(|run| run.metadata.name == view.name);
    html! {
        article.card id=(format!("run-{}", view.name)) {
            header {
                h3 { code { (view.name) } } span.fill {}
                (marks::mark(marks::of_icon(view.icon), if view.status.is_empty() { "Pending" } else { &view.status }))
            }
            p.quiet { "rev " (view.revision)
                @if let Some(created) = view.created { " · began " (times::ago(created, now)) " ago" } }
            @if let Some(run) = run { @for metric in &run.spec.metrics { (measured(run, metric)) } }
            @if let Some(message) = run.map(|run| &run.status.message).filter(|message| !message.is_empty()) {
                p { (inert(message)) }
            }
        }
    }
}

fn measured(run: &AnalysisRun, metric: &Metric) -> Markup {
    let result = run.status.metric_results.iter().find(|result| result.name == metric.name);
    let condition =
        if metric.success_condition.is_empty() { &metric.failure_condition } else { &metric.success_condition };
    html! {
        div.metric {
            div.of {
                b { (inert(&metric.name)) }
                @match result {
                    Some(result) => { (marks::mark(marks::of_icon(rolloutview::phase_icon(&result.phase_word)), &result.phase_word)) (counts(result)) }
                    None => { span.quiet { "not measured yet" } }
                }
                @if !condition.is_empty() { code { (inert(condition)) } }
                @if let Some(message) = result.map(|result| &result.message).filter(|it| !it.is_empty()) { p { (inert(message)) } }
            }
            @if let Some(result) = result { (chart(result, limits(condition))) }
        }
    }
}

fn counts(result: &MetricResult) -> Markup {
    let all = [
        (result.successful, "good"),
        (result.failed, "bad"),
        (result.inconclusive, "unclear"),
        (result.error, "not taken"),
    ];
    let said: Vec<String> =
        all.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let last = result.measurements.last().map_or("", |measurement| &measurement.value);
    html! {
        span.quiet { (said.join(", ")) }
        @if !last.is_empty() { span.quiet { "last " (inert(last)) } }
    }
}

/// The numbers that a condition compares with.
fn limits(condition: &str) -> Vec<f64> {
    let after = condition.split(['<', '>']).skip(1);
    let number = |text: &str| {
        let text = text.trim_start_matches('=').trim_start();
        let end = text.find(|it: char| !it.is_ascii_digit() && it != '.' && it != '-').unwrap_or(text.len());
        text[..end].parse::<f64>().ok().filter(|number| number.is_finite())
    };
    after.filter_map(number).take(2).collect()
}

/// The number that was measured, where one number was: `0.97` as well as `[0.97]`.
fn value(measurement: &Measurement) -> Option<f64> {
    let text = measurement.value.trim().trim_start_matches('[').trim_end_matches(']');
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

fn chart(result: &MetricResult, limits: Vec<f64>) -> Markup {
    let skipped = result.measurements.len().saturating_sub(POINTS_MAX);
    let points: Vec<(&Measurement, f64)> =
        result.measurements.iter().skip(skipped).filter_map(|it| Some((it, value(it)?))).collect();
    if points.is_empty() {
        return html! {};
    }
    let all = || points.iter().map(|(_, value)| *value).chain(limits.iter().copied());
    let (low, high) = all().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let span = if high - low > f64::EPSILON { high - low } else { 1.0 };
    let y = |value: f64| round(HEIGHT - MARGIN - (value - low) / span * (HEIGHT - 2.0 * MARGIN));
    let step = (WIDTH - 2.0 * MARGIN) / (points.len().max(2) - 1) as f64;
    let x = |index: usize| round(MARGIN + index as f64 * step);
    let line: Vec<String> =
        points.iter().enumerate().map(|(index, (_, value))| format!("{},{}", x(index), y(*value))).collect();
    let last = points.last().map(|(_, value)| *value).unwrap_or_default();
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img"
            aria-label=(format!("{} measurements, the last one {last}", points.len())) {
            @for limit in &limits { line.limit x1="0" x2=(WIDTH) y1=(y(*limit)) y2=(y(*limit)) {} }
            polyline.line points=(line.join(" ")) {}
            @for (index, (measurement, value)) in points.iter().enumerate() {
                @let mark = marks::of_icon(rolloutview::phase_icon(&measurement.phase_word));
                circle class=(format!("point {}", mark.class)) cx=(x(index)) cy=(y(*value)) r="3" {
                    title { (value) " " (inert(&measurement.phase_word)) }
                }
            }
        }
    }
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::limits;

    #[test]
    fn the_limits_of_a_condition_are_found() {
        assert_eq!(limits("result[0] >= 0.95"), [0.95]);
        assert_eq!(limits("result > 1 && result < 2.5"), [1.0, 2.5]);
        assert_eq!(limits("all(result, # < x)"), Vec::<f64>::new());
        assert_eq!(limits(""), Vec::<f64>::new());
    }
}
