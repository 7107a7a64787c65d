//! Settings of comparisons, and what they make of hostile counts.

use analysis::comparison::{Comparison, Count, PLUGIN};
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
        (json!({"bounds": []}), "capstan/comparison: bounds must be 1 to 8 numbers, each larger than the one before"),
        (json!({"bounds": 0.5}), "capstan/comparison: bounds must be 1 to 8 numbers, each larger than the one before"),
        (
            json!({"bounds": [0.5, 0.5]}),
            "capstan/comparison: bounds must be 1 to 8 numbers, each larger than the one before",
        ),
        (
            json!({"bounds": [1, "x"]}),
            "capstan/comparison: bounds must be 1 to 8 numbers, each larger than the one before",
        ),
        (
            json!({"bounds": [1, 2, 3, 4, 5, 6, 7, 8, 9]}),
            "capstan/comparison: bounds must be 1 to 8 numbers, each larger than the one before",
        ),
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

/// So many looks at two bounds of a histogram, the same counts in each.
fn looked(bounds: &[(f64, Block)], looks: usize) -> api::rollouts::Measurement {
    let settings = json!({"hold": "10h", "bounds": bounds.iter().map(|(bound, _)| bound).collect::<Vec<_>>()});
    let comparison = Comparison::read(&metric(settings)).expect("settings").expect("a comparison");
    let now = crate::world::START;
    let mut measurement = comparison.started(now);
    for _ in 0..looks {
        let counts = bounds.iter().map(|(bound, block)| Count { bound: Some(*bound), block: *block });
        measurement = comparison.looked(measurement, Ok(counts.collect()), now);
        if measurement.finished_at.is_some() {
            break;
        }
    }
    measurement
}

#[test]
fn a_canary_that_is_slower_at_one_bound_fails_and_the_bound_is_named() {
    let same = Block { stable: 100, stable_bad: 20, canary: 100, canary_bad: 20 };
    let slower = Block { stable: 100, stable_bad: 1, canary: 100, canary_bad: 9 };
    let measured = looked(&[(0.1, same), (0.5, slower)], 100);
    assert_eq!(measured.phase(), Some(AnalysisPhase::Failed), "{}", measured.message);
    let told = &measured.message;
    assert!(
        told.starts_with("the canary is slower: about ") && told.ends_with("the odds of taking longer than 0.5"),
        "{told}"
    );
    assert!(measured.metadata["canary"].contains(" over 0.1, ") && measured.metadata["canary"].ends_with(" over 0.5"));
    assert_eq!(measured.metadata["odds-ratio"].matches(" to ").count(), 2);
}

#[test]
fn a_canary_that_is_as_fast_at_all_bounds_passes() {
    let block = |bad: u64| Block { stable: 2000, stable_bad: bad, canary: 2000, canary_bad: bad };
    let measured = looked(&[(0.1, block(400)), (0.5, block(60)), (1.0, block(20))], 300);
    assert_eq!(measured.phase(), Some(AnalysisPhase::Successful), "{}", measured.message);
    assert!(measured.message.starts_with("the canary is not slower by more than "), "{}", measured.message);
}

#[test]
fn one_bad_pod_that_nobody_declared_holds_and_is_told() {
    let comparison = Comparison::read(&metric(json!({"hold": "10h"}))).expect("settings").expect("a comparison");
    let now = crate::world::START;
    let mut measurement = comparison.started(now);
    for canary_bad in [0, 0, 6, 0, 0, 0, 5, 0, 0, 0] {
        let block = Block { stable: 50, stable_bad: 0, canary: 50, canary_bad };
        measurement = comparison.resumed(measurement, Ok(block), now);
    }
    assert_eq!(measurement.phase(), Some(AnalysisPhase::Running), "{}", measurement.message);
    assert!(measurement.message.starts_with("hold, needs about "), "{}", measurement.message);
    let told = " at a time, as when one pod differs: declare dispersion";
    assert!(measurement.message.ends_with(told), "{}", measurement.message);
}
