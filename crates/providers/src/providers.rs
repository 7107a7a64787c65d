//! All providers: what a task asks of which of them, and what its answer comes to.

use crate::arguments::secrets;
use crate::asker::{Asker, SecretError};
use crate::{
    cloud_watch, comparison, datadog, graphite, influxdb, job, kayenta, new_relic, prometheus, skywalking, wavefront,
    web_metric,
};
use analysis::answers::Understood;
use analysis::{Answer, Task, TaskKind, evaluate, redacted, resolve, shortened};
use api::rollouts::{AnalysisPhase, AnalysisRun, Measurement, Metric, MetricProvider};
use cluster::ClusterClient;
use outbound::Http;
use outbound::Network;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Variables of the environment that settings of providers may come from.
const VARIABLES: [&str; 13] = [
    prometheus::ADDRESS,
    "ARGO_ROLLOUTS_ANALYSIS_JOB_NAMESPACE",
    "DD_API_KEY",
    "DD_APP_KEY",
    "DD_ADDRESS",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_CLOUDWATCH",
];

/// What providers are asked with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where requests may go.
    pub network: Network,
    /// The controller's own namespace, where providers' Secrets are.
    pub namespace: Box<str>,
    /// Variables of the environment, by name.
    pub variables: BTreeMap<String, String>,
}

impl Options {
    /// With the variables of this process that concern providers.
    #[must_use]
    pub fn of_process(network: Network, namespace: &str) -> Self {
        let set = |name: &&str| std::env::var(name).ok().map(|value| ((*name).to_owned(), value));
        Options { network, namespace: namespace.into(), variables: VARIABLES.iter().filter_map(set).collect() }
    }
}

/// All providers.
pub struct Providers(Asker);

impl Providers {
    /// Providers that are asked by this cluster's Secrets and Jobs.
    #[must_use]
    pub fn new(cluster: ClusterClient, options: Options) -> Self {
        let Options { network, namespace, variables } = options;
        let job_namespace = variables.get("ARGO_ROLLOUTS_ANALYSIS_JOB_NAMESPACE").filter(|name| !name.is_empty());
        Providers(Asker {
            http: Http::new(network, cluster.clone()),
            clock: cluster.clock().clone(),
            cluster,
            namespace,
            job_namespace: job_namespace.map(|name| name.as_str().into()),
            variables,
        })
    }

    /// Does what a task of a run asks.
    ///
    /// Guarantees: it ends, at the latest when the provider's own timeout is over; no secret argument is in the answer.
    ///
    /// # Errors
    /// When an argument of the run cannot be had: it cannot go on. In Rollouts' words.
    pub async fn ask(&self, run: &AnalysisRun, task: &Task) -> Result<Answer, String> {
        let secrets = match secrets(&self.0, run).await {
            Ok(secrets) => secrets,
            Err(SecretError::Missing(message)) => return Err(message),
            Err(SecretError::Unread(message)) => return Ok(answer(task, self.failed(task, message), BTreeMap::new())),
        };
        let metric = match resolve(&task.metric, &run.spec.args, &secrets)? {
            Cow::Borrowed(_) => Arc::clone(&task.metric),
            Cow::Owned(metric) => Arc::new(metric),
        };
        let metadata = about(&metric.provider);
        let resolved = Task { metric, ..task.clone() };
        let mut measurement = shortened(self.measurement(run, &resolved).await);
        let hide = |text: &mut String| *text = redacted(text, secrets.values().map(String::as_str));
        hide(&mut measurement.message);
        let mut metadata = metadata;
        metadata.values_mut().for_each(hide);
        Ok(answer(task, measurement, metadata))
    }

    /// Lets providers forget all measurements of a metric but the newest `keep`.
    ///
    /// # Errors
    /// When they cannot for now.
    pub async fn forget(&self, run: &AnalysisRun, metric: &str, keep: usize) -> Result<(), String> {
        let is_job = run.spec.metrics.iter().any(|it| it.name == metric && it.provider.job.is_some());
        if is_job { job::forget(&self.0, run, metric, keep).await } else { Ok(()) }
    }

    async fn measurement(&self, run: &AnalysisRun, task: &Task) -> Measurement {
        let provider = &task.metric.provider;
        if let Some(metric) = &provider.job {
            return job::ask(&self.0, run, task, metric).await;
        }
        if let Some(metric) = &provider.kayenta {
            return kayenta::ask(&self.0, run, task, metric).await;
        }
        if provider.plugin.contains_key(analysis::comparison::PLUGIN) {
            return comparison::ask(&self.0, task).await;
        }
        if task.kind != TaskKind::Start {
            return self.failed(task, "the provider has nothing that goes on".to_owned());
        }
        let started = self.0.clock.now();
        let (measured, metadata) = match self.understood(&run.metadata.namespace, &task.metric).await {
            Ok(Understood { measured, metadata }) => (Ok(measured), metadata),
            Err(message) => (Err(message), BTreeMap::new()),
        };
        let mut measurement = evaluate(&task.metric, started.into(), measured, self.0.clock.now());
        measurement.metadata.extend(metadata);
        measurement
    }

    async fn understood(&self, namespace: &str, metric: &Metric) -> Result<Understood, String> {
        let (asker, provider) = (&self.0, &metric.provider);
        if let Some(metric) = &provider.prometheus {
            prometheus::measure(asker, metric).await
        } else if let Some(metric) = &provider.web {
            web_metric::measure(asker, metric).await
        } else if let Some(metric) = &provider.datadog {
            datadog::measure(asker, namespace, metric).await
        } else if let Some(metric) = &provider.wavefront {
            wavefront::measure(asker, metric).await
        } else if let Some(metric) = &provider.new_relic {
            new_relic::measure(asker, metric).await
        } else if let Some(metric) = &provider.cloud_watch {
            cloud_watch::measure(asker, metric).await
        } else if let Some(metric) = &provider.graphite {
            graphite::measure(asker, metric).await
        } else if let Some(metric) = &provider.influxdb {
            influxdb::measure(asker, metric).await
        } else if let Some(metric) = &provider.skywalking {
            skywalking::measure(asker, metric).await
        } else if let Some(plugin) = provider.plugin.keys().next() {
            Err(format!("failed to create plugin: plugin {plugin} is not there: this controller runs no plugins"))
        } else {
            Err(format!("no valid provider in metric '{}'", metric.name))
        }
    }

    fn failed(&self, task: &Task, message: String) -> Measurement {
        let now = self.0.clock.now();
        let mut measurement = task.unfinished.clone().unwrap_or_default();
        measurement.started_at.get_or_insert(now.into());
        measurement.phase_word = AnalysisPhase::Error.to_string();
        measurement.message = message;
        measurement.finished_at = Some(now.into());
        measurement
    }
}

fn answer(task: &Task, measurement: Measurement, metadata: BTreeMap<String, String>) -> Answer {
    Answer { metric: task.metric.name.clone(), to: task.kind, measurement, metadata }
}

/// What a provider adds to the metric's result: the query as it was asked.
fn about(provider: &MetricProvider) -> BTreeMap<String, String> {
    let prometheus = provider.prometheus.as_ref().map(|metric| ("ResolvedPrometheusQuery", &metric.query));
    let new_relic = provider.new_relic.as_ref().map(|metric| ("ResolvedNewRelicQuery", &metric.query));
    let query = prometheus.or(new_relic).filter(|(_, query)| !query.is_empty());
    query.into_iter().map(|(key, query)| (key.to_owned(), query.clone())).collect()
}
