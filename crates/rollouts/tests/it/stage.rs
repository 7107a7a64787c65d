//! A stage: an embedded cluster with the definitions, the controller, all on one paused clock.

use clock::Clock;
use cluster::{Change, ClusterClient, Clusters, ListQuery, Part, PatchKind, Propagation, Target, Write};
use controller::{Environment, KubeEvents, Leadership, Metrics, Reporter, Shutdown, Views};
use object::{Gvk, Object};
use rollouts::{LoadBalancers, Options, Rollouts, Settings, start_cache};
use serde_json::{Value, json};
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

/// The namespace of every case.
pub const NAMESPACE: &str = "shop";

/// Everything a case needs.
pub struct Stage {
    pub client: ClusterClient,
    pub clock: Clock,
    pub views: Views,
    /// Held with the controller and the cluster.
    cluster: embedded::Cluster,
    settings: Settings,
    balancers: Option<Arc<dyn LoadBalancers>>,
    /// Held so that the controller is not asked to end.
    running: Mutex<Option<(Shutdown, JoinHandle<()>)>>,
}

impl Stage {
    /// Sets the stage and starts the controller.
    pub async fn start() -> Self {
        Stage::start_with(Settings::default()).await
    }

    pub async fn start_with(settings: Settings) -> Self {
        Stage::start_asking(settings, None).await
    }

    /// Sets the stage for a controller that asks load balancers.
    pub async fn start_asking(settings: Settings, balancers: Option<Arc<dyn LoadBalancers>>) -> Self {
        let clock = Clock::simulated("2026-01-01T00:00:00Z".parse().expect("a time"), 7);
        let cluster = embedded::Cluster::builder()
            .clock(clock.clone())
            .pod_delay(Duration::from_secs(1))
            .start()
            .await
            .expect("a cluster");
        let client = ClusterClient::from_service(cluster.service(), &clock);
        prepare(&client).await;
        let views = Views::default();
        let running = Mutex::new(Some(control(&cluster, &clock, &settings, balancers.clone(), &views)));
        Stage { client, clock, views, cluster, settings, balancers, running }
    }

    /// Ends the controller and starts another one, which knows nothing of the first.
    pub async fn restart(&self) {
        let running = self.running.lock().expect("nobody panics here").take();
        let (shutdown, ended) = running.expect("one restart at a time");
        shutdown.begin();
        ended.await.expect("the controller ends well");
        let next = control(&self.cluster, &self.clock, &self.settings, self.balancers.clone(), &self.views);
        *self.running.lock().expect("nobody panics here") = Some(next);
    }

    /// What goes wrong between clients and the API server from now on.
    pub fn fail(&self, faults: Option<Arc<dyn embedded::Faults>>) {
        self.cluster.set_faults(faults);
    }

    /// Makes any object.
    pub async fn create(&self, value: Value) -> Object {
        create(&self.client, value).await
    }

    /// Makes all objects of some YAML.
    pub async fn apply(&self, text: &str) {
        for value in documents(text) {
            self.create(value).await;
        }
    }

    /// Reads any object of the namespace.
    pub async fn get(&self, api_version: &str, kind: &str, name: &str) -> Option<Value> {
        let gvk = Gvk::from_api_version(api_version, kind);
        let object = self.client.get(&gvk, Some(NAMESPACE), name).await.expect("a readable object");
        object.map(|object| object.value())
    }

    /// Reads a Rollout.
    pub async fn rollout(&self, name: &str) -> Value {
        self.get("argoproj.io/v1alpha1", "Rollout", name).await.unwrap_or(Value::Null)
    }

    /// Changes any object as `kubectl patch --type merge` does.
    pub async fn patch(&self, api_version: &str, kind: &str, name: &str, part: Part, body: Value) {
        let target = Target::new(Gvk::from_api_version(api_version, kind), Some(NAMESPACE), name);
        let change = Change::Patch { kind: PatchKind::Merge, body, part };
        self.client.write(&Write::new(target, change)).await.expect("a patch");
    }

    /// Changes a Rollout's spec.
    pub async fn patch_spec(&self, name: &str, spec: Value) {
        self.patch("argoproj.io/v1alpha1", "Rollout", name, Part::Whole, json!({ "spec": spec })).await;
    }

    /// Changes a Rollout's status, as the commands do.
    pub async fn patch_status(&self, name: &str, status: Value) {
        self.patch("argoproj.io/v1alpha1", "Rollout", name, Part::Status, json!({ "status": status })).await;
    }

