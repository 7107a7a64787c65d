//! AnalysisTemplate and ClusterAnalysisTemplate: what can be measured.

use super::metric_provider::MetricProvider;
use crate::application::{ReadError, read};
use crate::int_or_string::IntOrString;
use crate::meta::Metadata;
use crate::wire::wire;
use object::Object;

wire! {
    /// What can be measured, for Rollouts of one namespace.
    pub struct AnalysisTemplate {
        /// API version of the object.
        pub api_version: String = "apiVersion";
        /// Kind of the object.
        pub kind: String = "kind";
        /// Metadata.
        pub metadata: Metadata = "metadata" required;
        /// What is measured.
        pub spec: AnalysisTemplateSpec = "spec" required;
    }

    /// What can be measured, for Rollouts of any namespace.
    pub struct ClusterAnalysisTemplate {
        /// API version of the object.
        pub api_version: String = "apiVersion";
        /// Kind of the object.
        pub kind: String = "kind";
        /// Metadata.
        pub metadata: Metadata = "metadata" required;
        /// What is measured.
        pub spec: AnalysisTemplateSpec = "spec" required;
    }

    /// What is measured.
    pub struct AnalysisTemplateSpec {
        /// The metrics.
        pub metrics: Vec<Metric> = "metrics";
        /// The arguments they need.
        pub args: Vec<Argument> = "args";
        /// Metrics whose results do not count.
        pub dry_run: Vec<DryRun> = "dryRun";
        /// How many measurements are kept.
        pub measurement_retention: Vec<MeasurementRetention> = "measurementRetention";
        /// Templates that this one includes.
        pub templates: Vec<AnalysisTemplateReference> = "templates";
    }

    /// One thing that is measured, and when it is well.
    pub struct Metric {
        /// Its name.
        pub name: String = "name" required;
        /// How long between two measurements.
        pub interval: String = "interval";
        /// How long before the first.
        pub initial_delay: String = "initialDelay";
        /// How many; one without an interval, no end with one.
        pub count: Option<IntOrString> = "count";
        /// When a measurement is good.
        pub success_condition: String = "successCondition";
        /// When a measurement is bad.
        pub failure_condition: String = "failureCondition";
        /// How many bad ones are borne; -1 for any number.
        pub failure_limit: Option<IntOrString> = "failureLimit";
        /// How many that are neither are borne.
        pub inconclusive_limit: Option<IntOrString> = "inconclusiveLimit";
        /// How many failures to measure in a row are borne; 4 when not given.
        pub consecutive_error_limit: Option<IntOrString> = "consecutiveErrorLimit";
        /// Where it is measured.
        pub provider: MetricProvider = "provider" required;
        /// How many good ones in a row are enough.
        pub consecutive_success_limit: Option<IntOrString> = "consecutiveSuccessLimit";
    }

    /// Metrics whose results do not count.
    pub struct DryRun {
        /// An expression that their names match.
        pub metric_name: String = "metricName" required;
    }

    /// How many measurements of some metrics are kept.
    pub struct MeasurementRetention {
        /// An expression that their names match.
        pub metric_name: String = "metricName" required;
        /// So many.
        pub limit: i32 = "limit" required;
    }

    /// A template by name.
    pub struct AnalysisTemplateReference {
        /// Its name.
        pub template_name: String = "templateName";
        /// Whether it is one of the whole cluster.
        pub cluster_scope: Option<bool> = "clusterScope";
    }

    /// An argument that metrics need.
    pub struct Argument {
        /// Its name.
        pub name: String = "name" required;
        /// Its value.
        pub value: Option<String> = "value";
        /// Where its value comes from.
        pub value_from: Option<ValueFrom> = "valueFrom";
    }

    /// Where a value comes from; one of its fields is given.
    pub struct ValueFrom {
        /// A key of a Secret.
        pub secret_key_ref: Option<SecretKeyReference> = "secretKeyRef";
        /// A field of the object.
        pub field_ref: Option<FieldReference> = "fieldRef";
    }

    /// A key of a Secret.
    pub struct SecretKeyReference {
        /// The Secret.
        pub name: String = "name" required;
        /// The key.
        pub key: String = "key" required;
    }

    /// A field of an object.
    pub struct FieldReference {
        /// Its path.
        pub field_path: String = "fieldPath" required;
    }
}

/// Kind of an AnalysisTemplate.
pub const ANALYSIS_TEMPLATE: &str = "AnalysisTemplate";
/// Kind of a ClusterAnalysisTemplate.
pub const CLUSTER_ANALYSIS_TEMPLATE: &str = "ClusterAnalysisTemplate";

impl AnalysisTemplate {
    /// Reads an AnalysisTemplate.
    ///
    /// # Errors
    /// When a field has another type than upstream gives it.
    pub fn read(object: &Object) -> Result<Self, ReadError> {
        read(object, ANALYSIS_TEMPLATE)
    }
}

impl ClusterAnalysisTemplate {
    /// Reads a ClusterAnalysisTemplate.
    ///
    /// # Errors
    /// When a field has another type than upstream gives it.
    pub fn read(object: &Object) -> Result<Self, ReadError> {
        read(object, CLUSTER_ANALYSIS_TEMPLATE)
    }
}

impl AnalysisTemplateReference {
    /// Whether it is one of the whole cluster.
    #[must_use]
    pub fn is_of_cluster(&self) -> bool {
        self.cluster_scope == Some(true)
    }
}
