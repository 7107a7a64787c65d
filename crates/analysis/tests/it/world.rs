//! A run in virtual time, with providers that answer from a script.

use crate::documents::Timed;
use analysis::{Answer, Measured, Plan, Task, TaskKind, World, comparison, evaluate, job, plan};
use api::rollouts::{AnalysisRun, Measurement};
use expr::Value;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// When timelines begin.
pub const START: Timestamp = Timestamp::constant(1_767_225_600, 0);
/// No run goes on for ever without time passing.
const PASSES_MAX: usize = 50;

/// A run, its clock, and what providers will say.
pub struct Stage {
    pub run: AnalysisRun,
    pub now: Timestamp,
    pub script: BTreeMap<String, VecDeque<String>>,
    /// What happened, one line each.
    pub told: Vec<String>,
}

impl Timed for Stage {
    fn now(&mut self) -> &mut Timestamp {
        &mut self.now
    }

    /// Passes until there is nothing to do.
    fn settle(&mut self) -> Option<Timestamp> {
        let mut answers = Vec::new();
        for _ in 0..PASSES_MAX {
            let world =
                World { run: &self.run, answers, asking: BTreeSet::new(), stirred: BTreeSet::new(), now: self.now };
            let plan = plan(world);
            if plan.is_empty() {
                return plan.wake;
            }
            answers = self.act(plan);
        }
        unreachable!("the plan does not converge")
    }
}

impl Stage {
    pub fn new(spec: serde_json::Value) -> Self {
        let run = serde_json::json!({"metadata": {"name": "run", "uid": "u-1"}, "spec": spec});
        let run = serde_json::from_value(run).expect("a run");
        Stage { run, now: START, script: BTreeMap::new(), told: Vec::new() }
    }

    fn act(&mut self, plan: Plan) -> Vec<Answer> {
        let at = self.now.duration_since(START).as_secs();
        self.told.extend(plan.events.iter().map(|event| format!("! {event}")));
        self.told.extend(plan.garbage.iter().map(|it| format!("@{at} keep {} of {}", it.keep, it.metric)));
        if plan.deletes {
            self.told.push(format!("@{at} delete"));
            // A run that is deleted is not there any longer.
            self.run.metadata.deletion_timestamp = Some(self.now.into());
        }
        if let Some(status) = plan.status {
            self.run.status = *status;
        }
        plan.tasks.into_iter().map(|task| self.answer(task, at)).collect()
    }

    fn answer(&mut self, task: Task, at: i64) -> Answer {
        let said = self.script.get_mut(&task.metric.name).and_then(VecDeque::pop_front);
        let goes_on = if task.metric.provider.job.is_some() { "running" } else { "1" };
        let said = said.unwrap_or_else(|| goes_on.to_owned());
        let told = task.to_string();
        let measurement = if task.metric.provider.plugin.contains_key(comparison::PLUGIN) {
            self.compare(&task, &said)
        } else if task.metric.provider.job.is_some() {
            self.job(&task, &said)
        } else {
            self.measure(&task, &said)
        };
        let message =
            if measurement.message.is_empty() { String::new() } else { format!(" - {}", measurement.message.trim()) };
        self.told.push(format!("@{at} {told}: {said} {}{message}", measurement.phase_word));
        Answer { metric: task.metric.name.clone(), to: task.kind, measurement, metadata: BTreeMap::new() }
    }

    fn measure(&self, task: &Task, said: &str) -> Measurement {
        let as_of =
            said.strip_prefix("stale").map(|_| self.now.checked_sub(SignedDuration::from_hours(1)).expect("a time"));
        let result = match said {
            "NaN" => Ok(Value::Float(f64::NAN)),
            "stale" => Ok(Value::Float(1.0)),
            _ => match said.strip_prefix("error ") {
                Some(message) => Err(message.to_owned()),
                None => Ok(Value::from_json(&serde_json::from_str(said).expect("JSON")).expect("flat")),
            },
        };
        let measured = result.map(|result| Measured { result, text: said.to_owned(), as_of });
        evaluate(&task.metric, self.now.into(), measured, self.now)
    }

    fn job(&self, task: &Task, said: &str) -> Measurement {
        match (task.kind, task.unfinished.clone()) {
            (TaskKind::Start, _) | (_, None) => {
                job::started(&job::job_name("u-1", &task.metric.name, task.number), "default", self.now)
            }
            (TaskKind::Terminate, Some(unfinished)) => job::terminated(unfinished, self.now),
            (TaskKind::Resume, Some(unfinished)) => {
                let state = match said {
                    "complete" => job::JobState::Complete,
                    "failed" => job::JobState::Failed,
                    "no-image" => job::JobState::CannotStart {
                        pod: "p".to_owned(),
                        container: "c".to_owned(),
                        reason: "ErrImagePull".to_owned(),
                        message: "not found".to_owned(),
                    },
                    _ => job::JobState::Running,
                };
                job::resumed(unfinished, state, self.now)
            }
        }
    }

    fn compare(&self, task: &Task, said: &str) -> Measurement {
        let comparison = comparison::Comparison::read(&task.metric).expect("settings").expect("a comparison");
        match (task.kind, task.unfinished.clone()) {
            (TaskKind::Start, _) | (_, None) => comparison.started(self.now),
            (TaskKind::Terminate, Some(unfinished)) => comparison::terminated(unfinished, self.now),
            (TaskKind::Resume, Some(unfinished)) => {
                let counts: Option<Vec<u64>> = said.split('/').map(|count| count.parse().ok()).collect();
                let block = match counts.as_deref() {
                    Some(&[stable_bad, stable, canary_bad, canary]) => {
                        Ok(analysis::verdict::Block { stable, stable_bad, canary, canary_bad })
                    }
                    _ => Err(format!("no counts: {said}")),
                };
                comparison.resumed(unfinished, block, self.now)
            }
        }
    }

    /// Where the run stands.
    pub fn line(&self) -> String {
        let status = &self.run.status;
        let message = if status.message.is_empty() { String::new() } else { format!(" - {}", status.message) };
        let mut line = format!("{}{message}", status.phase_word);
        for result in &status.metric_results {
            let counts = [
                ("count", result.count),
                ("ok", result.successful),
                ("failed", result.failed),
                ("inconclusive", result.inconclusive),
                ("error", result.error),
                ("errors in a row", result.consecutive_error),
                ("ok in a row", result.consecutive_success),
            ];
            let counts: Vec<String> =
                counts.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} {count}")).collect();
            let dry = if result.dry_run { " (dry run)" } else { "" };
            let message =
                if result.message.is_empty() { String::new() } else { format!(" - {}", result.message.trim()) };
            let (name, phase, kept) = (&result.name, &result.phase_word, result.measurements.len());
            let counts = if counts.is_empty() { "nothing".to_owned() } else { counts.join(", ") };
            line.push_str(&format!("\n=   {name}{dry}: {phase}{message} [{counts}; kept {kept}]"));
        }
        // Kubernetes' own words may end a line.
        line.replace("\n\"", "\"")
    }
}
