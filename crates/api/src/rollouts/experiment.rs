//! Experiment: versions that run side by side for a while.

use super::analysis_reference::RunMetadata;
use super::analysis_template::{Argument, DryRun, MeasurementRetention};
use super::phase::AnalysisPhase;
use super::selector::LabelSelector;
use crate::application::{ReadError, read};
use crate::meta::Metadata;
use crate::time::Time;
use crate::wire::wire;
use object::Object;
use serde_json::Value;

wire! {
    /// Versions that run side by side for a while, and what came of it.
    pub struct Experiment {
        /// API version of the object.
        pub api_version: String = "apiVersion";
        /// Kind of the object.
        pub kind: String = "kind";
        /// Metadata.
        pub metadata: Metadata = "metadata" required;
        /// What runs.
        pub spec: ExperimentSpec = "spec" required;
        /// What came of it.
        pub status: ExperimentStatus = "status";
    }

    /// What runs side by side.
    pub struct ExperimentSpec {
        /// The versions.
        pub templates: Vec<ExperimentTemplate> = "templates" required;
        /// For how long.
        pub duration: String = "duration";
        /// After so many seconds without progress it counts as failed; 600 when not given.
        pub progress_deadline_seconds: Option<i32> = "progressDeadlineSeconds";
        /// It is to end.
        pub terminate: bool = "terminate";
        /// What is measured meanwhile.
        pub analyses: Vec<ExperimentAnalysis> = "analyses";
        /// Seconds its pods stay when it is over; 30 when not given.
        pub scale_down_delay_seconds: Option<i32> = "scaleDownDelaySeconds";
        /// Metrics whose results do not count.
        pub dry_run: Vec<DryRun> = "dryRun";
        /// How many measurements are kept.
        pub measurement_retention: Vec<MeasurementRetention> = "measurementRetention";
        /// Metadata of the AnalysisRuns it makes.
        pub analysis_run_metadata: RunMetadata = "analysisRunMetadata";
    }

    /// One version.
    pub struct ExperimentTemplate {
        /// Its name.
        pub name: String = "name" required;
        /// How many pods; 1 when not given.
        pub replicas: Option<i32> = "replicas";
        /// For so many seconds a pod must be ready before it counts as available.
        pub min_ready_seconds: i32 = "minReadySeconds";
        /// Which pods are its own.
        pub selector: Option<LabelSelector> = "selector" required;
        /// The pods it makes.
        pub template: Value = "template" required;
        /// The Service that is made for it.
        pub service: Option<TemplateService> = "service";
    }

    /// The Service of a version.
    pub struct TemplateService {
        /// Its name; that of the ReplicaSet when not given.
        pub name: String = "name";
    }

    /// What is measured meanwhile.
    pub struct ExperimentAnalysis {
        /// Its name.
        pub name: String = "name" required;
        /// The template.
        pub template_name: String = "templateName" required;
        /// Whether the template is one of the whole cluster.
        pub cluster_scope: Option<bool> = "clusterScope";
        /// Its arguments.
        pub args: Vec<Argument> = "args";
        /// Whether the experiment lasts until it is done.
        pub required_for_completion: bool = "requiredForCompletion";
    }

    /// What an experiment is at.
    pub struct ExperimentStatus {
        /// Its phase; see [`ExperimentStatus::phase`].
        pub phase_word: String = "phase";
        /// Why.
        pub message: String = "message";
        /// Each version's state.
        pub template_statuses: Vec<ExperimentTemplateStatus> = "templateStatuses";
        /// When all versions were available.
        pub available_at: Option<Time> = "availableAt";
        /// What holds and what does not.
        pub conditions: Vec<ExperimentCondition> = "conditions";
        /// The AnalysisRuns.
        pub analysis_runs: Vec<ExperimentAnalysisRunStatus> = "analysisRuns";
    }

    /// What a version is at.
    pub struct ExperimentTemplateStatus {
        /// Its name.
        pub name: String = "name" required;
        /// Its pods.
        pub replicas: i32 = "replicas" required;
        /// Its pods of the template that is wanted.
        pub updated_replicas: i32 = "updatedReplicas" required;
        /// Its pods that are ready.
        pub ready_replicas: i32 = "readyReplicas" required;
        /// Its pods that are available.
        pub available_replicas: i32 = "availableReplicas" required;
        /// How often the name of its ReplicaSet was taken.
        pub collision_count: Option<i32> = "collisionCount";
        /// Progressing, Running, Successful, Failed or Error.
        pub status: String = "status";
        /// Why.
        pub message: String = "message";
        /// Since when.
        pub last_transition_time: Option<Time> = "lastTransitionTime";
        /// Its Service.
        pub service_name: String = "serviceName";
        /// Its template hash.
        pub pod_template_hash: String = "podTemplateHash";
    }

    /// Something that holds or does not.
    pub struct ExperimentCondition {
        /// What.
        pub kind: String = "type" required;
        /// True, False or Unknown.
        pub status: String = "status" required;
        /// When this was last found.
        pub last_update_time: Time = "lastUpdateTime" required;
        /// Since when it has been so.
        pub last_transition_time: Time = "lastTransitionTime" required;
        /// Why, for machines.
        pub reason: String = "reason" required;
        /// Why, for people.
        pub message: String = "message" required;
    }

    /// An AnalysisRun of an experiment.
    pub struct ExperimentAnalysisRunStatus {
        /// The analysis.
        pub name: String = "name" required;
        /// Its AnalysisRun.
        pub analysis_run: String = "analysisRun" required;
        /// Its phase.
        pub phase: String = "phase" required;
        /// Why.
        pub message: String = "message";
    }
}

/// Kind of an Experiment.
pub const EXPERIMENT: &str = "Experiment";

impl Experiment {
    /// Reads an Experiment.
    ///
    /// # Errors
    /// When a field has another type than upstream gives it.
    pub fn read(object: &Object) -> Result<Self, ReadError> {
        read(object, EXPERIMENT)
    }
}

impl ExperimentStatus {
    /// Its phase; `None` before it began.
    #[must_use]
    pub fn phase(&self) -> Option<AnalysisPhase> {
        AnalysisPhase::parse(&self.phase_word)
    }
}
