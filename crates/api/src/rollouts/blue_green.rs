//! The blue-green strategy.

use super::analysis_reference::{PodMetadata, RolloutAnalysis};
use super::anti_affinity::AntiAffinity;
use crate::int_or_string::IntOrString;
use crate::wire::wire;

wire! {
    /// The new version is previewed, then takes all traffic at once.
    pub struct BlueGreenStrategy {
        /// The Service that sends traffic to the version in use.
        pub active_service: String = "activeService" required;
        /// The Service that sends traffic to the version to come.
        pub preview_service: String = "previewService";
        /// How many pods the version to come has before it is promoted; all when not given.
        pub preview_replica_count: Option<i32> = "previewReplicaCount";
        /// Whether it is promoted without anybody saying so; it is when not given.
        pub auto_promotion_enabled: Option<bool> = "autoPromotionEnabled";
        /// Seconds it is previewed before it is promoted.
        pub auto_promotion_seconds: i32 = "autoPromotionSeconds";
        /// How many pods may be missing while pods are restarted; 25% when not given.
        pub max_unavailable: Option<IntOrString> = "maxUnavailable";
        /// Seconds the old version stays after the switch; 30 when not given.
        pub scale_down_delay_seconds: Option<i32> = "scaleDownDelaySeconds";
        /// How many old versions stay for that time; all when not given.
        pub scale_down_delay_revision_limit: Option<i32> = "scaleDownDelayRevisionLimit";
        /// What must hold before the switch.
        pub pre_promotion_analysis: Option<RolloutAnalysis> = "prePromotionAnalysis";
        /// Keeps the two versions on different nodes.
        pub anti_affinity: Option<AntiAffinity> = "antiAffinity";
        /// What must hold after the switch.
        pub post_promotion_analysis: Option<RolloutAnalysis> = "postPromotionAnalysis";
        /// Metadata of pods while they are previewed.
        pub preview_metadata: Option<PodMetadata> = "previewMetadata";
        /// Metadata of pods while they are active.
        pub active_metadata: Option<PodMetadata> = "activeMetadata";
        /// Seconds the new version stays after an abort; 30 when not given, 0 for ever.
        pub abort_scale_down_delay_seconds: Option<i32> = "abortScaleDownDelaySeconds";
    }
}

impl BlueGreenStrategy {
    /// Whether it is promoted without anybody saying so.
    #[must_use]
    pub fn is_promoted_automatically(&self) -> bool {
        self.auto_promotion_enabled.unwrap_or(true)
    }
}
