//! Lists of Rollouts and of Experiments.

use crate::rollout::{step_of, strategy_name};
use crate::table::Table;
use api::GoDuration;
use api::rollouts::{Experiment, Rollout};
use jiff::{SignedDuration, Timestamp};
use kinds::columns::human_duration;
use strategy::counts::set_weight;

/// Which columns stand before the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListColumns {
    /// The time at which the row is written.
    pub time: Option<Timestamp>,
    /// The namespace.
    pub namespace: bool,
}

/// A Rollout in a list. Two rows are equal when nothing that is shown has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolloutRow {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Canary, BlueGreen or unknown.
    pub strategy: &'static str,
    /// Its phase.
    pub status: String,
    /// Step and number of steps; `-` without.
    pub step: String,
    /// The share of traffic that the steps ask for; `-` without.
    pub set_weight: String,
    /// Pods that are ready, and pods there are.
    pub ready: (i32, i32),
    /// Pods wanted.
    pub desired: i32,
    /// Pods of the wanted version.
    pub up_to_date: i32,
    /// Pods that are available.
    pub available: i32,
}

impl RolloutRow {
    /// The row of a Rollout.
    #[must_use]
    pub fn of(rollout: &Rollout) -> Self {
        let status = &rollout.status;
        let canary = rollout.spec.strategy.canary.as_ref();
        let or_dash = |text: String| if text.is_empty() { "-".to_owned() } else { text };
        RolloutRow {
            namespace: rollout.metadata.namespace.clone(),
            name: rollout.metadata.name.clone(),
            strategy: match strategy_name(rollout) {
                "" => "unknown",
                name => name,
            },
            status: strategy::shown_phase(rollout).0,
            step: or_dash(canary.map(|canary| step_of(rollout, canary)).unwrap_or_default()),
            set_weight: or_dash(canary.map(|_| set_weight(rollout).to_string()).unwrap_or_default()),
            ready: (status.ready_replicas, status.replicas),
            desired: rollout.spec.replicas(),
            up_to_date: status.updated_replicas,
            available: status.available_replicas,
        }
    }

    fn cells(&self, columns: ListColumns) -> Vec<String> {
        let mut cells = Vec::new();
        cells.extend(columns.time.map(|time| format!("{:<20}", format!("{time:.0}"))));
        cells.extend(columns.namespace.then(|| format!("{:<9}", self.namespace)));
        let ready = format!("{}/{}", self.ready.0, self.ready.1);
        cells.extend([
            format!("{:<10}", self.name),
            format!("{:<9}", self.strategy),
            format!("{:<12}", self.status),
            format!("{:<4}", self.step),
            format!("{:<10}", self.set_weight),
            format!("{ready:<5}"),
            format!("{:<7}", self.desired),
            format!("{:<10}", self.up_to_date),
            format!("{:<9}", self.available),
        ]);
        cells
    }
}

const ROLLOUTS: &[&str] =
    &["NAME", "STRATEGY", "STATUS", "STEP", "SET-WEIGHT", "READY", "DESIRED", "UP-TO-DATE", "AVAILABLE"];
const EXPERIMENTS: &[&str] = &["NAME", "STATUS", "DURATION", "REMAINING", "AGE"];

/// Rows under their headings.
#[must_use]
pub fn rollouts_text(rows: &[RolloutRow], columns: ListColumns) -> String {
    let mut header: Vec<&str> = Vec::new();
    header.extend(columns.time.map(|_| "TIMESTAMP"));
    header.extend(columns.namespace.then_some("NAMESPACE"));
    header.extend(ROLLOUTS);
    let mut table = Table::with_header(&header);
    rows.iter().for_each(|row| table.row(row.cells(columns)));
    table.to_text()
}

impl RolloutRow {
    /// The row alone, as a change is told of.
    #[must_use]
    pub fn to_text(&self, columns: ListColumns) -> String {
        let mut table = Table::default();
        table.row(self.cells(columns));
        table.to_text()
    }
}

/// An Experiment in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExperimentRow {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its phase.
    pub status: String,
    /// How long it lasts; `-` without an end.
    pub duration: String,
    /// How much of that is left; `-` when it has not begun or is over.
    pub remaining: String,
    /// How old it is.
    pub age: String,
}

impl ExperimentRow {
    /// The row of an Experiment.
    #[must_use]
    pub fn of(experiment: &Experiment, now: Timestamp) -> Self {
        let duration = GoDuration::parse_go(&experiment.spec.duration).ok();
        let duration = duration.map(|duration| SignedDuration::from_nanos(duration.nanoseconds()));
        let status = &experiment.status;
        let is_over = status.phase().is_some_and(api::rollouts::AnalysisPhase::is_completed);
        let began = status.available_at.filter(|_| !is_over).map(api::Time::timestamp);
        let left = duration.zip(began).map(|(duration, began)| duration - now.duration_since(began));
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let created = experiment.metadata.creation_timestamp.map(api::Time::timestamp);
        ExperimentRow {
            namespace: experiment.metadata.namespace.clone(),
            name: experiment.metadata.name.clone(),
            status: status.phase_word.clone(),
            duration: or_dash(duration.map(human_duration)),
            remaining: or_dash(left.filter(|left| left.is_positive()).map(human_duration)),
            age: crate::owned::age(created, now),
        }
    }
}

/// Rows under their headings.
#[must_use]
pub fn experiments_text(rows: &[ExperimentRow], columns: ListColumns) -> String {
    let mut header: Vec<&str> = Vec::new();
    header.extend(columns.namespace.then_some("NAMESPACE"));
    header.extend(EXPERIMENTS);
    let mut table = Table::with_header(&header);
    for row in rows {
        let mut cells = Vec::new();
        cells.extend(columns.namespace.then(|| format!("{:<9}", row.namespace)));
        cells.extend([
            format!("{:<10}", row.name),
            format!("{:<6}", row.status),
            format!("{:<8}", row.duration),
            format!("{:<9}", row.remaining),
            format!("{:<3}", row.age),
        ]);
        table.row(cells);
    }
    table.to_text()
}
