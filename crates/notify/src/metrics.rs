//! What is counted of notifications, under upstream's names, in Prometheus' text form.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Upstream's bounds, in seconds.
const BOUNDS: [f64; 5] = [0.01, 0.15, 0.25, 0.5, 1.0];

/// How many series of one name are kept; beyond, none is added.
const SERIES_MAX: usize = 50_000;

/// Counts. Cheap to clone; clones are one set.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    /// Name and labels.
    counters: BTreeMap<(&'static str, String), u64>,
    /// Labels: how many within each bound, how many, how long together.
    durations: BTreeMap<String, ([u64; BOUNDS.len()], u64, f64)>,
}

const DELIVERIES: &str = "argocd_notifications_deliveries_total";
const EVALUATIONS: &str = "argocd_notifications_trigger_eval_total";
const SENT: &str = "notification_send_success";
const NOT_SENT: &str = "notification_send_error";
const DURATION: &str = "notification_send";

const HELP: [(&str, &str); 4] = [
    (DELIVERIES, "Number of delivered notifications."),
    (EVALUATIONS, "Number of trigger evaluations."),
    (NOT_SENT, "Error sending notification"),
    (SENT, "Notification send success."),
];

/// An event of a Rollout, as upstream labels what it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventLabels {
    pub namespace: Box<str>,
    pub name: Box<str>,
    pub severity: String,
    pub reason: Box<str>,
}

impl Metrics {
    fn count(&self, name: &'static str, labels: String) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.counters.len() < SERIES_MAX || counts.counters.contains_key(&(name, labels.clone())) {
            *counts.counters.entry((name, labels)).or_default() += 1;
        }
    }

    /// A notification of an Application was delivered, or not.
    pub(crate) fn delivered(&self, trigger: &str, service: &str, succeeded: &Result<(), String>) {
        let (trigger, service, is_ok) = (escaped(trigger), escaped(service), succeeded.is_ok());
        self.count(DELIVERIES, format!("service=\"{service}\",succeeded=\"{is_ok}\",trigger=\"{trigger}\""));
    }

    /// A trigger was evaluated.
    pub(crate) fn evaluated(&self, trigger: &str, holds: &notifications::Outcome) {
        self.count(EVALUATIONS, format!("name=\"{}\",triggered=\"{}\"", escaped(trigger), holds.is_triggered));
    }

    /// A notification of a Rollout's event was sent, or not.
    pub(crate) fn sent(&self, event: &EventLabels, succeeded: &Result<(), String>, took: Duration) {
        let EventLabels { namespace, name, severity, reason } = event;
        let of = format!("name=\"{name}\",namespace=\"{namespace}\"");
        let what = if succeeded.is_ok() { SENT } else { NOT_SENT };
        self.count(what, format!("{of},reason=\"{}\",type=\"{severity}\"", escaped(reason)));
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.durations.len() >= SERIES_MAX {
            return;
        }
        let (within, count, seconds) = counts.durations.entry(of).or_default();
        let took = took.as_secs_f64();
        within.iter_mut().zip(BOUNDS).filter(|(_, bound)| took <= *bound).for_each(|(within, _)| *within += 1);
        *count += 1;
        *seconds += took;
    }

    /// How many deliveries were counted with these labels, succeeded or not.
    #[must_use]
    pub fn deliveries(&self, trigger: &str, service: &str) -> u64 {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |labels: &str| {
            labels.contains(&format!("service=\"{service}\"")) && labels.contains(&format!("trigger=\"{trigger}\""))
        };
        counts
            .counters
            .iter()
            .filter(|((name, labels), _)| *name == DELIVERIES && of(labels))
            .map(|(_, count)| count)
            .sum()
    }

    /// How many evaluations there were.
    #[must_use]
    pub fn evaluations(&self) -> u64 {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.counters.iter().filter(|((name, _), _)| *name == EVALUATIONS).map(|(_, count)| count).sum()
    }

    /// All of it.
    #[must_use]
    pub fn exposition(&self) -> String {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        for (name, help) in HELP {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter");
            for ((_, labels), count) in counts.counters.iter().filter(|((of, _), _)| *of == name) {
                let _ = writeln!(text, "{name}{{{labels}}} {count}");
            }
        }
        let _ = writeln!(text, "# HELP {DURATION} Notification send performance.\n# TYPE {DURATION} histogram");
        for (labels, (within, count, seconds)) in &counts.durations {
            for (bound, within) in BOUNDS.iter().zip(within) {
                let _ = writeln!(text, "{DURATION}_bucket{{{labels},le=\"{bound}\"}} {within}");
            }
            let _ = writeln!(text, "{DURATION}_bucket{{{labels},le=\"+Inf\"}} {count}");
            let _ = writeln!(text, "{DURATION}_sum{{{labels}}} {seconds}\n{DURATION}_count{{{labels}}} {count}");
        }
        text
    }
}

/// A name that somebody gave, as a label's value.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
