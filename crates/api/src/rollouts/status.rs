//! What a Rollout is at.

use crate::time::Time;
use crate::wire::wire;
use serde_json::Value;

wire! {
    /// What a Rollout is at. Users ask for things here too: `abort`, `promoteFull`, and by removing `pauseConditions`.
    pub struct RolloutStatus {
        /// Going back to the stable version.
        pub abort: bool = "abort";
        /// Why it stands still.
        pub pause_conditions: Vec<PauseCondition> = "pauseConditions";
        /// It was the controller that paused it; without a pause condition: and a user resumed it.
        pub controller_pause: bool = "controllerPause";
        /// Since when it goes back.
        pub aborted_at: Option<Time> = "abortedAt";
        /// Template hash of the version that is wanted.
        pub current_pod_hash: String = "currentPodHash";
        /// Hash of the steps.
        pub current_step_hash: String = "currentStepHash";
        /// Pods of all versions.
        pub replicas: i32 = "replicas";
        /// Pods of the version that is wanted.
        pub updated_replicas: i32 = "updatedReplicas";
        /// Pods that are ready.
        pub ready_replicas: i32 = "readyReplicas";
        /// Pods that are available.
        pub available_replicas: i32 = "availableReplicas";
        /// The step it is at, from 0; as many as there are steps when it is past the last.
        pub current_step_index: Option<i32> = "currentStepIndex";
        /// How often a new ReplicaSet's name was taken.
        pub collision_count: Option<i32> = "collisionCount";
        /// The generation that this describes, in decimal.
        pub observed_generation: String = "observedGeneration";
        /// What holds and what does not.
        pub conditions: Vec<RolloutCondition> = "conditions";
        /// What a canary is at.
        pub canary: CanaryStatus = "canary";
        /// What a blue-green rollout is at.
        pub blue_green: BlueGreenStatus = "blueGreen";
        /// Pods that autoscalers count.
        pub hpa_replicas: i32 = "HPAReplicas";
        /// Selector of those pods.
        pub selector: String = "selector";
        /// Template hash of the stable version.
        pub stable_rs: String = "stableRS";
        /// Up to which time pods have been restarted.
        pub restarted_at: Option<Time> = "restartedAt";
        /// A user asks to skip everything and promote.
        pub promote_full: bool = "promoteFull";
        /// Healthy, Degraded, Progressing or Paused.
        pub phase: String = "phase";
        /// Why.
        pub message: String = "message";
        /// The generation of the referenced workload that this describes, in decimal.
        pub workload_observed_generation: String = "workloadObservedGeneration";
        /// The load balancer of one Ingress.
        pub alb: Option<AlbStatus> = "alb";
        /// The load balancers of several Ingresses.
        pub albs: Vec<AlbStatus> = "albs";
        /// How long it takes.
        pub duration: Option<RolloutDuration> = "duration";
    }

    /// Why a Rollout stands still.
    pub struct PauseCondition {
        /// Why.
        pub reason: String = "reason" required;
        /// Since when.
        pub start_time: Time = "startTime" required;
    }

    /// Something that holds or does not.
    pub struct RolloutCondition {
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

    /// What a canary is at.
    pub struct CanaryStatus {
        /// The AnalysisRun of the step.
        pub current_step_analysis_run_status: Option<RolloutAnalysisRunStatus> = "currentStepAnalysisRunStatus";
        /// The AnalysisRun that runs all along.
        pub current_background_analysis_run_status: Option<RolloutAnalysisRunStatus> =
            "currentBackgroundAnalysisRunStatus";
        /// The Experiment of the step.
        pub current_experiment: String = "currentExperiment";
        /// How traffic is shared out.
        pub weights: Option<TrafficWeights> = "weights";
        /// Which of the two Services is the stable one: ping or pong.
        pub stable_ping_pong: String = "stablePingPong";
        /// What plugins of steps are at.
        pub step_plugin_statuses: Vec<StepPluginStatus> = "stepPluginStatuses";
    }

    /// How traffic is shared out.
    pub struct TrafficWeights {
        /// The new version's share.
        pub canary: WeightDestination = "canary" required;
        /// The stable version's share.
        pub stable: WeightDestination = "stable" required;
        /// Shares of versions in an experiment.
        pub additional: Vec<WeightDestination> = "additional";
        /// Whether the router was seen to do so; absent where it cannot be asked.
        pub verified: Option<bool> = "verified";
    }

    /// A share of the traffic.
    pub struct WeightDestination {
        /// How much.
        pub weight: i32 = "weight" required;
        /// By which Service.
        pub service_name: String = "serviceName";
        /// To which version.
        pub pod_template_hash: String = "podTemplateHash";
    }

    /// An AnalysisRun as its Rollout sees it.
    pub struct RolloutAnalysisRunStatus {
        /// Its name.
        pub name: String = "name" required;
        /// Its phase.
        pub status: String = "status" required;
        /// Why.
        pub message: String = "message";
    }

    /// What a plugin of a step is at.
    pub struct StepPluginStatus {
        /// The step.
        pub index: i32 = "index" required;
        /// The plugin.
        pub name: String = "name" required;
        /// Run, Terminate or Abort.
        pub operation: String = "operation" required;
        /// Running, Successful, Failed or Error.
        pub phase: String = "phase";
        /// Why.
        pub message: String = "message";
        /// When it was started.
        pub started_at: Option<Time> = "startedAt";
        /// When it last changed.
        pub updated_at: Option<Time> = "updatedAt";
        /// When it ended.
        pub finished_at: Option<Time> = "finishedAt";
        /// How long it waits before it is asked again.
        pub backoff: String = "backoff";
        /// How often it was asked.
        pub executions: i32 = "executions";
        /// It is switched off and so skipped.
        pub disabled: bool = "disabled";
        /// Its own memory.
        pub status: Value = "status";
    }

    /// What a blue-green rollout is at.
    pub struct BlueGreenStatus {
        /// Template hash that the preview Service selects.
        pub preview_selector: String = "previewSelector";
        /// Template hash that the active Service selects.
        pub active_selector: String = "activeSelector";
        /// The preview was found good, and is now given all its pods.
        pub scale_up_preview_check_point: bool = "scaleUpPreviewCheckPoint";
        /// The AnalysisRun before the switch.
        pub pre_promotion_analysis_run_status: Option<RolloutAnalysisRunStatus> = "prePromotionAnalysisRunStatus";
        /// The AnalysisRun after the switch.
        pub post_promotion_analysis_run_status: Option<RolloutAnalysisRunStatus> = "postPromotionAnalysisRunStatus";
    }

    /// What is known of a load balancer.
    pub struct AlbStatus {
        /// The load balancer.
        pub load_balancer: AwsResource = "loadBalancer";
        /// The target group of the new version.
        pub canary_target_group: AwsResource = "canaryTargetGroup";
        /// The target group of the stable version.
        pub stable_target_group: AwsResource = "stableTargetGroup";
        /// The Ingress.
        pub ingress: String = "ingress";
    }

    /// Something in AWS.
    pub struct AwsResource {
        /// Its name.
        pub name: String = "name" required;
        /// Its Amazon resource name.
        pub arn: String = "arn" required;
        /// What CloudWatch calls it.
        pub full_name: String = "fullName";
    }

    /// How long a rollout takes.
    pub struct RolloutDuration {
        /// When it began.
        pub rollout_started_at: Option<Time> = "rolloutStartedAt";
        /// Since when it has been waiting for people.
        pub manual_pause_started_at: Option<Time> = "manualPauseStartedAt";
        /// How long it has waited for people before that.
        pub total_manual_pause_duration_seconds: Option<i64> = "totalManualPauseDurationSeconds";
        /// When it ended.
        pub finished_at: Option<Time> = "finishedAt";
        /// How: Promoted, FastPromoted, Aborted, Superseded, RolledBack or FastRolledBack.
        pub completion_status: Option<String> = "completionStatus";
    }
}

impl RolloutStatus {
    /// The condition of that type.
    #[must_use]
    pub fn condition(&self, kind: &str) -> Option<&RolloutCondition> {
        self.conditions.iter().find(|condition| condition.kind == kind)
    }

    /// The pause for that reason.
    #[must_use]
    pub fn pause(&self, reason: &str) -> Option<&PauseCondition> {
        self.pause_conditions.iter().find(|pause| pause.reason == reason)
    }

    /// Whether the version that is wanted is the stable one.
    #[must_use]
    pub fn is_fully_promoted(&self) -> bool {
        self.stable_rs == self.current_pod_hash
    }
}
