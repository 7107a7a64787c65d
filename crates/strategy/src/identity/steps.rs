//! The hash of a canary's steps: when it changes, the steps begin again.

use super::fnv::{fnv1a, safe};
use super::go_json::{escape_html, push_quoted};
use api::IntOrString;
use api::rollouts::{
    AnalysisArgument, AnalysisTemplateReference, CanaryStep, DryRun, ExperimentStep, ExperimentStepAnalysis,
    ExperimentStepTemplate, LabelSelector, LabelSelectorRequirement, MeasurementRetention, PluginStep, RolloutAnalysis,
    RouteMatch, SetCanaryScale, SetHeaderRoute, SetMirrorRoute, StringMatch,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// The hash of the steps, as `status.currentStepHash` has it.
#[must_use]
pub fn step_hash(steps: &[CanaryStep]) -> String {
    safe(fnv1a(steps_json(steps).into_bytes()))
}

/// The steps as Go's encoder writes them.
#[must_use]
pub fn steps_json(steps: &[CanaryStep]) -> String {
    // Compat: no steps are null, whether or not the list is there.
    if steps.is_empty() { "null".to_owned() } else { list(steps, step) }
}

/// An object being written: fields in the order they are added.
#[derive(Default)]
struct Fields(String);

impl Fields {
    fn raw(mut self, name: &str, json: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        push_quoted(name, &mut self.0);
        self.0.push(':');
        self.0.push_str(json);
        self
    }

    fn given<T>(self, name: &str, value: Option<&T>, write: impl Fn(&T) -> String) -> Self {
        match value {
            Some(value) => self.raw(name, &write(value)),
            None => self,
        }
    }

    fn many<T>(self, name: &str, values: &[T], write: impl Fn(&T) -> String) -> Self {
        if values.is_empty() { self } else { self.raw(name, &list(values, write)) }
    }

    fn text(self, name: &str, value: &str) -> Self {
        self.raw(name, &quoted(value))
    }

    fn some_text(self, name: &str, value: &str) -> Self {
        if value.is_empty() { self } else { self.text(name, value) }
    }

    fn some_map<T>(self, name: &str, values: &BTreeMap<String, T>, write: impl Fn(&T) -> String) -> Self {
        if values.is_empty() {
            return self;
        }
        let fields = values.iter().fold(Fields::default(), |fields, (key, value)| fields.raw(key, &write(value)));
        self.raw(name, &fields.end())
    }

    fn flag(self, name: &str, value: bool) -> Self {
        if value { self.raw(name, "true") } else { self }
    }

    fn end(self) -> String {
        format!("{{{}}}", self.0)
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(text, &mut out);
    out
}

fn list<T>(values: &[T], write: impl Fn(&T) -> String) -> String {
    format!("[{}]", values.iter().map(write).collect::<Vec<_>>().join(","))
}

fn number(value: &i32) -> String {
    value.to_string()
}

#[expect(clippy::ptr_arg, reason = "given to functions over maps and lists of strings")]
fn text(value: &String) -> String {
    quoted(value)
}

fn boolean(value: &bool) -> String {
    value.to_string()
}

fn step(step: &CanaryStep) -> String {
    Fields::default()
        .given("setWeight", step.set_weight.as_ref(), number)
        .given("pause", step.pause.as_ref(), |pause| {
            Fields::default().given("duration", pause.duration.as_ref(), int_or_string).end()
        })
        .given("experiment", step.experiment.as_ref(), experiment)
        .given("analysis", step.analysis.as_ref(), analysis)
        .given("setCanaryScale", step.set_canary_scale.as_ref(), scale)
        .given("setHeaderRoute", step.set_header_route.as_ref(), header_route)
        .given("setMirrorRoute", step.set_mirror_route.as_ref(), mirror_route)
        .given("plugin", step.plugin.as_ref(), plugin)
        .end()
}

fn int_or_string(value: &IntOrString) -> String {
    match value {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(text) => quoted(text),
    }
}

fn scale(scale: &SetCanaryScale) -> String {
    Fields::default()
        .given("weight", scale.weight.as_ref(), number)
        .given("replicas", scale.replicas.as_ref(), number)
        .flag("matchTrafficWeight", scale.match_traffic_weight)
        .end()
}

fn header_route(route: &SetHeaderRoute) -> String {
    Fields::default()
        .some_text("name", &route.name)
        .many("match", &route.matches, |wanted| {
            let value = wanted.header_value.as_ref().map_or_else(|| "null".to_owned(), string_match);
            Fields::default().text("headerName", &wanted.header_name).raw("headerValue", &value).end()
        })
        .end()
}

fn mirror_route(route: &SetMirrorRoute) -> String {
    Fields::default()
        .text("name", &route.name)
        .many("match", &route.matches, route_match)
        .given("percentage", route.percentage.as_ref(), number)
        .end()
}

fn route_match(wanted: &RouteMatch) -> String {
    Fields::default()
        .given("method", wanted.method.as_ref(), string_match)
        .given("path", wanted.path.as_ref(), string_match)
        .some_map("headers", &wanted.headers, string_match)
        .end()
}

fn string_match(wanted: &StringMatch) -> String {
    Fields::default()
        .some_text("exact", &wanted.exact)
        .some_text("prefix", &wanted.prefix)
        .some_text("regex", &wanted.regex)
        .end()
}

fn plugin(plugin: &PluginStep) -> String {
    let config = Some(&plugin.config).filter(|config| !config.is_null());
    Fields::default()
        .text("name", &plugin.name)
        .given("config", config, |config: &Value| escape_html(&config.to_string()))
        .end()
}

fn analysis(analysis: &RolloutAnalysis) -> String {
    Fields::default()
        .many("templates", &analysis.templates, template_reference)
        .many("args", &analysis.args, argument)
        .many("dryRun", &analysis.dry_run, dry_run)
        .many("measurementRetention", &analysis.measurement_retention, retention)
        .given("analysisRunMetadata", analysis.analysis_run_metadata.as_ref(), |metadata| {
            labels_and_annotations(&metadata.labels, &metadata.annotations)
        })
        .end()
}

fn template_reference(reference: &AnalysisTemplateReference) -> String {
    Fields::default()
        .text("templateName", &reference.template_name)
        .given("clusterScope", reference.cluster_scope.as_ref(), boolean)
        .end()
}

fn argument(argument: &AnalysisArgument) -> String {
    Fields::default()
        .text("name", &argument.name)
        .some_text("value", &argument.value)
        .given("valueFrom", argument.value_from.as_ref(), |from| {
            Fields::default()
                .given("podTemplateHashValue", from.pod_template_hash_value.as_ref(), text)
                .given("fieldRef", from.field_ref.as_ref(), |field| {
                    Fields::default().text("fieldPath", &field.field_path).end()
                })
                .end()
        })
        .end()
}

fn dry_run(dry_run: &DryRun) -> String {
    Fields::default().text("metricName", &dry_run.metric_name).end()
}

fn retention(retention: &MeasurementRetention) -> String {
    Fields::default().text("metricName", &retention.metric_name).raw("limit", &retention.limit.to_string()).end()
}

fn labels_and_annotations(labels: &BTreeMap<String, String>, annotations: &BTreeMap<String, String>) -> String {
    Fields::default().some_map("labels", labels, text).some_map("annotations", annotations, text).end()
}

fn experiment(step: &ExperimentStep) -> String {
    Fields::default()
        .raw("templates", &list(&step.templates, experiment_template))
        .some_text("duration", &step.duration)
        .many("analyses", &step.analyses, experiment_analysis)
        .many("dryRun", &step.dry_run, dry_run)
        .raw(
            "analysisRunMetadata",
            &labels_and_annotations(&step.analysis_run_metadata.labels, &step.analysis_run_metadata.annotations),
        )
        .given("scaleDownDelaySeconds", step.scale_down_delay_seconds.as_ref(), number)
        .end()
}

fn experiment_template(template: &ExperimentStepTemplate) -> String {
    Fields::default()
        .text("name", &template.name)
        .text("specRef", &template.spec_ref)
        .given("replicas", template.replicas.as_ref(), number)
        .raw("metadata", &labels_and_annotations(&template.metadata.labels, &template.metadata.annotations))
        .given("selector", template.selector.as_ref(), selector)
        .given("weight", template.weight.as_ref(), number)
        .given("service", template.service.as_ref(), |service| Fields::default().some_text("name", &service.name).end())
        .end()
}

fn selector(selector: &LabelSelector) -> String {
    Fields::default()
        .some_map("matchLabels", &selector.match_labels, text)
        .many("matchExpressions", &selector.match_expressions, requirement)
        .end()
}

fn requirement(requirement: &LabelSelectorRequirement) -> String {
    Fields::default()
        .text("key", &requirement.key)
        .text("operator", &requirement.operator)
        .many("values", &requirement.values, text)
        .end()
}

fn experiment_analysis(analysis: &ExperimentStepAnalysis) -> String {
    Fields::default()
        .text("name", &analysis.name)
        .text("templateName", &analysis.template_name)
        .given("clusterScope", analysis.cluster_scope.as_ref(), boolean)
        .many("args", &analysis.args, argument)
        .flag("requiredForCompletion", analysis.required_for_completion)
        .end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(steps: &str) -> String {
        let steps: Vec<CanaryStep> = serde_json::from_str(steps).expect("steps");
        step_hash(&steps)
    }

    #[test]
    fn hashes_are_upstreams() {
        assert_eq!(hash("[]"), "5ffbfbbd64");
        assert_eq!(hash(r#"[{"pause":{}}]"#), "6b9b86fbd5");
        assert_eq!(hash(r#"[{"pause":{}},{"pause":{}}]"#), "79c9b9f6bf");
    }

    #[test]
    fn structs_are_written_even_when_empty() {
        let steps: Vec<CanaryStep> = serde_json::from_str(
            r#"[{"experiment":{"templates":[{"name":"a","specRef":"canary"}]}},{"plugin":{"name":"p","config":{"b":"<","a":1}}}]"#,
        )
        .expect("steps");
        assert_eq!(
            steps_json(&steps),
            r#"[{"experiment":{"templates":[{"name":"a","specRef":"canary","metadata":{}}],"analysisRunMetadata":{}}},{"plugin":{"name":"p","config":{"a":1,"b":"\u003c"}}}]"#
        );
    }
}
