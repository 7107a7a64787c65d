//! A run's status as a JSON patch of what is other than before: results grow by a measurement at a time, and a merge patch
//! would write all of them anew for each. A leaf module.
//!
//! Assumption: the patch is guarded by the version of the object that `before` was read from.

use api::rollouts::{AnalysisRunStatus, Measurement, MetricResult};
use serde_json::{Map, Value, json};

const STATUS: &str = "/status";

/// What makes `after` of `before`.
#[must_use]
pub fn status_patch(before: &AnalysisRunStatus, after: &AnalysisRunStatus) -> Value {
    if before == &AnalysisRunStatus::default() {
        // There may be none yet, which could not be changed.
        return json!([{"op": "add", "path": STATUS, "value": after}]);
    }
    let mut operations = Vec::new();
    fields(STATUS, &without_results(before), &without_results(after), &mut operations);
    results(&before.metric_results, &after.metric_results, &mut operations);
    Value::Array(operations)
}

fn without_results(status: &AnalysisRunStatus) -> Map<String, Value> {
    map(json!(AnalysisRunStatus {
        phase_word: status.phase_word.clone(),
        message: status.message.clone(),
        metric_results: Vec::new(),
        started_at: status.started_at,
        run_summary: status.run_summary.clone(),
        dry_run_summary: status.dry_run_summary.clone(),
        completed_at: status.completed_at,
        unknown: status.unknown.clone(),
    }))
}

fn without_measurements(result: &MetricResult) -> Map<String, Value> {
    map(json!(MetricResult {
        name: result.name.clone(),
        phase_word: result.phase_word.clone(),
        measurements: Vec::new(),
        message: result.message.clone(),
        count: result.count,
        successful: result.successful,
        failed: result.failed,
        inconclusive: result.inconclusive,
        error: result.error,
        consecutive_error: result.consecutive_error,
        dry_run: result.dry_run,
        metadata: result.metadata.clone(),
        consecutive_success: result.consecutive_success,
        unknown: result.unknown.clone(),
    }))
}

fn map(part: Value) -> Map<String, Value> {
    match part {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Fields that are other than before. Those that are empty are not there, neither before nor after.
fn fields(at: &str, before: &Map<String, Value>, after: &Map<String, Value>, operations: &mut Vec<Value>) {
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        operations.push(json!({"op": "remove", "path": format!("{at}/{key}")}));
    }
    for (key, value) in after.iter().filter(|(key, value)| before.get(*key) != Some(*value)) {
        operations.push(json!({"op": "add", "path": format!("{at}/{key}"), "value": value}));
    }
}

/// A list in place of the one before; an empty one is not there.
fn anew(at: &str, list: Value) -> Value {
    if list.as_array().is_some_and(Vec::is_empty) {
        return json!({"op": "remove", "path": at});
    }
    json!({"op": "add", "path": at, "value": list})
}

fn results(before: &[MetricResult], after: &[MetricResult], operations: &mut Vec<Value>) {
    if before == after {
        return;
    }
    let at = format!("{STATUS}/metricResults");
    let are_same = before.len() <= after.len() && before.iter().zip(after).all(|(one, other)| one.name == other.name);
    if before.is_empty() || !are_same {
        operations.push(anew(&at, json!(after)));
        return;
    }
    for (index, (before, after)) in before.iter().zip(after).enumerate().filter(|(_, (one, other))| one != other) {
        let at = format!("{at}/{index}");
        fields(&at, &without_measurements(before), &without_measurements(after), operations);
        measurements(&format!("{at}/measurements"), &before.measurements, &after.measurements, operations);
    }
    for new in &after[before.len()..] {
        operations.push(json!({"op": "add", "path": format!("{at}/-"), "value": new}));
    }
}

/// The oldest go, the last may have ended or gone on, new ones come behind.
fn measurements(at: &str, before: &[Measurement], after: &[Measurement], operations: &mut Vec<Value>) {
    if before == after {
        return;
    }
    let goes_on = |kept: &[Measurement]| after.len() >= kept.len() && after[..kept.len()] == *kept;
    let dropped = (0..before.len()).find(|dropped| {
        let kept = &before[*dropped..];
        goes_on(kept) || goes_on(&kept[..kept.len() - 1])
    });
    let Some(dropped) = dropped else {
        operations.push(anew(at, json!(after)));
        return;
    };
    let mut kept = &before[dropped..];
    if !goes_on(kept) {
        operations.push(json!({"op": "remove", "path": format!("{at}/{}", before.len() - 1)}));
        kept = &kept[..kept.len() - 1];
    }
    operations.extend((0..dropped).map(|_| json!({"op": "remove", "path": format!("{at}/0")})));
    let new = &after[kept.len()..];
    operations.extend(new.iter().map(|new| json!({"op": "add", "path": format!("{at}/-"), "value": new})));
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::rollouts::RunSummary;
    use merge::json_patch;

    fn measurement(value: u32) -> Measurement {
        Measurement { phase_word: "Successful".to_owned(), value: value.to_string(), ..Measurement::default() }
    }

    fn result(name: &str, values: std::ops::Range<u32>) -> MetricResult {
        MetricResult {
            name: name.to_owned(),
            phase_word: "Running".to_owned(),
            count: i32::try_from(values.end).expect("small"),
            measurements: values.map(measurement).collect(),
            ..MetricResult::default()
        }
    }

    fn status(results: Vec<MetricResult>) -> AnalysisRunStatus {
        let run_summary = RunSummary { count: 2, ..RunSummary::default() };
        AnalysisRunStatus {
            phase_word: "Running".to_owned(),
            metric_results: results,
            run_summary,
            ..AnalysisRunStatus::default()
        }
    }

    /// The patch does what it is for; gives it as text.
    fn patched(before: &AnalysisRunStatus, after: &AnalysisRunStatus) -> String {
        let patch = status_patch(before, after);
        let object = json!({"spec": {}, "status": before});
        let patched = json_patch::apply(&object, &patch).expect("a patch that fits");
        assert_eq!(patched["status"], json!(after), "{patch}");
        patch.to_string()
    }

    #[test]
    fn every_change_of_a_status_comes_to_what_it_must() {
        let (one, none) = (status(vec![result("a", 0..3)]), AnalysisRunStatus::default());
        let mut ended = one.clone();
        ended.metric_results[0].measurements[2] = measurement(9);
        let mut over = status(vec![result("a", 0..4), result("b", 0..1)]);
        over.phase_word = "Failed".to_owned();
        over.message = "why".to_owned();
        over.metric_results[0].message = "that".to_owned();
        let mut shorter = one.clone();
        shorter.metric_results[0].measurements = vec![measurement(2), measurement(7), measurement(8)];
        let mut other = one.clone();
        other.metric_results[0].measurements = vec![measurement(70)];
        let mut renamed = one.clone();
        renamed.metric_results[0].name = "z".to_owned();
        let empty = status(Vec::new());
        let all = [none, empty, one, ended, over, shorter, other, renamed];
        for before in &all {
            for after in all.iter().filter(|after| **after != AnalysisRunStatus::default()) {
                patched(before, after);
            }
        }
    }

    #[test]
    fn a_measurement_more_is_a_small_patch_however_many_there_are() {
        let (before, after) = (status(vec![result("a", 0..10)]), status(vec![result("a", 1..11)]));
        let patch = patched(&before, &after);
        let operations = status_patch(&before, &after);
        assert_eq!(operations.as_array().map(Vec::len), Some(3), "{patch}");
        assert!(patch.len() < 300, "{patch}");
    }
}
