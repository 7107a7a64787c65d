//! Settings of comparisons, and what they make of hostile counts.

use analysis::comparison::{Comparison, PLUGIN};
use analysis::verdict::Block;
use api::rollouts::{AnalysisPhase, Metric};
use serde_json::{Value, json};

fn metric(settings: Value) -> Metric {
    let provider = json!({"plugin": {PLUGIN: settings}});
    serde_json::from_value(json!({"name": "m", "interval": "30s", "provider": provider})).expect("a metric")
}

#[test]
fn settings_out_of_range_are_named() {
    for (settings, message) in [
        (json!({"alpha": 0}), "capstan/comparison: alpha must be a number from 0.000000001 to 0.5"),
        (json!({"alpha": "x"}), "capstan/comparison: alpha must be a number from 0.000000001 to 0.5"),
        (json!({"tolerance": 0.5}), "capstan/comparison: tolerance must be a number from 1 to 60"),
        (json!({"hold": "1x"}), "capstan/comparison: hold: time: unknown unit \"x\" in duration \"1x\""),
    ] {
        assert_eq!(Comparison::read(&metric(settings)).map(|_| ()), Err(message.to_owned()));
    }
    assert!(Comparison::read(&metric(json!({"alpha": "0.01"}))).expect("settings").is_some());
}

#[test]
fn impossible_counts_tell_nothing() {
    let comparison = Comparison::read(&metric(json!({}))).expect("settings").expect("a comparison");
    let now = crate::world::START;
    let block = Block { stable: 1, stable_bad: 2, canary: 1, canary_bad: 0 };
    let measurement = comparison.resumed(comparison.started(now), Ok(block), now);
    assert_eq!(measurement.phase(), Some(AnalysisPhase::Running));
    assert!(measurement.message.contains("more bad requests than requests"), "{}", measurement.message);
}

#[test]
fn evidence_that_somebody_changed_begins_anew() {
    let comparison = Comparison::read(&metric(json!({}))).expect("settings").expect("a comparison");
    let now = crate::world::START;
    let mut measurement = comparison.started(now);
    measurement.metadata.insert("capstan/evidence".to_owned(), "NaN inf x".to_owned());
    let block = Block { stable: 10, stable_bad: 0, canary: 10, canary_bad: 0 };
    let measurement = comparison.resumed(measurement, Ok(block), now);
    assert_eq!(measurement.value, "0 of 10 bad");
}

#[test]
fn huge_counts_are_worked_off() {
    let comparison = Comparison::read(&metric(json!({}))).expect("settings").expect("a comparison");
    let now = crate::world::START;
    let block = Block { stable: 1_000_000_000, stable_bad: 10_000_000, canary: 50_000_000, canary_bad: 600_000 };
    let measurement = comparison.resumed(comparison.started(now), Ok(block), now);
    assert_eq!(measurement.phase(), Some(AnalysisPhase::Failed), "{}", measurement.message);
}

#[test]
fn counts_beyond_reason_tell_nothing() {
    let comparison = Comparison::read(&metric(json!({}))).expect("settings").expect("a comparison");
    let now = crate::world::START;
    let block = Block { stable: u64::MAX, stable_bad: u64::MAX / 2, canary: u64::MAX, canary_bad: 1 };
    let measurement = comparison.resumed(comparison.started(now), Ok(block), now);
    assert_eq!(measurement.value, "0 of 0 bad");
    assert!(measurement.message.contains("in one interval"), "{}", measurement.message);
}
