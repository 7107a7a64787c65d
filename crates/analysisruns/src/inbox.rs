//! What was asked of providers and is not answered, and answers that are not yet in a run's status. A leaf module.
//!
//! An answer stays until the status that was read has it: a write that is refused, or made by a replica that no longer
//! leads, loses nothing. Losing all of it, as a restart does, costs only the questions.

use crate::key::RunKey;
use analysis::{Answer, Task, TaskKind};
use api::rollouts::{AnalysisRun, Measurement, MetricResult};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::task::AbortHandle;

/// All runs' questions and answers.
#[derive(Debug, Default)]
pub struct Inbox(Mutex<BTreeMap<RunKey, Entry>>);

/// One run's.
#[derive(Debug, Default)]
struct Entry {
    uid: String,
    asking: BTreeMap<String, AbortHandle>,
    answers: Vec<Numbered>,
    refusal: Option<String>,
    stirred: BTreeSet<String>,
}

/// An answer to a metric's `number`th measurement.
#[derive(Debug, Clone)]
struct Numbered {
    number: i64,
    answer: Answer,
}

/// What is known of a run besides its status.
#[derive(Debug, Clone, Default)]
pub struct Mail {
    /// Answers that its status does not have.
    pub answers: Vec<Answer>,
    /// Metrics that are being asked about.
    pub asking: BTreeSet<String>,
    /// Why it cannot go on.
    pub refusal: Option<String>,
    /// Metrics whose measurement goes on elsewhere, where something has happened.
    pub stirred: BTreeSet<String>,
}

/// Whether other answers about a run are still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaited {
    /// All that was asked is answered.
    Nothing,
    /// Something is not.
    More,
}

impl Inbox {
    fn all(&self) -> MutexGuard<'_, BTreeMap<RunKey, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a run besides its status; what the status has is let go.
    pub fn read(&self, key: &RunKey, run: &AnalysisRun) -> Mail {
        let mut all = self.all();
        let Some(entry) = all.get_mut(key) else { return Mail::default() };
        if entry.uid != run.metadata.uid {
            // Another run of the same name.
            entry.end();
            all.remove(key);
            return Mail::default();
        }
        entry.answers.retain(|it| !is_recorded(run, it));
        Mail {
            answers: entry.answers.iter().map(|it| it.answer.clone()).collect(),
            asking: entry.asking.keys().cloned().collect(),
            refusal: entry.refusal.clone(),
            stirred: entry.stirred.clone(),
        }
    }

    /// Notes that a metric is being asked about.
    pub fn asking(&self, key: &RunKey, uid: &str, metric: &str, handle: AbortHandle) {
        let mut all = self.all();
        let entry = Entry::of(&mut all, key, uid);
        entry.stirred.remove(metric);
        entry.asking.insert(metric.to_owned(), handle);
    }

    /// Notes that something has happened where a measurement of a metric goes on.
    pub fn stir(&self, key: &RunKey, uid: &str, metric: &str) {
        Entry::of(&mut self.all(), key, uid).stirred.insert(metric.to_owned());
    }

    /// Takes in what came of a task.
    pub fn answered(&self, key: &RunKey, uid: &str, task: &Task, outcome: Result<Answer, String>) -> Awaited {
        let mut all = self.all();
        let Some(entry) = all.get_mut(key).filter(|entry| entry.uid == uid) else { return Awaited::Nothing };
        entry.asking.remove(&task.metric.name);
        match outcome {
            Ok(answer) => entry.answers.push(Numbered { number: task.number, answer }),
            Err(message) => entry.refusal = Some(message),
        }
        if entry.asking.is_empty() { Awaited::Nothing } else { Awaited::More }
    }

    /// Takes what nobody will record any longer, since the run is over: answers of measurements that go on.
    pub fn leftover(&self, key: &RunKey) -> Vec<(i64, Answer)> {
        let mut all = self.all();
        let Some(entry) = all.get_mut(key) else { return Vec::new() };
        let answers = std::mem::take(&mut entry.answers);
        if entry.asking.is_empty() {
            all.remove(key);
        }
        let goes_on = |it: &Numbered| it.answer.measurement.finished_at.is_none() && it.answer.to == TaskKind::Start;
        answers.into_iter().filter(goes_on).map(|it| (it.number, it.answer)).collect()
    }

    /// A run is gone: nobody waits for answers about it.
    pub fn forget(&self, key: &RunKey) {
        if let Some(mut entry) = self.all().remove(key) {
            entry.end();
        }
    }
}

impl Entry {
    /// The entry of this run, in place of one of another run of its name.
    fn of<'a>(all: &'a mut BTreeMap<RunKey, Entry>, key: &RunKey, uid: &str) -> &'a mut Entry {
        let entry = all.entry(key.clone()).or_default();
        if entry.uid != uid {
            entry.end();
            *entry = Entry { uid: uid.to_owned(), ..Entry::default() };
        }
        entry
    }

    fn end(&mut self) {
        for handle in std::mem::take(&mut self.asking).into_values() {
            handle.abort();
        }
    }
}

/// Whether a run's status has an answer: every measurement that ended is counted, once.
fn is_recorded(run: &AnalysisRun, it: &Numbered) -> bool {
    let result = run.status.metric_results.iter().find(|result| result.name == it.answer.metric);
    let Some(result) = result else { return false };
    let ended = i64::from(result.count) + i64::from(result.error);
    ended >= it.number || goes_on_as(result, &it.answer.measurement)
}

/// Whether the last measurement goes on as the answer says.
fn goes_on_as(result: &MetricResult, answered: &Measurement) -> bool {
    let last = result.measurements.last().filter(|last| last.finished_at.is_none());
    answered.finished_at.is_none() && last == Some(answered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::rollouts::AnalysisPhase;
    use jiff::Timestamp;

    fn measurement(phase: AnalysisPhase) -> Measurement {
        let finished = phase.is_completed().then(|| Timestamp::UNIX_EPOCH.into());
        Measurement { phase_word: phase.to_string(), finished_at: finished, ..Measurement::default() }
    }

    fn numbered(number: i64, to: TaskKind, phase: AnalysisPhase) -> Numbered {
        let measurement = measurement(phase);
        Numbered { number, answer: Answer { metric: "m".to_owned(), to, measurement, metadata: BTreeMap::new() } }
    }

    fn run(count: i32, error: i32, last: AnalysisPhase) -> AnalysisRun {
        let measurements = vec![measurement(last)];
        let result = MetricResult { name: "m".to_owned(), count, error, measurements, ..MetricResult::default() };
        let mut run = AnalysisRun::default();
        run.status.metric_results.push(result);
        run
    }

    #[test]
    fn an_answer_is_known_by_the_number_of_its_measurement() {
        use AnalysisPhase::{Error, Failed, Running, Successful};
        let ended = numbered(3, TaskKind::Start, Failed);
        assert!(!is_recorded(&AnalysisRun::default(), &ended), "nothing is recorded");
        assert!(!is_recorded(&run(1, 1, Successful), &ended), "two are");
        assert!(is_recorded(&run(2, 1, Error), &ended) && is_recorded(&run(3, 0, Failed), &ended));
        let begun = numbered(3, TaskKind::Start, Running);
        assert!(!is_recorded(&run(2, 0, Successful), &begun));
        assert!(is_recorded(&run(2, 0, Running), &begun) && is_recorded(&run(3, 0, Failed), &begun));
    }
}
