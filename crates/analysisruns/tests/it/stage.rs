//! A stage: an embedded cluster with the definitions, the controllers of Rollouts and of AnalysisRuns, all on one paused
//! clock.

use crate::script::{Script, Told};
use analysisruns::experiments::Experiments;
use analysisruns::{AnalysisRuns, Options, Source};
use clock::Clock;
use cluster::{Change, ClusterClient, Clusters, ListQuery, Part, PatchKind, Propagation, Target, Write};
use controller::{Environment, KubeEvents, Leadership, Metrics, Reporter, Shutdown, Views};
use object::{Gvk, Object};
use rollouts::{Rollouts, Settings, start_cache};
use serde_json::{Value, json};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The namespace of every case.
pub const NAMESPACE: &str = "shop";
/// The group and version of all that is Rollouts'.
pub const ARGO: &str = "argoproj.io/v1alpha1";

/// Everything a case needs.
pub struct Stage {
    pub client: ClusterClient,
    pub clock: Clock,
    pub views: Views,
    pub script: Arc<Script>,
    cluster: embedded::Cluster,
    running: Option<(Shutdown, Vec<JoinHandle<()>>)>,
}

impl Stage {
    /// Sets the stage and starts the controllers, with a source that says what the test's script says.
    pub async fn start() -> Self {
        let mut stage = Stage::set().await;
        stage.control(Arc::new(Told(Arc::clone(&stage.script)))).await;
        stage
    }

    /// Sets the stage without controllers.
    pub async fn set() -> Self {
        let clock = Clock::simulated("2026-01-01T00:00:00Z".parse().expect("a time"), 7);
        let cluster = embedded::Cluster::builder()
            .clock(clock.clone())
            .pod_delay(Duration::from_secs(1))
            .start()
            .await
            .expect("a cluster");
        let client = ClusterClient::from_service(cluster.service(), &clock);
        prepare(&client).await;
        let script = Script::new(&clock);
        Stage { client, clock, views: Views::default(), script, cluster, running: None }
    }

    /// Starts the controllers; those that ran end first.
    pub async fn control(&mut self, source: Arc<dyn Source>) {
        self.stop().await;
        let own = ClusterClient::from_service(self.cluster.service(), &self.clock);
        let settings = Settings::default();
        let clusters = Clusters::home(own.clone(), Some(start_cache(own, &settings)));
        let reporter = Reporter { component: "rollouts-controller".into(), instance: "one".into() };
        let (metrics, shutdown) = (Metrics::default(), Shutdown::new());
        let environment = Environment {
            clock: self.clock.clone(),
            events: Arc::new(KubeEvents::start(clusters.clone(), self.clock.clone(), reporter, metrics.clone())),
            clusters,
            leadership: Leadership::always(),
            metrics,
            views: self.views.clone(),
        };
        let runs = Options { environment: environment.clone(), settings: settings.clone(), source };
        let runs = AnalysisRuns::new(runs, shutdown.clone()).expect("a cache is there");
        let experiments = Experiments::new(environment.clone(), settings.clone(), shutdown.clone());
        let experiments = experiments.expect("a cache is there");
        let options = rollouts::Options { settings, ..rollouts::Options::new(environment) };
        let rollouts = Rollouts::new(options, shutdown.clone()).expect("a cache is there");
        self.running = Some((
            shutdown,
            vec![tokio::spawn(runs.run()), tokio::spawn(experiments.run()), tokio::spawn(rollouts.run())],
        ));
    }

    /// Ends the controllers.
    pub async fn stop(&mut self) {
        if let Some((shutdown, tasks)) = self.running.take() {
            shutdown.begin();
            for task in tasks {
                task.await.expect("no panic");
            }
        }
    }

    /// Makes any object.
    pub async fn create(&self, value: Value) -> Object {
        create(&self.client, value).await
    }

    /// Makes an AnalysisRun.
    pub async fn run(&self, name: &str, spec: Value) {
        let value = json!({"apiVersion": ARGO, "kind": "AnalysisRun", "metadata": {"name": name}, "spec": spec});
        self.create(value).await;
    }

    /// Reads any object of the namespace.
    pub async fn get(&self, api_version: &str, kind: &str, name: &str) -> Option<Value> {
        let gvk = Gvk::from_api_version(api_version, kind);
        let object = self.client.get(&gvk, Some(NAMESPACE), name).await.expect("a readable object");
        object.map(|object| object.value())
    }

    /// The status of an AnalysisRun.
    pub async fn status(&self, name: &str) -> Value {
        self.get(ARGO, "AnalysisRun", name).await.map(|run| run["status"].clone()).unwrap_or_default()
    }

