//! What goes into a pass and what comes out of it, as values that print. A leaf module.

use api::rollouts::{AnalysisRun, AnalysisRunStatus, Measurement, Metric};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// What a pass looks at.
#[derive(Debug)]
pub struct World<'a> {
    /// The run.
    pub run: &'a AnalysisRun,
    /// What providers answered since the last pass.
    pub answers: Vec<Answer>,
    /// Metrics whose provider is being asked: nothing more is asked of it meanwhile.
    pub asking: BTreeSet<String>,
    /// Metrics whose measurement goes on elsewhere, where something has happened: it is asked for at once.
    pub stirred: BTreeSet<String>,
    /// The time.
    pub now: Timestamp,
}

/// What a provider answered to a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The metric.
    pub metric: String,
    /// What it was asked.
    pub to: TaskKind,
    /// The measurement, finished or not.
    pub measurement: Measurement,
    /// What the provider adds to the metric's result.
    pub metadata: BTreeMap<String, String>,
}

/// What a provider is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskKind {
    /// To measure.
    Start,
    /// How a measurement that is not finished goes on.
    Resume,
    /// To end a measurement that is not finished.
    Terminate,
}

/// Something to ask a provider.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// What.
    pub kind: TaskKind,
    /// The metric as the run has it: arguments, secrets among them, are put in where it is asked
    /// ([`resolve`](crate::resolve)).
    pub metric: Arc<Metric>,
    /// The measurement that is not finished.
    pub unfinished: Option<Measurement>,
    /// Which measurement of its metric this is, from 1, failures to measure counted too: Jobs are named by it.
    pub number: i64,
}

/// What of a metric need not be kept any longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Garbage {
    /// The metric.
    pub metric: String,
    /// How many are kept, newest first.
    pub keep: usize,
}

/// Something to tell people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Somebody should look.
    pub is_warning: bool,
    /// For machines.
    pub reason: String,
    /// For people.
    pub message: String,
}

/// What a pass decided.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// What to ask providers, all at once.
    pub tasks: Vec<Task>,
    /// The status to write; `None` when it is as it should be.
    pub status: Option<Box<AnalysisRunStatus>>,
    /// What to tell people once the status is written.
    pub events: Vec<Event>,
    /// What providers may forget.
    pub garbage: Vec<Garbage>,
    /// The run is to be deleted: its time is over.
    pub deletes: bool,
    /// When to look again even if nothing happens.
    pub wake: Option<Timestamp>,
    /// What is being waited for.
    pub waiting: Vec<String>,
}

impl Plan {
    /// Whether there is nothing to ask, write or tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
            && self.status.is_none()
            && self.events.is_empty()
            && self.garbage.is_empty()
            && !self.deletes
    }

    pub(crate) fn wake_at(&mut self, at: Timestamp) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            TaskKind::Start => "measure",
            TaskKind::Resume => "resume",
            TaskKind::Terminate => "end",
        };
        write!(f, "{what} {}", self.metric.name)
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.is_warning { "Warning" } else { "Normal" };
        write!(f, "{severity} {}: {}", self.reason, self.message)
    }
}

impl fmt::Display for Plan {
    /// One line an item. The form is stable: tests compare it, logs and the CLI show it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<String> = self.tasks.iter().map(ToString::to_string).collect();
        if let Some(status) = &self.status {
            let message = if status.message.is_empty() { String::new() } else { format!(" - {}", status.message) };
            lines.push(format!("status: {}{message}", status.phase_word));
        }
        lines.extend(self.events.iter().map(|event| format!("event {event}")));
        lines.extend(self.garbage.iter().map(|it| format!("keep {} of {}", it.keep, it.metric)));
        lines.extend(self.deletes.then(|| "delete".to_owned()));
        lines.extend(self.waiting.iter().map(|waiting| format!("waiting for {waiting}")));
        lines.extend(self.wake.map(|wake| format!("wake at {wake:.0}")));
        if lines.is_empty() {
            return f.write_str("nothing to do");
        }
        f.write_str(&lines.join("\n"))
    }
}
