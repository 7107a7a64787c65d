//! Reasons and messages of conditions and events, which dashboards, scripts and notifications match on. A leaf module.

/// The spec is wrong.
pub const REASON_INVALID_SPEC: &str = "InvalidSpec";
/// The spec is accepted, and says something that does not hold: the reason and the condition.
pub const SPEC_WARNING: &str = "SpecWarning";
/// Whether enough pods are available.
pub const REASON_AVAILABLE: &str = "AvailableReason";
/// Enough are.
pub const AVAILABLE: &str = "Rollout has minimum availability";
/// Not enough are.
pub const NOT_AVAILABLE: &str = "Rollout does not have minimum availability";
/// It goes on.
pub const REASON_UPDATED: &str = "ReplicaSetUpdated";
/// A ReplicaSet was made.
pub const REASON_CREATED: &str = "NewReplicaSetCreated";
/// A ReplicaSet was found.
pub const REASON_FOUND: &str = "FoundNewReplicaSet";
/// The spec was changed.
pub const REASON_ROLLOUT_UPDATED: &str = "RolloutUpdated";
/// The wanted version is the stable one.
pub const REASON_COMPLETED: &str = "RolloutCompleted";
/// It no longer is.
pub const REASON_NOT_COMPLETED: &str = "RolloutNotCompleted";
/// Whether all is as wanted.
pub const REASON_HEALTHY: &str = "RolloutHealthy";
/// All is.
pub const HEALTHY: &str = "Rollout is healthy";
/// Not all is.
pub const NOT_HEALTHY: &str = "Rollout is not healthy";
/// It goes back to the stable version.
pub const REASON_ABORTED: &str = "RolloutAborted";
/// It begins again after that.
pub const REASON_RETRY: &str = "RolloutRetry";
/// The same, in words.
pub const RETRY: &str = "Retrying Rollout after abort";
/// It stands still.
pub const REASON_PAUSED: &str = "RolloutPaused";
/// The same, in words.
// Compat: the condition says so even when it is False.
pub const PAUSED: &str = "Rollout is paused";
/// It goes on after that.
pub const REASON_RESUMED: &str = "RolloutResumed";
/// The same, in words.
pub const RESUMED: &str = "Rollout is resumed";
/// A stable version lost pods.
pub const REASON_LOST_AVAILABILITY: &str = "ReplicaSetNotAvailable";
/// All pods of the wanted version are there.
pub const REASON_NEW_AVAILABLE: &str = "NewReplicaSetAvailable";
/// It made no progress for too long.
pub const REASON_TIMED_OUT: &str = "ProgressDeadlineExceeded";
/// A step is done.
pub const REASON_STEP_COMPLETED: &str = "RolloutStepCompleted";
/// Traffic is shared out otherwise.
pub const REASON_WEIGHT: &str = "TrafficWeightUpdated";
/// Traffic cannot be shared out.
pub const REASON_ROUTING_ERROR: &str = "TrafficRoutingError";
/// The condition that says, as long as it is so, that traffic cannot be shared out.
pub const TRAFFIC_ROUTED: &str = "TrafficRouted";
/// A ReplicaSet has more or fewer pods.
pub const REASON_SCALING: &str = "ScalingReplicaSet";
/// A Service selects another version.
pub const REASON_SWITCH: &str = "SwitchService";
/// Steps are skipped.
pub const REASON_SKIP_STEPS: &str = "SkipSteps";
/// An Experiment was made.
pub const REASON_EXPERIMENT: &str = "ExperimentCreated";
/// Something else is in the way.
pub const REASON_RECONCILIATION: &str = "ReconciliationError";
