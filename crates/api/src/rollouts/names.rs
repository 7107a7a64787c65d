//! The names others rely on: labels, annotations, condition types and reasons, defaults.

/// Names the version a ReplicaSet or pod belongs to, and is what Services select it by.
pub const LABEL_POD_TEMPLATE_HASH: &str = "rollouts-pod-template-hash";
/// Divides Rollouts among several controllers.
pub const LABEL_INSTANCE_ID: &str = "argo-rollouts.argoproj.io/controller-instance-id";
/// Which of a Rollout's analyses a run is of: Step, Background, PrePromotion or PostPromotion.
pub const LABEL_ROLLOUT_TYPE: &str = "rollout-type";
/// The step an AnalysisRun is of.
pub const LABEL_STEP_INDEX: &str = "step-index";
/// When a ReplicaSet is scaled down (RFC 3339).
pub const ANNOTATION_SCALE_DOWN_DEADLINE: &str = "scale-down-deadline";
/// The revision of a Rollout, a ReplicaSet, an AnalysisRun or an Experiment.
pub const ANNOTATION_REVISION: &str = "rollout.argoproj.io/revision";
/// Earlier revisions of a ReplicaSet, separated by commas.
pub const ANNOTATION_REVISION_HISTORY: &str = "rollout.argoproj.io/revision-history";
/// How many pods its Rollout had when a ReplicaSet was last scaled.
pub const ANNOTATION_DESIRED_REPLICAS: &str = "rollout.argoproj.io/desired-replicas";
/// The generation of the referenced workload.
pub const ANNOTATION_WORKLOAD_GENERATION: &str = "rollout.argoproj.io/workload-generation";
/// The metadata that was put on a ReplicaSet's pods for a while, as JSON.
pub const ANNOTATION_EPHEMERAL_METADATA: &str = "rollout.argoproj.io/ephemeral-metadata";
/// The Rollout that manages a Service.
pub const ANNOTATION_MANAGED_BY: &str = "argo-rollouts.argoproj.io/managed-by-rollouts";
/// What has been told about an object.
pub const ANNOTATION_NOTIFIED: &str = "notified.notifications.argoproj.io";
/// The Experiment a ReplicaSet belongs to.
pub const ANNOTATION_EXPERIMENT_NAME: &str = "experiment.argoproj.io/name";
/// Which of the Experiment's versions it is.
pub const ANNOTATION_EXPERIMENT_TEMPLATE: &str = "experiment.argoproj.io/template-name";

/// Value of [`LABEL_ROLLOUT_TYPE`] for an analysis step.
pub const TYPE_STEP: &str = "Step";
/// Value of [`LABEL_ROLLOUT_TYPE`] for the analysis that runs all along.
pub const TYPE_BACKGROUND: &str = "Background";
/// Value of [`LABEL_ROLLOUT_TYPE`] for the analysis before the switch.
pub const TYPE_PRE_PROMOTION: &str = "PrePromotion";
/// Value of [`LABEL_ROLLOUT_TYPE`] for the analysis after the switch.
pub const TYPE_POST_PROMOTION: &str = "PostPromotion";

/// The plugin of a metric that compares two versions: one measurement that goes on until there is a verdict.
pub const PLUGIN_COMPARISON: &str = "capstan/comparison";

/// An analysis came to no verdict.
pub const PAUSE_INCONCLUSIVE_ANALYSIS: &str = "InconclusiveAnalysisRun";
/// An experiment came to no verdict.
pub const PAUSE_INCONCLUSIVE_EXPERIMENT: &str = "InconclusiveExperiment";
/// A canary is at a pause step.
pub const PAUSE_CANARY_STEP: &str = "CanaryPauseStep";
/// A blue-green rollout waits to be promoted.
pub const PAUSE_BLUE_GREEN: &str = "BlueGreenPause";

/// The spec is wrong.
pub const CONDITION_INVALID_SPEC: &str = "InvalidSpec";
/// Enough pods are available.
pub const CONDITION_AVAILABLE: &str = "Available";
/// It goes on.
pub const CONDITION_PROGRESSING: &str = "Progressing";
/// Pods cannot be made.
pub const CONDITION_REPLICA_FAILURE: &str = "ReplicaFailure";
/// It stands still.
pub const CONDITION_PAUSED: &str = "Paused";
/// The version that is wanted is the stable one.
pub const CONDITION_COMPLETED: &str = "Completed";
/// All is as wanted.
pub const CONDITION_HEALTHY: &str = "Healthy";

/// Pods when the spec does not say.
pub const DEFAULT_REPLICAS: i32 = 1;
/// Old ReplicaSets kept when the spec does not say.
pub const DEFAULT_REVISION_HISTORY_LIMIT: i32 = 10;
/// Seconds without progress when the spec does not say.
pub const DEFAULT_PROGRESS_DEADLINE_SECONDS: i32 = 600;
/// Surge and unavailability when the spec does not say.
// Compat: upstream's constant is "25" without a sign, which its parser of percentages takes for one.
pub const DEFAULT_FENCEPOST: &str = "25%";
/// Seconds an old version stays when the spec does not say.
pub const DEFAULT_SCALE_DOWN_DELAY_SECONDS: i32 = 30;
/// Seconds an aborted version stays when the spec does not say.
pub const DEFAULT_ABORT_SCALE_DOWN_DELAY_SECONDS: i32 = 30;
/// Finished runs kept when the spec does not say.
pub const DEFAULT_RUN_HISTORY_LIMIT: i32 = 5;
/// What weights add up to when the spec does not say.
pub const DEFAULT_MAX_TRAFFIC_WEIGHT: i32 = 100;
/// Label of a Job that measures, and of its pods: the uid of the AnalysisRun.
pub const LABEL_ANALYSIS_RUN_UID: &str = "analysisrun.argoproj.io/uid";
/// Annotation of a Job that measures: the AnalysisRun's name.
pub const ANNOTATION_ANALYSIS_RUN: &str = "analysisrun.argoproj.io/name";
/// Annotation of a Job that measures: the AnalysisRun's namespace.
pub const ANNOTATION_ANALYSIS_RUN_NAMESPACE: &str = "analysisrun.argoproj.io/namespace";
/// Annotation of a Job that measures: the metric.
pub const ANNOTATION_ANALYSIS_METRIC: &str = "analysisrun.argoproj.io/metric-name";
