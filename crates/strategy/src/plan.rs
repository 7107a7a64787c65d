//! What was decided, as a value that prints: writes in order, the status to write last, what to tell people, when to
//! look again and what is being waited for. A leaf module.

use crate::pod_metadata::MetadataChange;
use api::rollouts::{Argument, RolloutAnalysis, RolloutStatus};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// What one pass decided.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The writes, in order.
    pub actions: Vec<Action>,
    /// The status to write, last; `None` when it is as it should be.
    pub status: Option<Box<RolloutStatus>>,
    /// What to tell people, in order.
    pub events: Vec<Event>,
    /// When to look again even if nothing happens.
    pub wake: Option<Timestamp>,
    /// What is being waited for.
    pub waiting: Vec<Waiting>,
    /// Why the plan ends here although there is more to do: the next pass must see this first.
    pub barrier: Option<&'static str>,
}

/// One write.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Write the default into the spec: autoscalers need a number there.
    SetReplicas(i32),
    /// Write the revision into the Rollout's annotation.
    SetRevision(i64),
    /// Make a ReplicaSet.
    CreateSet {
        /// Its name.
        name: String,
        /// The whole of it.
        object: Box<Value>,
    },
    /// Change a ReplicaSet.
    ChangeSet {
        /// Its name.
        name: String,
        /// What of it.
        change: SetChange,
    },
    /// Delete a ReplicaSet.
    DeleteSet(String),
    /// Make a Service select a version.
    Switch {
        /// The Service.
        service: String,
        /// The version it selects.
        from: String,
        /// The version it is to select.
        to: String,
        /// Nobody manages it yet: mark it as this Rollout's.
        adopt: bool,
    },
    /// What a router must write.
    Route(traffic::Write),
    /// Make an AnalysisRun.
    StartRun(Box<NewRun>),
    /// Tell an AnalysisRun to end.
    EndRun(String),
    /// Delete an AnalysisRun.
    DeleteRun(String),
    /// Make the Experiment of a step.
    StartExperiment {
        /// Its name.
        name: String,
        /// The step.
        step: usize,
    },
    /// Tell an Experiment to end.
    EndExperiment(String),
    /// Delete an Experiment.
    DeleteExperiment(String),
    /// Evict a pod, so that a new one takes its place.
    Evict {
        /// The pod.
        pod: String,
        /// Its identity.
        uid: String,
    },
    /// Change a pod's metadata.
    ChangePod {
        /// The pod.
        pod: String,
        /// What of it.
        change: MetadataChange,
    },
    /// Give the workload that the Rollout takes the place of so many pods.
    ScaleWorkload(i64),
}

/// What is changed of a ReplicaSet.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SetChange {
    /// How many pods it asked for, and how many it is to ask for.
    pub replicas: Option<(i64, i64)>,
    /// Annotations to set, and `None` for those to take away.
    pub annotations: BTreeMap<String, Option<String>>,
    /// Seconds a pod must be ready before it counts as available.
    pub min_ready_seconds: Option<i32>,
    /// The affinity of its pods; `Null` for none.
    pub affinity: Option<Value>,
    /// Metadata of its pods.
    pub pod_metadata: MetadataChange,
}

impl SetChange {
    /// Whether nothing is changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == SetChange::default()
    }

    /// As a merge patch of the ReplicaSet.
    #[must_use]
    pub fn to_patch(&self) -> Value {
        let mut patch = Value::Object(serde_json::Map::new());
        if !self.annotations.is_empty() {
            patch["metadata"]["annotations"] = serde_json::json!(self.annotations);
        }
        if let Some((_, replicas)) = self.replicas {
            patch["spec"]["replicas"] = replicas.into();
        }
        if let Some(seconds) = self.min_ready_seconds {
            patch["spec"]["minReadySeconds"] = seconds.into();
        }
        if let Some(affinity) = &self.affinity {
            patch["spec"]["template"]["spec"]["affinity"] = affinity.clone();
        }
        if !self.pod_metadata.is_empty() {
            patch["spec"]["template"]["metadata"] = self.pod_metadata.to_patch();
        }
        patch
    }
}

