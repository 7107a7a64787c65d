//! Providers on an embedded cluster of their own, and a run to ask for.

use analysis::{Answer, Task, TaskKind};
use api::rollouts::{AnalysisRun, Measurement};
use base64::Engine;
use clock::Clock;
use cluster::{Change, ClusterClient, Target, Write};
use object::Object;
use providers::{Network, Options, Providers};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The namespace of runs, and that of the controller.
pub const NAMESPACE: &str = "shop";
pub const OWN: &str = "argo-rollouts";

pub struct Stage {
    pub client: ClusterClient,
    pub network: Network,
    pub variables: BTreeMap<String, String>,
    _cluster: embedded::Cluster,
}

impl Stage {
    pub async fn start() -> Self {
        let clock = Clock::system();
        let cluster = embedded::Cluster::builder().clock(clock.clone()).start().await.expect("a cluster");
        let client = ClusterClient::from_service(cluster.service(), &clock);
        let stage = Stage { client, network: Network::Anywhere, variables: BTreeMap::new(), _cluster: cluster };
        for name in [NAMESPACE, OWN] {
            stage.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})).await;
        }
        stage
    }

    pub async fn create(&self, value: Value) {
        let object = Object::from_value(&value).expect("an object");
        self.client.write(&Write::new(Target::of(&object), Change::Create(object))).await.expect("made");
    }

    pub async fn secret(&self, namespace: &str, name: &str, values: &[(&str, &str)]) {
        let encode = |value: &str| base64::engine::general_purpose::STANDARD.encode(value);
        let data: BTreeMap<&str, String> = values.iter().map(|(key, value)| (*key, encode(value))).collect();
        let metadata = json!({"name": name, "namespace": namespace});
        self.create(json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})).await;
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    pub fn providers(&self) -> Providers {
        let options = Options { network: self.network, namespace: OWN.into(), variables: self.variables.clone() };
        Providers::new(self.client.clone(), options)
    }

    /// Measures once; the metric is asked by this provider, and is well when its condition holds.
    pub async fn measure(&self, provider: Value, success: &str) -> Measurement {
        self.answer(provider, success).await.measurement
    }

    pub async fn answer(&self, provider: Value, success: &str) -> Answer {
        let run = run(provider, success, json!([]));
        self.ask(&run, TaskKind::Start, None).await.expect("arguments")
    }

    /// One line: phase, value, message.
    pub async fn line(&self, provider: Value, success: &str) -> String {
        let measured = self.measure(provider, success).await;
        let message = if measured.message.is_empty() { String::new() } else { format!(" - {}", measured.message) };
        format!("{} {}{message}", measured.phase_word, measured.value)
    }

    pub async fn ask(
        &self,
        run: &AnalysisRun,
        kind: TaskKind,
        unfinished: Option<Measurement>,
    ) -> Result<Answer, String> {
        let task = Task { kind, metric: run.spec.metrics[0].clone().into(), unfinished, number: 1 };
        self.providers().ask(run, &task).await
    }
}

/// A run of one metric.
pub fn run(provider: Value, success: &str, args: Value) -> AnalysisRun {
    let mut metric = json!({"name": "m", "interval": "1m", "provider": provider});
    if !success.is_empty() {
        metric["successCondition"] = json!(success);
    }
    let uid = "f1e0f7c2-5d43-4d5c-8c0e-0b1de1d9d2a1";
    let metadata = json!({"name": "run", "namespace": NAMESPACE, "uid": uid});
    let value = json!({"metadata": metadata, "spec": {"metrics": [metric], "args": args}});
    serde_json::from_value(value).expect("a run")
}
