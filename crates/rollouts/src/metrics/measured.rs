//! Where AnalysisRuns, Experiments and templates of what is measured stand.

use super::lines::{head, line};
use api::rollouts::{
    ANALYSIS_RUN, ANALYSIS_TEMPLATE, AnalysisRun, AnalysisTemplate, AnalysisTemplateSpec, CLUSTER_ANALYSIS_TEMPLATE,
    ClusterAnalysisTemplate, EXPERIMENT, Experiment, Metric,
};
use cluster::{Cache, GroupKind};
use object::Object;

/// The words for where a run stands; a metric of it has the same.
const RUN_PHASES: [&str; 6] = ["Pending", "Error", "Failed", "Successful", "Running", "Inconclusive"];

/// The words for where an Experiment stands.
// Compat: Failed is none of them.
const EXPERIMENT_PHASES: [&str; 5] = ["Pending", "Error", "Successful", "Running", "Inconclusive"];

/// All of them.
pub fn write(cache: &Cache, text: &mut String) {
    runs(cache, text);
    templates(cache, text);
    experiments(cache, text);
}

fn objects(cache: &Cache, kind: &str) -> Vec<Object> {
    let all = cache.objects(&GroupKind::new(api::names::GROUP, kind));
    all.into_iter().map(|cached| cached.object).collect()
}

fn runs(cache: &Cache, text: &mut String) {
    let runs: Vec<AnalysisRun> =
        objects(cache, ANALYSIS_RUN).iter().filter_map(|it| AnalysisRun::read(it).ok()).collect();
    let at = |run: &AnalysisRun| [("namespace", run.metadata.namespace.clone()), ("name", run.metadata.name.clone())];
    head("analysis_run_info", "gauge", "Information about analysis run.", text);
    for run in &runs {
        let phase = ("phase", run.status.phase_word.clone());
        line("analysis_run_info", &[&at(run)[..], &[phase]].concat(), 1, text);
    }
    let help = "Information on the state of the Analysis Run (DEPRECATED - use analysis_run_info)";
    head("analysis_run_phase", "gauge", help, text);
    for run in &runs {
        phases("analysis_run_phase", &at(run), &run.status.phase_word, &RUN_PHASES, text);
    }
    let help = "Information on the type of a specific metric in the Analysis Runs";
    head("analysis_run_metric_type", "gauge", help, text);
    for (run, metric) in runs.iter().flat_map(|run| run.spec.metrics.iter().map(move |metric| (run, metric))) {
        let of = [("metric", metric.name.clone()), ("type", provider(metric).to_owned())];
        line("analysis_run_metric_type", &[&at(run)[..], &of].concat(), 1, text);
    }
    let help = "Information on the duration of a specific metric in the Analysis Run";
    head("analysis_run_metric_phase", "gauge", help, text);
    for (run, metric) in runs.iter().flat_map(|run| run.spec.metrics.iter().map(move |metric| (run, metric))) {
        let result = run.status.metric_results.iter().find(|result| result.name == metric.name);
        // Whether its results count is known with the first of them.
        let dry_run = result.is_some_and(|result| result.dry_run).to_string();
        let of = [("metric", metric.name.clone()), ("type", provider(metric).to_owned()), ("dry_run", dry_run)];
        let phase = result.map_or("", |result| &result.phase_word);
        phases("analysis_run_metric_phase", &[&at(run)[..], &of].concat(), phase, &RUN_PHASES, text);
    }
}

fn templates(cache: &Cache, text: &mut String) {
    let mut found: Vec<(String, String, AnalysisTemplateSpec)> = Vec::new();
    for object in objects(cache, ANALYSIS_TEMPLATE) {
        let read = AnalysisTemplate::read(&object).ok();
        found.extend(read.map(|it| (it.metadata.namespace, it.metadata.name, it.spec)));
    }
    for object in objects(cache, CLUSTER_ANALYSIS_TEMPLATE) {
        let read = ClusterAnalysisTemplate::read(&object).ok();
        found.extend(read.map(|it| (String::new(), it.metadata.name, it.spec)));
    }
    let at = |namespace: &str, name: &str| [("namespace", namespace.to_owned()), ("name", name.to_owned())];
    head("analysis_template_info", "gauge", "Information about analysis templates.", text);
    for (namespace, name, _) in &found {
        line("analysis_template_info", &at(namespace, name), 1, text);
    }
    head("analysis_template_metric_info", "gauge", "Information on metrics in analysis templates.", text);
    for (namespace, name, spec) in &found {
        for metric in &spec.metrics {
            let of = [("type", provider(metric).to_owned()), ("metric", metric.name.clone())];
            line("analysis_template_metric_info", &[&at(namespace, name)[..], &of].concat(), 1, text);
        }
    }
}

fn experiments(cache: &Cache, text: &mut String) {
    let found: Vec<Experiment> = objects(cache, EXPERIMENT).iter().filter_map(|it| Experiment::read(it).ok()).collect();
    let at = |it: &Experiment| [("namespace", it.metadata.namespace.clone()), ("name", it.metadata.name.clone())];
    head("experiment_info", "gauge", "Information about Experiment.", text);
    for experiment in &found {
        let phase = ("phase", experiment.status.phase_word.clone());
        line("experiment_info", &[&at(experiment)[..], &[phase]].concat(), 1, text);
    }
    let help = "Information on the state of the experiment (DEPRECATED - use experiment_info)";
    head("experiment_phase", "gauge", help, text);
    for experiment in &found {
        phases("experiment_phase", &at(experiment), &experiment.status.phase_word, &EXPERIMENT_PHASES, text);
    }
}

/// One line a phase: 1 for the one that holds. What has not begun is pending.
fn phases(name: &str, labels: &[(&str, String)], phase: &str, words: &[&str], text: &mut String) {
    let phase = if phase.is_empty() { "Pending" } else { phase };
    for word in words {
        let of = [("phase", (*word).to_owned())];
        line(name, &[labels, &of].concat(), u8::from(*word == phase), text);
    }
}

/// Where it is measured, in upstream's words.
fn provider(metric: &Metric) -> &'static str {
    let it = &metric.provider;
    let kinds = [
        (it.prometheus.is_some(), "Prometheus"),
        (it.job.is_some(), "Job"),
        (it.kayenta.is_some(), "Kayenta"),
        (it.web.is_some(), "Web"),
        (it.datadog.is_some(), "Datadog"),
        (it.wavefront.is_some(), "Wavefront"),
        (it.new_relic.is_some(), "NewRelic"),
        (it.cloud_watch.is_some(), "CloudWatch"),
        (it.graphite.is_some(), "Graphite"),
        (it.influxdb.is_some(), "Influxdb"),
        (it.skywalking.is_some(), "skywalking"),
        (!it.plugin.is_empty(), "RPCPlugin"),
    ];
    kinds.iter().find(|(is_given, _)| *is_given).map_or("Unknown Provider", |(_, name)| name)
}