/// An AnalysisRun to be made; its metrics come from the templates.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRun {
    /// Its name.
    pub name: String,
    /// What it is of: Step, Background, PrePromotion or PostPromotion.
    pub kind: &'static str,
    /// What is measured.
    pub analysis: RolloutAnalysis,
    /// Its arguments, resolved.
    pub args: Vec<Argument>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
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
    /// The action it tells of, by its place in the plan; `None` when it tells of the status.
    pub of: Option<usize>,
}

/// What is being waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What, in words.
    pub for_what: String,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
    /// What would unblock it.
    pub unblocked_by: String,
}

impl Plan {
    /// Whether there is nothing to write or tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty() && self.status.is_none() && self.events.is_empty()
    }

    /// Looks again at this time at the latest.
    pub fn wake_at(&mut self, at: Timestamp) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }
}

impl fmt::Display for SetChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.replicas.map(|(from, to)| format!("replicas {from} -> {to}")));
        parts.extend(self.annotations.iter().map(|(key, value)| match value {
            Some(value) => format!("{key}={value}"),
            None => format!("no {key}"),
        }));
        parts.extend(self.min_ready_seconds.map(|seconds| format!("minReadySeconds {seconds}")));
        parts.extend(self.affinity.as_ref().map(|affinity| format!("affinity {affinity}")));
        if !self.pod_metadata.is_empty() {
            parts.push(format!("pods' metadata {}", self.pod_metadata.to_patch()));
        }
        f.write_str(&parts.join(", "))
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::SetReplicas(replicas) => write!(f, "rollout spec.replicas {replicas}"),
            Action::SetRevision(revision) => write!(f, "rollout revision {revision}"),
            Action::CreateSet { name, .. } => write!(f, "create replicaset {name}"),
            Action::ChangeSet { name, change } => write!(f, "replicaset {name}: {change}"),
            Action::DeleteSet(name) => write!(f, "delete replicaset {name}"),
            Action::Switch { service, from, to, adopt } => {
                let adopt = if *adopt { ", adopted" } else { "" };
                write!(f, "service {service}: '{from}' -> '{to}'{adopt}")
            }
            Action::Route(route) => write!(f, "route: {route}"),
            Action::StartRun(run) => write!(f, "start {} analysisrun {}", run.kind, run.name),
            Action::EndRun(name) => write!(f, "end analysisrun {name}"),
            Action::DeleteRun(name) => write!(f, "delete analysisrun {name}"),
            Action::StartExperiment { name, step } => write!(f, "start experiment {name} of step {step}"),
            Action::EndExperiment(name) => write!(f, "end experiment {name}"),
            Action::DeleteExperiment(name) => write!(f, "delete experiment {name}"),
            Action::Evict { pod, .. } => write!(f, "evict pod {pod}"),
            Action::ChangePod { pod, change } => write!(f, "pod {pod}: {}", change.to_patch()),
            Action::ScaleWorkload(replicas) => write!(f, "workload replicas {replicas}"),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.is_warning { "Warning" } else { "Normal" };
        write!(f, "{severity} {}: {}", self.reason, self.message)
    }
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.for_what)?;
        if let Some(since) = self.since {
            write!(f, " since {since:.0}")?;
        }
        write!(f, "; {}", self.unblocked_by)
    }
}

impl fmt::Display for Plan {
    /// One line an item. The form is stable: tests compare it, logs and the CLI show it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<String> = self.actions.iter().map(ToString::to_string).collect();
        if let Some(status) = &self.status {
            let step = status.current_step_index.map(|index| format!(" step {index}")).unwrap_or_default();
            let message = if status.message.is_empty() { String::new() } else { format!(" - {}", status.message) };
            lines.push(format!("status: {}{message}{step}", status.phase));
        }
        lines.extend(self.events.iter().map(|event| format!("event {event}")));
        lines.extend(self.waiting.iter().map(|waiting| format!("waiting for {waiting}")));
        lines.extend(self.barrier.map(|barrier| format!("until {barrier}")));
        lines.extend(self.wake.map(|wake| format!("wake at {wake:.0}")));
        if lines.is_empty() {
            return f.write_str("nothing to do");
        }
        f.write_str(&lines.join("\n"))
    }
}
