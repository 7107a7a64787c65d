//! A source that says what a test has written down.

use analysis::{Answer, Measured, Task, TaskKind, evaluate};
use analysisruns::Source;
use api::rollouts::{AnalysisPhase, AnalysisRun, Measurement};
use clock::Clock;
use expr::Value;
use futures::future::BoxFuture;
use jiff::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::sleep;

/// What is said to a question.
#[derive(Debug, Clone)]
pub enum Said {
    /// A number.
    Number(f64),
    /// It could not be measured.
    Error(&'static str),
    /// A number, after a while.
    Late(Duration, f64),
    /// The run cannot go on.
    Refused(&'static str),
    /// A defect.
    Panic,
    /// The measurement goes on for so many seconds.
    GoesOn(i64),
}

/// Answers by metric, and what was asked.
pub struct Script {
    said: Mutex<BTreeMap<String, VecDeque<Said>>>,
    asked: Mutex<Vec<String>>,
    clock: Clock,
    began: Timestamp,
}

impl Script {
    pub fn new(clock: &Clock) -> Arc<Self> {
        let (said, asked) = (Mutex::default(), Mutex::default());
        Arc::new(Script { said, asked, clock: clock.clone(), began: clock.now() })
    }

    /// What will be said about a metric; the last again and again.
    pub fn say(&self, metric: &str, said: impl IntoIterator<Item = Said>) {
        self.said.lock().expect("no panic").insert(metric.to_owned(), said.into_iter().collect());
    }

    /// What was asked, with the second since the beginning.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }

    /// At which seconds a metric was measured.
    pub fn seconds(&self, metric: &str) -> Vec<i64> {
        let of = format!(" measure {metric}");
        let asked = self.asked();
        asked.iter().filter_map(|line| line.strip_suffix(&of)?.parse().ok()).collect()
    }

    fn next(&self, metric: &str) -> Said {
        let mut all = self.said.lock().expect("no panic");
        let Some(said) = all.get_mut(metric) else { return Said::Number(1.0) };
        if said.len() > 1 { said.pop_front() } else { said.front().cloned() }.unwrap_or(Said::Number(1.0))
    }

    fn note(&self, what: &str) {
        let second = self.clock.now().duration_since(self.began).as_secs();
        self.asked.lock().expect("no panic").push(format!("{second} {what}"));
    }
}

/// The script as a source.
pub struct Told(pub Arc<Script>);

impl Source for Told {
    fn ask(&self, _: Arc<AnalysisRun>, task: Task) -> BoxFuture<'static, Result<Answer, String>> {
        let script = Arc::clone(&self.0);
        Box::pin(async move {
            script.note(&task.to_string());
            let started = script.clock.now();
            let measured =
                |number: f64| Measured { result: Value::Float(number), text: number.to_string(), as_of: None };
            let said = if task.kind == TaskKind::Terminate { Said::Panic } else { script.next(&task.metric.name) };
            let value = match said {
                Said::Number(number) => Ok(measured(number)),
                Said::Error(why) => Err(why.to_owned()),
                Said::Late(pause, number) => {
                    sleep(pause).await;
                    Ok(measured(number))
                }
                Said::Refused(why) => return Err(why.to_owned()),
                Said::GoesOn(seconds) => return Ok(going_on(&task, started, seconds)),
                Said::Panic if task.kind == TaskKind::Terminate => return Ok(ended(&task, started)),
                Said::Panic => panic!("a defect of the test's own"),
            };
            let measurement = evaluate(&task.metric, started.into(), value, script.clock.now());
            Ok(answer(&task, measurement))
        })
    }

    fn forget(&self, _: Arc<AnalysisRun>, metric: String, keep: usize) -> BoxFuture<'static, Result<(), String>> {
        self.0.note(&format!("keep {keep} of {metric}"));
        Box::pin(async { Ok(()) })
    }
}

fn answer(task: &Task, measurement: Measurement) -> Answer {
    Answer { metric: task.metric.name.clone(), to: task.kind, measurement, metadata: BTreeMap::new() }
}

fn going_on(task: &Task, now: Timestamp, seconds: i64) -> Answer {
    let mut measurement = task.unfinished.clone().unwrap_or_default();
    measurement.started_at.get_or_insert(now.into());
    measurement.phase_word = AnalysisPhase::Running.to_string();
    measurement.resume_at = now.checked_add(jiff::SignedDuration::from_secs(seconds)).ok().map(Into::into);
    answer(task, measurement)
}

fn ended(task: &Task, now: Timestamp) -> Answer {
    let mut measurement = task.unfinished.clone().unwrap_or_default();
    measurement.phase_word = AnalysisPhase::Inconclusive.to_string();
    measurement.finished_at = Some(now.into());
    answer(task, measurement)
}