    /// Gives a Rollout of one container another image.
    pub async fn set_image(&self, name: &str, image: &str) {
        let mut template = self.rollout(name).await["spec"]["template"].clone();
        template["spec"]["containers"][0]["image"] = json!(image);
        self.patch_spec(name, json!({ "template": template })).await;
    }

    /// Goes on after a pause, as `promote` does.
    pub async fn promote(&self, name: &str) {
        self.patch_status(name, json!({"pauseConditions": null})).await;
    }

    /// Deletes any object.
    pub async fn delete(&self, api_version: &str, kind: &str, name: &str) {
        let target = Target::new(Gvk::from_api_version(api_version, kind), Some(NAMESPACE), name);
        self.client.write(&Write::new(target, Change::Delete(Propagation::Background))).await.expect("a deletion");
    }

    /// All objects of a kind in the namespace.
    pub async fn list(&self, api_version: &str, kind: &str) -> Vec<Value> {
        let gvk = Gvk::from_api_version(api_version, kind);
        let objects = self.client.list(&gvk, &ListQuery::in_namespace(NAMESPACE)).await.expect("a list");
        objects.iter().map(Object::value).collect()
    }

    /// The reasons of a Rollout's events, in the order in which they were first told.
    pub async fn events(&self, name: &str) -> Vec<String> {
        let mut events = self.list("v1", "Event").await;
        events.retain(|event| text(event, "/involvedObject/name") == name);
        let number = |event: &Value| text(event, "/metadata/resourceVersion").parse::<u64>().unwrap_or_default();
        events.sort_by_key(number);
        events.iter().map(|event| format!("{}: {}", text(event, "/reason"), text(event, "/message"))).collect()
    }