    /// Phase and message of an object of Rollouts.
    pub async fn told(&self, kind: &str, name: &str) -> String {
        let status = self.get(ARGO, kind, name).await.map(|it| it["status"].clone()).unwrap_or_default();
        match text(&status, "/message") {
            "" => text(&status, "/phase").to_owned(),
            message => format!("{} - {message}", text(&status, "/phase")),
        }
    }

    /// Waits until an object of Rollouts is in this phase for that reason.
    pub async fn until(&self, kind: &str, name: &str, wanted: &str) {
        let waited = timeout(Duration::from_secs(3600), async {
            while self.told(kind, name).await != wanted {
                sleep(Duration::from_millis(200)).await;
            }
        });
        if waited.await.is_err() {
            let status = self.get(ARGO, kind, name).await.map(|it| it["status"].clone());
            let view = self.views.get(analysisruns::NAME, &format!("{NAMESPACE}/{name}"));
            panic!("{kind} {name} never was {wanted:?}: {status:#?}\n{view:#?}\n{:#?}", self.script.asked());
        }
    }

    /// Waits until something of the cluster holds.
    pub async fn eventually<F: Future<Output = bool>>(&self, what: &str, holds: impl Fn() -> F) {
        let waited = timeout(Duration::from_secs(3600), async {
            while !holds().await {
                sleep(Duration::from_millis(200)).await;
            }
        });
        assert!(waited.await.is_ok(), "never: {what}");
    }

    /// Changes any object as `kubectl patch --type merge` does.
    pub async fn patch(&self, kind: &str, name: &str, part: Part, body: Value) {
        let target = Target::new(Gvk::from_api_version(ARGO, kind), Some(NAMESPACE), name);
        let change = Change::Patch { kind: PatchKind::Merge, body, part };
        self.client.write(&Write::new(target, change)).await.expect("a patch");
    }

    /// Deletes any object.
    pub async fn delete(&self, kind: &str, name: &str) {
        let target = Target::new(Gvk::from_api_version(ARGO, kind), Some(NAMESPACE), name);
        self.client.write(&Write::new(target, Change::Delete(Propagation::Background))).await.expect("a deletion");
    }

    /// All objects of a kind in the namespace.
    pub async fn list(&self, api_version: &str, kind: &str) -> Vec<Value> {
        let gvk = Gvk::from_api_version(api_version, kind);
        let objects = self.client.list(&gvk, &ListQuery::in_namespace(NAMESPACE)).await.expect("a list");
        objects.iter().map(Object::value).collect()
    }

    /// What was told of an object.
    pub async fn events(&self, name: &str) -> Vec<String> {
        let mut events = self.list("v1", "Event").await;
        events.retain(|event| text(event, "/involvedObject/name") == name);
        events.sort_by_key(|event| text(event, "/metadata/resourceVersion").parse::<u64>().unwrap_or_default());
        events.iter().map(|event| format!("{}: {}", text(event, "/reason"), text(event, "/message"))).collect()
    }
}

async fn prepare(client: &ClusterClient) {
    let is_needed =
        |definition: &&Value| text(definition, "/metadata/labels/app.kubernetes.io~1part-of") == "argo-rollouts";
    for definition in api::crds().iter().filter(is_needed) {
        create(client, definition.clone()).await;
    }
    create(client, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})).await;
    timeout(Duration::from_secs(60), async {
        let wanted = ["Rollout", "AnalysisRun", "AnalysisTemplate", "ClusterAnalysisTemplate", "Experiment"];
        loop {
            let served = client.refresh_served().await.expect("kinds");
            if wanted.iter().all(|kind| served.resource(&Gvk::from_api_version(ARGO, kind)).known().is_some()) {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
    })
    .await
    .expect("the definitions are served");
}

async fn create(client: &ClusterClient, mut value: Value) -> Object {
    let is_of_cluster = ["Namespace", "CustomResourceDefinition", "ClusterAnalysisTemplate"];
    if !is_of_cluster.contains(&text(&value, "/kind")) {
        value["metadata"]["namespace"] = json!(NAMESPACE);
    }
    let object = Object::from_value(&value).expect("an object");
    let written = client.write(&Write::new(Target::of(&object), Change::Create(object))).await.expect("made");
    written.object.expect("the server gives what it made")
}

pub fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A metric that the script is asked about.
pub fn metric(name: &str, more: Value) -> Value {
    let mut metric =
        json!({"name": name, "successCondition": "result >= 0.9", "provider": {"web": {"url": "http://x"}}});
    for (key, value) in more.as_object().expect("an object") {
        metric[key] = value.clone();
    }
    metric
}
