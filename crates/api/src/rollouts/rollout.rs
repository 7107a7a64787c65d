//! The Rollout object and its spec.

use super::analysis_reference::PodMetadata;
use super::anti_affinity::AntiAffinity;
use super::blue_green::BlueGreenStrategy;
use super::canary::CanaryStrategy;
use super::selector::LabelSelector;
use super::status::RolloutStatus;
use crate::application::{ReadError, read};
use crate::meta::Metadata;
use crate::time::Time;
use crate::wire::wire;
use object::Object;
use serde_json::Value;

wire! {
    /// A workload whose new versions come step by step, and what it is at.
    pub struct Rollout {
        /// API version of the object.
        pub api_version: String = "apiVersion";
        /// Kind of the object.
        pub kind: String = "kind";
        /// Metadata.
        pub metadata: Metadata = "metadata" required;
        /// What it should be.
        pub spec: RolloutSpec = "spec" required;
        /// What it is.
        pub status: RolloutStatus = "status";
    }

    /// What a Rollout should be.
    pub struct RolloutSpec {
        /// How many pods; 1 when not given.
        pub replicas: Option<i32> = "replicas";
        /// Which pods are its own. Cannot be changed.
        pub selector: Option<LabelSelector> = "selector";
        /// The pods it makes.
        pub template: Value = "template";
        /// Another workload that selector and template are taken from.
        pub workload_ref: Option<WorkloadRef> = "workloadRef";
        /// For so many seconds a pod must be ready before it counts as available.
        pub min_ready_seconds: i32 = "minReadySeconds";
        /// Which earlier revisions are gone back to without steps.
        pub rollback_window: Option<RollbackWindow> = "rollbackWindow";
        /// How one version replaces another.
        pub strategy: RolloutStrategy = "strategy";
        /// How many old ReplicaSets are kept; 10 when not given.
        pub revision_history_limit: Option<i32> = "revisionHistoryLimit";
        /// Stands still until somebody says otherwise.
        pub paused: bool = "paused";
        /// After so many seconds without progress it counts as failed; 600 when not given.
        pub progress_deadline_seconds: Option<i32> = "progressDeadlineSeconds";
        /// Whether it is aborted when that time is over.
        pub progress_deadline_abort: bool = "progressDeadlineAbort";
        /// Pods older than this are replaced.
        pub restart_at: Option<Time> = "restartAt";
        /// How many finished AnalysisRuns and Experiments are kept.
        pub analysis: Option<AnalysisRunStrategy> = "analysis";
    }

    /// A workload that a Rollout takes the place of.
    pub struct WorkloadRef {
        /// Its API version.
        pub api_version: String = "apiVersion";
        /// Its kind: Deployment, ReplicaSet or PodTemplate.
        pub kind: String = "kind";
        /// Its name.
        pub name: String = "name";
        /// When its own pods go: never, onsuccess or progressively.
        pub scale_down: String = "scaleDown";
    }

    /// Which earlier revisions are gone back to without steps.
    pub struct RollbackWindow {
        /// So many revisions back.
        pub revisions: i32 = "revisions";
    }

    /// How one version replaces another; exactly one is given.
    pub struct RolloutStrategy {
        /// All at once, after a preview.
        pub blue_green: Option<BlueGreenStrategy> = "blueGreen";
        /// Step by step.
        pub canary: Option<CanaryStrategy> = "canary";
    }

    /// How many finished AnalysisRuns and Experiments are kept.
    pub struct AnalysisRunStrategy {
        /// Of those that succeeded; 5 when not given.
        pub successful_run_history_limit: Option<i32> = "successfulRunHistoryLimit";
        /// Of the others; 5 when not given.
        pub unsuccessful_run_history_limit: Option<i32> = "unsuccessfulRunHistoryLimit";
    }

}

/// Kind of a Rollout.
pub const ROLLOUT: &str = "Rollout";

impl Rollout {
    /// Reads a Rollout.
    ///
    /// # Errors
    /// When a field has another type than upstream gives it.
    pub fn read(object: &Object) -> Result<Self, ReadError> {
        read(object, ROLLOUT)
    }

    /// The value of an annotation.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.metadata.annotations.get(key).map(String::as_str)
    }

    /// The revision in its annotation; 0 when there is none that is a number.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.annotation(super::names::ANNOTATION_REVISION).and_then(|text| text.parse().ok()).unwrap_or(0)
    }
}

impl RolloutSpec {
    /// How many pods are wanted.
    #[must_use]
    pub fn replicas(&self) -> i32 {
        self.replicas.unwrap_or(super::names::DEFAULT_REPLICAS)
    }

    /// How many old ReplicaSets are kept.
    #[must_use]
    pub fn revision_history_limit(&self) -> i32 {
        self.revision_history_limit.unwrap_or(super::names::DEFAULT_REVISION_HISTORY_LIMIT)
    }

    /// After how many seconds without progress it counts as failed.
    #[must_use]
    pub fn progress_deadline_seconds(&self) -> i32 {
        self.progress_deadline_seconds.unwrap_or(super::names::DEFAULT_PROGRESS_DEADLINE_SECONDS)
    }

    /// The labels of the pods it makes.
    pub fn template_labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let labels = self.template.pointer("/metadata/labels").and_then(Value::as_object);
        labels.into_iter().flatten().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
    }
}

impl RolloutStrategy {
    /// The anti-affinity of whichever strategy is given, if it says anything.
    #[must_use]
    pub fn anti_affinity(&self) -> Option<&AntiAffinity> {
        // Compat: a canary's wins when both strategies are (wrongly) given.
        let canary = self.canary.as_ref().and_then(|canary| canary.anti_affinity.as_ref());
        let blue_green = self.blue_green.as_ref().and_then(|blue_green| blue_green.anti_affinity.as_ref());
        canary.or(blue_green).filter(|it| it.preferred.is_some() || it.required.is_some())
    }

    /// Labels and annotations put on pods while they are new, and while they are stable.
    #[must_use]
    pub fn pod_metadata(&self) -> (Option<&PodMetadata>, Option<&PodMetadata>) {
        match (&self.canary, &self.blue_green) {
            (Some(canary), _) => (canary.canary_metadata.as_ref(), canary.stable_metadata.as_ref()),
            (None, Some(blue_green)) => (blue_green.preview_metadata.as_ref(), blue_green.active_metadata.as_ref()),
            (None, None) => (None, None),
        }
    }
}