    /// Waits until a Rollout looks as wanted, and says how long that took.
    pub async fn until(&self, name: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Duration {
        let began = Instant::now();
        let waited = timeout(Duration::from_secs(300), async {
            while !holds(&self.rollout(name).await) {
                sleep(Duration::from_millis(200)).await;
            }
        });
        if waited.await.is_err() {
            let view = self.views.get(rollouts::NAME, &format!("{NAMESPACE}/{name}"));
            let mut rollout = self.rollout(name).await;
            rollout["metadata"]["managedFields"] = Value::Null;
            rollout["spec"]["template"] = Value::Null;
            panic!("{name} never was {what}: {rollout:#}\n{view:#?}");
        }
        began.elapsed()
    }

    /// Waits until a Rollout is in a phase, with its last spec seen.
    pub async fn until_phase(&self, name: &str, wanted: &str) -> Duration {
        self.until(name, wanted, |rollout| is_observed(rollout) && phase(rollout) == wanted).await
    }

    /// Waits until a Rollout is in this phase for that reason.
    pub async fn until_told(&self, name: &str, wanted: &str) -> Duration {
        self.until(name, wanted, |rollout| is_observed(rollout) && told(rollout) == wanted).await
    }

    /// Waits until something of the cluster holds.
    pub async fn eventually<F: Future<Output = bool>>(&self, what: &str, holds: impl Fn() -> F) -> Duration {
        let began = Instant::now();
        let waited = timeout(Duration::from_secs(300), async {
            while !holds().await {
                sleep(Duration::from_millis(200)).await;
            }
        });
        assert!(waited.await.is_ok(), "never: {what}");
        began.elapsed()
    }

    /// Lets time pass.
    pub async fn wait(&self, seconds: u64) {
        sleep(Duration::from_secs(seconds)).await;
    }

    /// A Rollout in one line: phase, step, counts, and its ReplicaSets by image.
    pub async fn line(&self, name: &str) -> String {
        let rollout = self.rollout(name).await;
        let mut sets = self.list("apps/v1", "ReplicaSet").await;
        sets.retain(|set| set["metadata"]["ownerReferences"][0]["uid"] == rollout["metadata"]["uid"]);
        let revision = |set: &Value| revision(set);
        sets.sort_by_key(revision);
        let one = |set: &Value| {
            let is_stable =
                text(set, "/metadata/labels/rollouts-pod-template-hash") == text(&rollout, "/status/stableRS");
            let delay = set.pointer("/metadata/annotations/scale-down-deadline").map_or("", |_| " delay");
            format!(
                "{}{}:{}/{}{delay}",
                text(set, "/spec/template/spec/containers/0/image"),
                if is_stable { "*" } else { "" },
                number(set, "/status/availableReplicas"),
                number(set, "/spec/replicas"),
            )
        };
        let step =
            rollout.pointer("/status/currentStepIndex").map(|step| format!(" | step {step}")).unwrap_or_default();
        let weight = rollout.pointer("/status/canary/weights/canary/weight");
        let weight = weight.map(|weight| format!(" | weight {weight}")).unwrap_or_default();
        format!(
            "{}{step}{weight} | current {} updated {} available {} | {}",
            told(&rollout),
            number(&rollout, "/status/replicas"),
            number(&rollout, "/status/updatedReplicas"),
            number(&rollout, "/status/availableReplicas"),
            sets.iter().map(one).collect::<Vec<_>>().join(" ")
        )
    }
}

/// Starts the controller on a cluster.
fn control(
    cluster: &embedded::Cluster,
    clock: &Clock,
    settings: &Settings,
    balancers: Option<Arc<dyn LoadBalancers>>,
    views: &Views,
) -> (Shutdown, JoinHandle<()>) {
    let (metrics, shutdown) = (Metrics::default(), Shutdown::new());
    let own = ClusterClient::from_service(cluster.service(), clock);
    let clusters = Clusters::home(own.clone(), Some(start_cache(own, settings)));
    let reporter = Reporter { component: "rollouts-controller".into(), instance: "one".into() };
    let events = KubeEvents::start(clusters.clone(), clock.clone(), reporter, metrics.clone());
    let environment = Environment {
        clock: clock.clone(),
        events: Arc::new(events),
        clusters,
        leadership: Leadership::always(),
        metrics,
        views: views.clone(),
    };
    let options = Options { settings: settings.clone(), balancers, ..Options::new(environment) };
    let controller = Rollouts::new(options, shutdown.clone()).expect("a cache is there");
    let running = tokio::spawn(controller.run());
    (shutdown, running)
}

/// The definitions and the namespace.
pub async fn prepare(client: &ClusterClient) {
    let is_needed =
        |definition: &&Value| text(definition, "/metadata/labels/app.kubernetes.io~1part-of") == "argo-rollouts";
    for definition in api::crds().iter().filter(is_needed) {
        create(client, definition.clone()).await;
    }
    create(client, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})).await;
    timeout(Duration::from_secs(60), async {
        loop {
            let served = client.refresh_served().await.expect("kinds");
            let gvk = Gvk::from_api_version("argoproj.io/v1alpha1", "Rollout");
            if served.resource(&gvk).known().is_some() {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
    })
    .await
    .expect("the definitions are served");
}

pub async fn create(client: &ClusterClient, mut value: Value) -> Object {
    let is_of_cluster = ["Namespace", "CustomResourceDefinition", "ClusterAnalysisTemplate"];
    if !is_of_cluster.contains(&text(&value, "/kind")) {
        value["metadata"]["namespace"] = json!(NAMESPACE);
    }
    let object = Object::from_value(&value).expect("an object");
    let written = client.write(&Write::new(Target::of(&object), Change::Create(object))).await.expect("made");
    written.object.expect("the server gives what it made")
}

/// The documents of some YAML.
pub fn documents(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for document in text.split("\n---\n") {
        let mut budget = budget::Budget::default();
        let value = yaml::parse_one(document.as_bytes(), yaml::Dialect::V2, &mut budget).expect("YAML");
        found.extend(Some(value).filter(Value::is_object));
    }
    found
}

pub fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

pub fn number(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
}

pub fn revision(value: &Value) -> i64 {
    text(value, "/metadata/annotations/rollout.argoproj.io~1revision").parse().unwrap_or_default()
}

pub fn phase(rollout: &Value) -> &str {
    text(rollout, "/status/phase")
}

/// Phase and message.
pub fn told(rollout: &Value) -> String {
    match text(rollout, "/status/message") {
        "" => phase(rollout).to_owned(),
        message => format!("{} - {message}", phase(rollout)),
    }
}

/// Whether the controller has looked at the last spec, and at what was asked in the status.
pub fn is_observed(rollout: &Value) -> bool {
    let generation = number(rollout, "/metadata/generation").to_string();
    let resumed = rollout.pointer("/status/controllerPause") == Some(&json!(true))
        && rollout.pointer("/status/pauseConditions").is_none_or(Value::is_null);
    text(rollout, "/status/observedGeneration") == generation && !resumed
}

/// A Rollout with this strategy and so many pods.
pub fn rollout(name: &str, replicas: i64, strategy: Value) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "revisionHistoryLimit": 2,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "web", "image": "web:blue"}]},
            },
            "strategy": strategy,
        },
    })
}

/// A Service for the pods of a Rollout.
pub fn service(name: &str, app: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"ports": [{"port": 80, "targetPort": 8080}], "selector": {"app": app}},
    })
}
