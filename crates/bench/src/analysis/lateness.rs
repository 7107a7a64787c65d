//! How late measurements were: from when one was due — the interval after the one before ended, as the run's status has it —
//! until the server was asked.

use super::server::Asked;
use api::rollouts::{AnalysisRun, Measurement};
use std::time::{Duration, SystemTime};

/// As the runs say.
const INTERVAL: Duration = Duration::from_secs(10);

/// What was found.
pub struct Lateness {
    /// One for each measurement but a metric's first that its status still has.
    pub samples: Vec<Duration>,
    /// How often the metric was asked about that was asked about least.
    pub fewest: usize,
}

/// Compares what runs say with when the server was asked.
pub fn of<'r>(runs: impl Iterator<Item = &'r AnalysisRun>, asked: &Asked) -> Lateness {
    let mut late = Lateness { samples: Vec::new(), fewest: usize::MAX };
    for run in runs {
        for result in &run.status.metric_results {
            let key = (run.metadata.name.clone(), result.name.clone());
            let times = asked.get(&key).map(Vec::as_slice).unwrap_or_default();
            late.fewest = late.fewest.min(times.len());
            // The status has the newest measurements only, and may lack one that was just asked for.
            let ended = usize::try_from(result.count + result.error).unwrap_or_default();
            let first = ended.saturating_sub(result.measurements.len());
            let due = result.measurements.iter().map(due);
            let next = times.iter().skip(first + 1);
            late.samples.extend(due.zip(next).filter_map(|(due, asked)| Some(since(due?, *asked))));
        }
        if run.status.metric_results.is_empty() {
            late.fewest = 0;
        }
    }
    late
}

/// When the measurement after this one is due.
fn due(measurement: &Measurement) -> Option<SystemTime> {
    Some(SystemTime::from(measurement.finished_at?.timestamp()) + INTERVAL)
}

fn since(due: SystemTime, asked: SystemTime) -> Duration {
    asked.duration_since(due).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_question_is_compared_with_the_answer_before() {
        let measurement =
            |second: u32| json!({"phase": "Successful", "finishedAt": format!("2026-01-01T00:00:{second:02}Z")});
        let result =
            json!({"name": "m", "count": 4, "measurements": [measurement(10), measurement(20), measurement(31)]});
        let value = json!({"metadata": {"name": "a"}, "spec": {"metrics": []}, "status": {"metricResults": [result]}});
        let run: AnalysisRun = serde_json::from_value(value).expect("a run");
        let start: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
        let at = |millis: u64| SystemTime::from(start) + Duration::from_millis(millis);
        let times = vec![at(0), at(10_010), at(20_050), at(31_200), at(41_000)];
        let asked = Asked::from([(("a".to_owned(), "m".to_owned()), times)]);
        let late = of([&run].into_iter(), &asked);
        assert_eq!(late.samples, [50, 1_200, 0].map(Duration::from_millis));
        assert_eq!(late.fewest, 5);
    }
}
