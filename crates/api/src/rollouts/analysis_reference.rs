//! How a Rollout refers to what is to be measured, and the metadata it puts on pods and runs.

use super::analysis_template::{AnalysisTemplateReference, DryRun, FieldReference, MeasurementRetention};
use crate::wire::wire;
use std::collections::BTreeMap;

wire! {
    /// What is measured, from which templates and with which arguments.
    pub struct RolloutAnalysis {
        /// The templates; their metrics are put together.
        pub templates: Vec<AnalysisTemplateReference> = "templates";
        /// The arguments.
        pub args: Vec<AnalysisArgument> = "args";
        /// Metrics whose results do not count.
        pub dry_run: Vec<DryRun> = "dryRun";
        /// How many measurements are kept.
        pub measurement_retention: Vec<MeasurementRetention> = "measurementRetention";
        /// Metadata of the AnalysisRun.
        pub analysis_run_metadata: Option<RunMetadata> = "analysisRunMetadata";
    }

    /// What is measured all along.
    pub struct BackgroundAnalysis {
        /// The templates; their metrics are put together.
        pub templates: Vec<AnalysisTemplateReference> = "templates";
        /// The arguments.
        pub args: Vec<AnalysisArgument> = "args";
        /// Metrics whose results do not count.
        pub dry_run: Vec<DryRun> = "dryRun";
        /// How many measurements are kept.
        pub measurement_retention: Vec<MeasurementRetention> = "measurementRetention";
        /// Metadata of the AnalysisRun.
        pub analysis_run_metadata: Option<RunMetadata> = "analysisRunMetadata";
        /// From which step on.
        pub starting_step: Option<i32> = "startingStep";
    }

    /// An argument as a Rollout gives it.
    pub struct AnalysisArgument {
        /// Its name.
        pub name: String = "name" required;
        /// Its value.
        pub value: String = "value";
        /// Where its value comes from.
        pub value_from: Option<ArgumentSource> = "valueFrom";
    }

    /// Where an argument's value comes from; one of its fields is given.
    pub struct ArgumentSource {
        /// The template hash of the Stable or the Latest version.
        pub pod_template_hash_value: Option<String> = "podTemplateHashValue";
        /// A field of the Rollout.
        pub field_ref: Option<FieldReference> = "fieldRef";
    }

    /// Labels and annotations that pods have for a while.
    pub struct PodMetadata {
        /// Labels.
        pub labels: BTreeMap<String, String> = "labels";
        /// Annotations.
        pub annotations: BTreeMap<String, String> = "annotations";
    }

    /// Labels and annotations of an AnalysisRun.
    pub struct RunMetadata {
        /// Labels.
        pub labels: BTreeMap<String, String> = "labels";
        /// Annotations.
        pub annotations: BTreeMap<String, String> = "annotations";
    }
}

impl BackgroundAnalysis {
    /// The same without when it starts.
    #[must_use]
    pub fn to_analysis(&self) -> RolloutAnalysis {
        RolloutAnalysis {
            templates: self.templates.clone(),
            args: self.args.clone(),
            dry_run: self.dry_run.clone(),
            measurement_retention: self.measurement_retention.clone(),
            analysis_run_metadata: self.analysis_run_metadata.clone(),
            unknown: BTreeMap::new(),
        }
    }
}
