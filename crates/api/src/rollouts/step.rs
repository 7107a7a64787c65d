//! The steps of a canary.

use super::analysis_reference::{AnalysisArgument, PodMetadata, RolloutAnalysis, RunMetadata};
use super::analysis_template::DryRun;
use super::experiment::TemplateService;
use super::selector::LabelSelector;
use crate::int_or_string::IntOrString;
use crate::wire::wire;
use serde_json::Value;
use std::collections::BTreeMap;

wire! {
    /// One step; one of its fields is given.
    pub struct CanaryStep {
        /// Send this share of the traffic to the new version.
        pub set_weight: Option<i32> = "setWeight";
        /// Wait.
        pub pause: Option<Pause> = "pause";
        /// Run versions side by side and compare them.
        pub experiment: Option<ExperimentStep> = "experiment";
        /// Measure, and go on only when it is well.
        pub analysis: Option<RolloutAnalysis> = "analysis";
        /// Give the new version so many pods.
        pub set_canary_scale: Option<SetCanaryScale> = "setCanaryScale";
        /// Send requests with certain headers to the new version.
        pub set_header_route: Option<SetHeaderRoute> = "setHeaderRoute";
        /// Send copies of requests to the new version.
        pub set_mirror_route: Option<SetMirrorRoute> = "setMirrorRoute";
        /// Something a plugin does.
        pub plugin: Option<PluginStep> = "plugin";
    }

    /// A wait; until somebody promotes when no duration is given.
    pub struct Pause {
        /// Seconds as a number or text, or a duration such as `1h30m`.
        pub duration: Option<IntOrString> = "duration";
    }

    /// How many pods the new version has from here on; one of its fields is given.
    pub struct SetCanaryScale {
        /// This share of all.
        pub weight: Option<i32> = "weight";
        /// This many.
        pub replicas: Option<i32> = "replicas";
        /// As many as its traffic asks for.
        pub match_traffic_weight: bool = "matchTrafficWeight";
    }

    /// A route for requests with certain headers.
    pub struct SetHeaderRoute {
        /// Its name among the managed routes.
        pub name: String = "name";
        /// The headers; none takes the route away.
        pub matches: Vec<HeaderRoutingMatch> = "match";
    }

    /// A header a request must have.
    pub struct HeaderRoutingMatch {
        /// Its name.
        pub header_name: String = "headerName" required;
        /// Its value.
        pub header_value: Option<StringMatch> = "headerValue";
    }

    /// A route for copies of requests.
    pub struct SetMirrorRoute {
        /// Its name among the managed routes.
        pub name: String = "name" required;
        /// Which requests; none takes the route away.
        pub matches: Vec<RouteMatch> = "match";
        /// What share of them; all when not given.
        pub percentage: Option<i32> = "percentage";
    }

    /// What a request must look like.
    pub struct RouteMatch {
        /// Its method.
        pub method: Option<StringMatch> = "method";
        /// Its path.
        pub path: Option<StringMatch> = "path";
        /// Its headers.
        pub headers: BTreeMap<String, StringMatch> = "headers";
    }

    /// What a text must look like; one of its fields is given.
    pub struct StringMatch {
        /// It is this.
        pub exact: String = "exact";
        /// It begins with this.
        pub prefix: String = "prefix";
        /// It matches this expression.
        pub regex: String = "regex";
    }

    /// Something a plugin does.
    pub struct PluginStep {
        /// The plugin.
        pub name: String = "name" required;
        /// What it is told.
        pub config: Value = "config";
    }

    /// An experiment as a step.
    pub struct ExperimentStep {
        /// The versions that run side by side.
        pub templates: Vec<ExperimentStepTemplate> = "templates" required;
        /// For how long.
        pub duration: String = "duration";
        /// What is measured meanwhile.
        pub analyses: Vec<ExperimentStepAnalysis> = "analyses";
        /// Metrics whose results do not count.
        pub dry_run: Vec<DryRun> = "dryRun";
        /// Metadata of the AnalysisRuns it makes.
        pub analysis_run_metadata: RunMetadata = "analysisRunMetadata";
        /// Seconds its pods stay when it is over.
        pub scale_down_delay_seconds: Option<i32> = "scaleDownDelaySeconds";
    }

    /// One version in an experiment step.
    pub struct ExperimentStepTemplate {
        /// What it is called in the experiment.
        pub name: String = "name" required;
        /// Which version's pods: canary or stable.
        pub spec_ref: String = "specRef" required;
        /// How many; 1 when not given.
        pub replicas: Option<i32> = "replicas";
        /// Further labels and annotations of its pods.
        pub metadata: PodMetadata = "metadata";
        /// Which pods are its own; the version's own selector when not given.
        pub selector: Option<LabelSelector> = "selector";
        /// What share of the traffic it gets.
        pub weight: Option<i32> = "weight";
        /// The Service that is made for it.
        pub service: Option<TemplateService> = "service";
    }

    /// One analysis in an experiment step.
    pub struct ExperimentStepAnalysis {
        /// What it is called in the experiment.
        pub name: String = "name" required;
        /// The template.
        pub template_name: String = "templateName" required;
        /// Whether the template is one of the whole cluster.
        pub cluster_scope: Option<bool> = "clusterScope";
        /// Its arguments.
        pub args: Vec<AnalysisArgument> = "args";
        /// Whether the experiment lasts until it is done.
        pub required_for_completion: bool = "requiredForCompletion";
    }
}
