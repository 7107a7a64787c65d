//! An embedded cluster with the definitions, configuration, and the controller of notifications.

use crate::post::start;
use clock::Clock;
use cluster::{
    Cache, Change, ClusterClient, Clusters, Followed, GroupKind, Instance, Keep, ListQuery, Ownership, Part, PatchKind,
    Selection, Target, Write,
};
use controller::{Environment, KubeEvents, Leadership, Metrics as Counts, Reporter, Shutdown, Views};
use notifications::Product;
use notify::{Inbox, Metrics, NoLookups, Notify, Options, SelfService, Sender, start_settings_cache};
use object::{Gvk, Meta, Object};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

pub const ARGO: &str = "argoproj.io/v1alpha1";

pub struct Stage {
    pub client: ClusterClient,
    pub clock: Clock,
    pub metrics: Metrics,
    pub inbox: Inbox,
    pub self_service: SelfService,
    cluster: embedded::Cluster,
    running: Option<(Shutdown, JoinHandle<()>)>,
}

struct KeepAll;

impl Ownership for KeepAll {
    fn instance_of(&self, _: &Meta) -> Option<Instance> {
        None
    }

    fn keep(&self, _: &Meta) -> Keep {
        Keep::WithoutManagedFields
    }
}

impl Stage {
    pub async fn set(clock: Clock) -> Self {
        let cluster = embedded::Cluster::builder().clock(clock.clone()).start().await.expect("a cluster");
        let client = ClusterClient::from_service(cluster.service(), &clock);
        let (metrics, inbox) = (Metrics::default(), Inbox::new(&clock));
        let stage = Stage { client, clock, metrics, inbox, self_service: SelfService::Off, cluster, running: None };
        for definition in api::crds() {
            stage.create(definition).await;
        }
        for name in ["argocd", "argo-rollouts", "shop"] {
            stage.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})).await;
        }
        stage.served("Application").await;
        stage.served("Rollout").await;
        stage
    }

    /// On a clock that does not run by itself.
    pub async fn simulated() -> Self {
        Stage::set(Clock::simulated(start(), 7)).await
    }

    async fn served(&self, kind: &str) {
        let gvk = Gvk::from_api_version(ARGO, kind);
        let waiting = async {
            while self.client.refresh_served().await.expect("kinds").resource(&gvk).known().is_none() {
                sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(Duration::from_secs(120), waiting).await.expect("served");
    }

    pub fn environment(&self, cache: Cache) -> Environment {
        let clusters = Clusters::home(ClusterClient::from_service(self.cluster.service(), &self.clock), Some(cache));
        let reporter = Reporter { component: "notifications".into(), instance: "one".into() };
        let metrics = Counts::default();
        let events = KubeEvents::start(clusters.clone(), self.clock.clone(), reporter, metrics.clone());
        let (leadership, views) = (Leadership::always(), Views::default());
        Environment { clock: self.clock.clone(), events: Arc::new(events), clusters, leadership, metrics, views }
    }

    pub fn cache(&self) -> Cache {
        let kinds = ["Application", "AppProject", "Rollout", "AnalysisRun"];
        let only = kinds.map(|kind| Followed { kind: GroupKind::new("argoproj.io", kind), labels: None });
        let selection = Selection { only: only.to_vec(), ..Selection::default() };
        Cache::start(ClusterClient::from_service(self.cluster.service(), &self.clock), selection, Arc::new(KeepAll))
    }

    /// Starts the controller for a product; the one that ran is gone at once, as after a kill.
    pub fn control(&mut self, product: Product, sender: Arc<dyn Sender>) {
        self.kill();
        let environment = self.environment(self.cache());
        let namespace = if product == Product::Applications { "argocd" } else { "argo-rollouts" };
        let own = ClusterClient::from_service(self.cluster.service(), &self.clock);
        let namespaces = if self.self_service == SelfService::On { vec![] } else { vec![namespace] };
        let options = Options {
            product,
            environment,
            settings: start_settings_cache(own, &namespaces),
            namespace: namespace.to_owned(),
            self_service: self.self_service,
            sender,
            lookups: Arc::new(NoLookups),
            inbox: self.inbox.clone(),
            metrics: self.metrics.clone(),
        };
        let shutdown = Shutdown::new();
        let controller = Notify::new(options, shutdown.clone()).expect("a cache is there");
        self.running = Some((shutdown, tokio::spawn(controller.run())));
    }

    /// Ends the controller in the middle of whatever it does.
    pub fn kill(&mut self) {
        if let Some((_, task)) = self.running.take() {
            task.abort();
        }
        self.inbox = Inbox::new(&self.clock);
    }

    pub async fn create(&self, value: Value) {
        let object = Object::from_value(&value).expect("an object");
        self.client.write(&Write::new(Target::of(&object), Change::Create(object))).await.expect("made");
    }

    pub async fn patch(&self, kind: &str, namespace: &str, name: &str, part: Part, body: Value) {
        let gvk = if kind == "ConfigMap" { Gvk::new("", "v1", kind) } else { Gvk::from_api_version(ARGO, kind) };
        let change = Change::Patch { kind: PatchKind::Merge, body, part };
        self.client.write(&Write::new(Target::new(gvk, Some(namespace), name), change)).await.expect("patched");
    }

    pub async fn get(&self, kind: &str, namespace: &str, name: &str) -> Value {
        let found = self.client.get(&Gvk::from_api_version(ARGO, kind), Some(namespace), name).await;
        found.expect("readable").map(|object| object.value()).unwrap_or_default()
    }

    /// Configuration of a product.
    pub async fn configure(&self, product: Product, data: Value, secret: Value) {
        let namespace = if product == Product::Applications { "argocd" } else { "argo-rollouts" };
        self.configure_in(namespace, product, data, secret).await;
    }

    pub async fn configure_in(&self, namespace: &str, product: Product, data: Value, secret: Value) {
        let metadata = |name: &str| json!({"name": name, "namespace": namespace});
        let map = product.config_map();
        self.create(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(map), "data": data})).await;
        let name = product.secret();
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata(name), "stringData": secret});
        self.create(secret).await;
    }

    pub async fn application(&self, name: &str, annotations: Value, health: &str) {
        self.create(json!({
            "apiVersion": ARGO, "kind": "Application",
            "metadata": {"name": name, "namespace": "argocd", "annotations": annotations},
            "spec": {"project": "default", "destination": {"server": "x", "namespace": "y"}, "source": {"repoURL": "https://git.example/a", "path": "."}},
            "status": {"health": {"status": health}, "sync": {"status": "Synced"}},
        }))
        .await;
    }

    pub async fn health(&self, name: &str, health: &str) {
        self.patch("Application", "argocd", name, Part::Whole, json!({"status": {"health": {"status": health}}})).await;
    }

    /// The annotation by which it is known who was told.
    pub async fn notified(&self, name: &str) -> String {
        let found = self.get("Application", "argocd", name).await;
        found["metadata"]["annotations"]["notified.notifications.argoproj.io"].as_str().unwrap_or_default().to_owned()
    }

    /// What the condition says.
    pub async fn condition(&self, kind: &str, namespace: &str, name: &str) -> String {
        let found = self.get(kind, namespace, name).await;
        let all = found["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let own = all.iter().find(|it| it["type"] == "NotificationWarning");
        own.and_then(|it| it["message"].as_str()).unwrap_or_default().to_owned()
    }

    /// Reason and message of the events about an object.
    pub async fn events(&self, namespace: &str, name: &str) -> Vec<String> {
        let listed = self.client.list(&Gvk::new("", "v1", "Event"), &ListQuery::in_namespace(namespace)).await;
        let events = listed.expect("a list").into_iter().map(|event| event.value());
        let own = events.filter(|event| event["involvedObject"]["name"] == name);
        own.map(|event| {
            format!(
                "{} {}",
                event["reason"].as_str().unwrap_or_default(),
                event["message"].as_str().unwrap_or_default()
            )
        })
        .collect()
    }

    /// Waits until something holds.
    pub async fn until<F: Future<Output = bool>>(&self, what: &str, mut holds: impl FnMut() -> F) {
        let waiting = async {
            while !holds().await {
                sleep(Duration::from_millis(20)).await;
            }
        };
        // An hour of a simulated clock is nothing.
        let limit = if self.clock.is_simulated() { 3600 } else { 300 };
        timeout(Duration::from_secs(limit), waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
    }
}
