//! What was observed of one Rollout: everything a plan may depend on, besides the time. A leaf module.

use crate::identity::Identity;
use crate::replica_set::ReplicaSet;
use api::rollouts::names::{ANNOTATION_MANAGED_BY, LABEL_POD_TEMPLATE_HASH, LABEL_STEP_INDEX};
use api::rollouts::{AnalysisRun, Experiment, Rollout};
use jiff::Timestamp;
use object::{Fetched, Object};
use serde_json::Value;
use std::collections::BTreeMap;
use traffic::Router;

/// What was observed of one Rollout.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The Rollout; selector and template filled in when it refers to another workload.
    pub rollout: &'a Rollout,
    /// Its hashes.
    pub identity: &'a Identity,
    /// Its ReplicaSets.
    pub sets: &'a [ReplicaSet],
    /// The name its next ReplicaSet would have is that of somebody else's.
    pub is_name_taken: bool,
    /// The Services it names.
    pub services: &'a BTreeMap<String, Fetched<Service>>,
    /// Its AnalysisRuns.
    pub runs: &'a [Run],
    /// Its Experiments.
    pub experiments: &'a [ExperimentRun],
    /// Its pods; needed only where [`needs_pods`](crate::needs_pods) says so.
    pub pods: &'a [Pod],
    /// What shares traffic out; `None` when the spec names nothing.
    pub router: Option<&'a dyn Router>,
    /// Whether the load balancer has the pods that a Service selects.
    pub targets: Targets,
    /// What is wrong with the spec or what it refers to: the first problem, with its path.
    pub invalid: Option<&'a str>,
    /// What is accepted but means something else than it says, or nothing.
    pub warnings: &'a [String],
}

/// A Service as a Rollout sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Service {
    /// Template hash that it selects; `None` when it selects no particular version.
    pub hash: Option<String>,
    /// The Rollout that manages it.
    pub managed_by: Option<String>,
    /// The rest of its selector.
    pub selector: BTreeMap<String, String>,
}

impl Service {
    /// Reads one.
    #[must_use]
    pub fn read(object: &Object) -> Self {
        let value: Value = serde_json::from_slice(object.raw()).unwrap_or_default();
        let selector = value.pointer("/spec/selector").and_then(Value::as_object);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut selector: BTreeMap<String, String> =
            selector.into_iter().flatten().map(|(key, value)| (key.clone(), text(value))).collect();
        Service {
            hash: selector.remove(LABEL_POD_TEMPLATE_HASH),
            managed_by: object.meta().annotations.get(ANNOTATION_MANAGED_BY).map(ToString::to_string),
            selector,
        }
    }
}

/// Whether a load balancer has the pods that a Service selects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Targets {
    /// Nobody asked.
    #[default]
    Unasked,
    /// It has.
    Verified,
    /// It has not yet.
    Unverified,
}

/// An AnalysisRun as its Rollout sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// Its name.
    pub name: String,
    /// The version it is about.
    pub hash: Option<String>,
    /// The step it is of.
    pub step_index: Option<String>,
    /// Its phase as it stands there; empty before it began.
    pub phase: String,
    /// Why.
    pub message: String,
    /// It was told to end.
    pub is_terminated: bool,
    /// It is being deleted.
    pub is_deleting: bool,
    /// When it was made.
    pub created: Timestamp,
}

impl Run {
    /// The facts of one.
    #[must_use]
    pub fn of(run: &AnalysisRun) -> Self {
        let label = |key: &str| run.metadata.labels.get(key).cloned();
        Run {
            name: run.metadata.name.clone(),
            hash: label(LABEL_POD_TEMPLATE_HASH),
            step_index: label(LABEL_STEP_INDEX),
            phase: run.status.phase_word.clone(),
            message: run.status.message.clone(),
            is_terminated: run.spec.terminate,
            is_deleting: run.metadata.deletion_timestamp.is_some(),
            created: run.metadata.creation_timestamp.map(api::Time::timestamp).unwrap_or_default(),
        }
    }
}

/// An Experiment as its Rollout sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExperimentRun {
    /// What it has in common with an AnalysisRun.
    pub run: Run,
    /// Its versions: name, Service and template hash.
    pub templates: Vec<ExperimentVersion>,
}

/// A version in an Experiment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExperimentVersion {
    /// Its name.
    pub name: String,
    /// Its Service.
    pub service: String,
    /// Its template hash.
    pub hash: String,
}

impl ExperimentRun {
    /// The facts of one.
    #[must_use]
    pub fn of(experiment: &Experiment) -> Self {
        let version = |status: &api::rollouts::ExperimentTemplateStatus| ExperimentVersion {
            name: status.name.clone(),
            service: status.service_name.clone(),
            hash: status.pod_template_hash.clone(),
        };
        ExperimentRun {
            run: Run {
                name: experiment.metadata.name.clone(),
                hash: experiment.metadata.labels.get(LABEL_POD_TEMPLATE_HASH).cloned(),
                step_index: None,
                phase: experiment.status.phase_word.clone(),
                message: experiment.status.message.clone(),
                is_terminated: experiment.spec.terminate,
                is_deleting: experiment.metadata.deletion_timestamp.is_some(),
                created: experiment.metadata.creation_timestamp.map(api::Time::timestamp).unwrap_or_default(),
            },
            templates: experiment.status.template_statuses.iter().map(version).collect(),
        }
    }
}

/// A pod of a Rollout.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// Its identity.
    pub uid: String,
    /// Identity of its ReplicaSet.
    pub set_uid: String,
    /// When it was made.
    pub created: Timestamp,
    /// It has been ready for long enough.
    pub is_available: bool,
    /// It is being deleted.
    pub is_deleting: bool,
    /// Its metadata.
    pub metadata: Value,
}
