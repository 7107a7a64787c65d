//! The canary strategy.

use super::analysis_reference::{BackgroundAnalysis, PodMetadata};
use super::anti_affinity::AntiAffinity;
use super::step::CanaryStep;
use super::traffic_routing::TrafficRouting;
use crate::int_or_string::IntOrString;
use crate::wire::wire;

wire! {
    /// The new version replaces the old one step by step.
    pub struct CanaryStrategy {
        /// The Service of the new version's pods.
        pub canary_service: String = "canaryService";
        /// The Service of the stable version's pods.
        pub stable_service: String = "stableService";
        /// The steps in order; none for a plain rolling update.
        pub steps: Vec<CanaryStep> = "steps";
        /// What shares traffic out; without it traffic follows the numbers of pods.
        pub traffic_routing: Option<TrafficRouting> = "trafficRouting";
        /// How many pods may be missing; 25% when not given.
        pub max_unavailable: Option<IntOrString> = "maxUnavailable";
        /// How many pods may be there beyond those wanted; 25% when not given.
        pub max_surge: Option<IntOrString> = "maxSurge";
        /// What must hold all along.
        pub analysis: Option<BackgroundAnalysis> = "analysis";
        /// Keeps the two versions on different nodes.
        pub anti_affinity: Option<AntiAffinity> = "antiAffinity";
        /// Metadata of pods while they are new.
        pub canary_metadata: Option<PodMetadata> = "canaryMetadata";
        /// Metadata of pods while they are stable.
        pub stable_metadata: Option<PodMetadata> = "stableMetadata";
        /// Seconds the old version stays after promotion; 30 with traffic routing.
        pub scale_down_delay_seconds: Option<i32> = "scaleDownDelaySeconds";
        /// How many old versions stay for that time; all when not given.
        pub scale_down_delay_revision_limit: Option<i32> = "scaleDownDelayRevisionLimit";
        /// Seconds the new version stays after an abort; 30 with traffic routing, 0 for ever.
        pub abort_scale_down_delay_seconds: Option<i32> = "abortScaleDownDelaySeconds";
        /// The stable version shrinks as its traffic does.
        pub dynamic_stable_scale: bool = "dynamicStableScale";
        /// Two Services that take turns at being the stable one.
        pub ping_pong: Option<PingPong> = "pingPong";
        /// A version that has pods has at least so many.
        pub min_pods_per_replica_set: Option<i32> = "minPodsPerReplicaSet";
        /// How many of a step's pods are enough to go on.
        pub replica_progress_threshold: Option<ReplicaProgressThreshold> = "replicaProgressThreshold";
    }

    /// Two Services that take turns at being the stable one.
    pub struct PingPong {
        /// One of them.
        pub ping_service: String = "pingService" required;
        /// The other.
        pub pong_service: String = "pongService" required;
    }

    /// How many of a step's pods are enough to go on.
    pub struct ReplicaProgressThreshold {
        /// Percent or Pods.
        pub kind: String = "type" required;
        /// So many.
        pub value: i32 = "value" required;
    }
}
