//! A cluster in memory, the controllers on it and a kube-rs client, all on one paused clock.

use clock::{Clock, Offload};
use cluster::{ClusterClient, Clusters};
use controller::{Environment, KubeEvents, Leadership, Metrics, Reporter, Shutdown, Views};
use futures::StreamExt;
use git::GitSource;
use kube::api::{Api, DeleteParams, DynamicObject, Patch, PatchParams, PostParams, WatchEvent, WatchParams};
use kube::core::{ApiResource, GroupVersionKind};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The repository of most cases.
pub const URL: &str = "file:///srv/git/shop.git";

/// How long something that must come is waited for, in the paused clock's time, and how often it is looked for.
const PATIENCE: Duration = Duration::from_secs(600);
const PAUSE: Duration = Duration::from_millis(50);

/// The first example's application, on the repository `url`.
pub fn first_app(url: &str) -> Value {
    let text = include_str!("../../../../examples/first-app/application.yaml").replace("REPOSITORY", url);
    yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, &mut budget::Budget::default()).expect("the example parses")
}

/// An application of the directory `path` that does everything by itself, in a namespace of its own.
pub fn application(name: &str, path: &str) -> Value {
    let mut app = first_app(URL);
    app["metadata"]["name"] = json!(name);
    app["spec"]["source"]["path"] = json!(path);
    app["spec"]["destination"]["namespace"] = json!(name);
    app
}

/// A ConfigMap as a manifest.
pub fn config_map(name: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  value: \"{value}\"\n")
}

/// Where an object is: API version, kind, namespace (empty for none), name.
pub type At<'a> = [&'a str; 4];

/// Where an application is.
pub fn app_at(name: &str) -> At<'_> {
    ["argoproj.io/v1alpha1", "Application", "argocd", name]
}

pub struct Stage {
    cluster: embedded::Cluster,
    clock: Clock,
    pub client: kube::Client,
    /// Held so that the controllers are not asked to end.
    _shutdown: Shutdown,
}

impl Stage {
    /// Starts everything, with repositories read by `git`.
    pub async fn start(git: impl GitSource + 'static) -> Self {
        Stage::with(git, api::crds(), None).await
    }

    /// Starts everything, with these CustomResourceDefinitions and faults.
    pub async fn with(
        git: impl GitSource + 'static,
        definitions: Vec<Value>,
        faults: Option<Arc<dyn embedded::Faults>>,
    ) -> Self {
        let clock = Clock::simulated("2026-01-01T00:00:00Z".parse().expect("a time"), 7);
        let cluster = embedded::Cluster::builder().clock(clock.clone()).start().await.expect("a cluster");
        cluster.set_faults(faults);
        let client = kube::Client::new(cluster.service(), "default");
        let stage = Stage { cluster, clock: clock.clone(), client, _shutdown: Shutdown::new() };
        for definition in definitions {
            stage.create(definition).await;
        }
        stage.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}})).await;
        stage.run(&clock, Arc::new(git));
        stage
    }

    fn run(&self, clock: &Clock, git: Arc<dyn GitSource>) {
        let client = ClusterClient::from_service(self.cluster.service(), clock);
        let cache = applications::start_cache(client.clone(), &applications::Settings::default());
        let clusters = Clusters::home(client, Some(cache));
        let metrics = Metrics::default();
        let reporter = Reporter { component: "argocd-application-controller".into(), instance: "one".into() };
        let events = KubeEvents::start(clusters.clone(), clock.clone(), reporter, metrics.clone());
        let environment = Environment {
            clock: clock.clone(),
            clusters,
            leadership: Leadership::always(),
            events: Arc::new(events),
            metrics,
            views: Views::default(),
        };
        let options = applications::Options::new(environment, git, Offload::Inline);
        let controller = applications::Applications::new(options, self._shutdown.clone()).expect("a cache is there");
        tokio::spawn(controller.run());
    }

    /// Starts the controller of Rollouts too.
    pub fn run_rollouts(&self) {
        let settings = rollouts::Settings::default();
        let client = ClusterClient::from_service(self.cluster.service(), &self.clock);
        let clusters = Clusters::home(client.clone(), Some(rollouts::start_cache(client, &settings)));
        let environment = Environment {
            clock: self.clock.clone(),
            clusters,
            leadership: Leadership::always(),
            events: Arc::new(controller::Silent),
            metrics: Metrics::default(),
            views: Views::default(),
        };
        let options = rollouts::Options { settings, ..rollouts::Options::new(environment) };
        let controller = rollouts::Rollouts::new(options, self._shutdown.clone()).expect("a cache is there");
        tokio::spawn(controller.run());
    }

    /// An environment of a controller's own: its cache, and events under its name.
    fn environment(&self, component: &str) -> Environment {
        let client = ClusterClient::from_service(self.cluster.service(), &self.clock);
        let cache = applications::start_cache(client.clone(), &applications::Settings::default());
        let clusters = Clusters::home(client, Some(cache));
        let reporter = Reporter { component: component.into(), instance: "one".into() };
        let metrics = Metrics::default();
        let events = KubeEvents::start(clusters.clone(), self.clock.clone(), reporter, metrics.clone());
        Environment {
            clock: self.clock.clone(),
            clusters,
            leadership: Leadership::always(),
            events: Arc::new(events),
            metrics,
            views: Views::default(),
        }
    }

    /// What updates images, and pushes with `git`.
    pub fn updater(&self, git: &git::Repositories) -> Updates {
        let environment = self.environment(imageupdates::NAME);
        let options = imageupdates::Options {
            client: ClusterClient::from_service(self.cluster.service(), &self.clock),
            namespace: "argocd".to_owned(),
            clock: self.clock.clone(),
            git: git.clone(),
            registry: registry::Client::new(registry::Options::default(), &self.clock),
            programs: None,
            reach: web::Reach::Anywhere,
            events: environment.events.clone(),
        };
        Updates { updater: imageupdates::Updater::new(options), environment, running: None }
    }

    /// Starts the controller of notifications of Applications too.
    pub fn run_notifications(&self) {
        let client = ClusterClient::from_service(self.cluster.service(), &self.clock);
        let options = notifiers::Options::of_process(notifiers::Network::Anywhere);
        let options = notify::Options {
            product: notifications::Product::Applications,
            environment: self.environment("argocd-notifications-controller"),
            settings: notify::start_settings_cache(client.clone(), &["argocd"]),
            namespace: "argocd".to_owned(),
            self_service: notify::SelfService::Off,
            sender: Arc::new(Arc::new(notifiers::Notifiers::new(client, options))),
            lookups: Arc::new(notify::NoLookups),
            inbox: notify::Inbox::default(),
            metrics: notify::Metrics::default(),
        };
        let controller = notify::Notify::new(options, self._shutdown.clone()).expect("a cache is there");
        tokio::spawn(controller.run());
    }

    /// Changes the status of an object.
    pub async fn patch_status(&self, [api_version, kind, namespace, name]: At<'_>, body: Value) {
        let parameters = PatchParams::default();
        let kind = self.kind(api_version, kind, namespace);
        kind.patch_status(name, &parameters, &Patch::Merge(body)).await.expect("changed");
    }

    /// The objects of a kind, in a namespace unless that is empty.
    pub fn kind(&self, api_version: &str, kind: &str, namespace: &str) -> Api<DynamicObject> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        match namespace {
            "" => Api::all_with(self.client.clone(), &resource),
            namespace => Api::namespaced_with(self.client.clone(), namespace, &resource),
        }
    }

    /// Makes an object; it must be accepted.
    pub async fn create(&self, value: Value) -> Value {
        self.try_create(value).await.unwrap_or_else(|error| panic!("not made: {error}"))
    }

    /// Makes an object, once its kind is served.
    pub async fn try_create(&self, value: Value) -> Result<Value, kube::Error> {
        let field = |pointer| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let kind = self.kind(field("/apiVersion"), field("/kind"), field("/metadata/namespace"));
        let object: DynamicObject = serde_json::from_value(value).expect("an object");
        let made = timeout(PATIENCE, async {
            loop {
                match kind.create(&PostParams::default(), &object).await {
                    // A new definition takes a moment until it is served.
                    Err(kube::Error::Api(status)) if status.code == 404 => sleep(PAUSE).await,
                    answer => return answer,
                }
            }
        });
        made.await.expect("its kind is served").map(|object| serde_json::to_value(object).expect("a value"))
    }

    /// Reads an object; null when there is none.
    pub async fn get(&self, at: At<'_>) -> Value {
        self.try_get(at).await.expect("an answer")
    }

    async fn try_get(&self, [api_version, kind, namespace, name]: At<'_>) -> Result<Value, kube::Error> {
        let found = self.kind(api_version, kind, namespace).get_opt(name).await?;
        Ok(found.map_or(Value::Null, |object| serde_json::to_value(object).expect("a value")))
    }

    pub async fn patch(&self, [api_version, kind, namespace, name]: At<'_>, patch: Value) {
        let kind = self.kind(api_version, kind, namespace);
        kind.patch(name, &PatchParams::default(), &Patch::Merge(patch)).await.expect("patched");
    }

    pub async fn delete(&self, [api_version, kind, namespace, name]: At<'_>) {
        self.kind(api_version, kind, namespace).delete(name, &DeleteParams::default()).await.expect("deleted");
    }

    /// Waits until an object looks as wanted; one that is absent is null.
    pub async fn until(&self, at: At<'_>, wanted: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let looked = timeout(PATIENCE, async {
            loop {
                // An answer that fails is no answer: faults are part of some cases.
                last = self.try_get(at).await.unwrap_or_default();
                if holds(&last) {
                    return;
                }
                sleep(PAUSE).await;
            }
        });
        if looked.await.is_err() {
            panic!("{at:?} never was {wanted}: {:#}", json!({"spec": last["spec"], "status": last["status"]}));
        }
        last
    }

    /// Waits until an application is synced and healthy.
    pub async fn until_well(&self, name: &str) -> Value {
        self.until(app_at(name), "Synced and Healthy", |app| sync(app) == "Synced" && health(app) == "Healthy").await
    }

    /// Waits until a condition of an application says this, and gives all of them.
    pub async fn until_told(&self, name: &str, part: &str) -> Vec<String> {
        let told = |app: &Value| conditions(app).iter().any(|condition| condition.contains(part));
        conditions(&self.until(app_at(name), &format!("told {part:?}"), told).await)
    }

    /// Every sync status an application has from now on, each once in a row, the present one first.
    pub async fn sync_statuses(&self, name: &str) -> Arc<Mutex<Vec<String>>> {
        let [api_version, kind, namespace, _] = app_at(name);
        let applications = self.kind(api_version, kind, namespace);
        let now = self.get(app_at(name)).await;
        let seen = Arc::new(Mutex::new(vec![sync(&now).to_owned()]));
        let (noted, version) = (Arc::clone(&seen), text(&now, "/metadata/resourceVersion").to_owned());
        let only = WatchParams::default().fields(&format!("metadata.name={name}"));
        tokio::spawn(async move {
            let mut events = applications.watch(&only, &version).await.expect("a watch").boxed();
            while let Some(Ok(event)) = events.next().await {
                let WatchEvent::Modified(object) = event else { continue };
                let status = sync(&json!({"status": object.data["status"]})).to_owned();
                let mut noted = noted.lock().expect("no panic");
                if noted.last() != Some(&status) {
                    noted.push(status);
                }
            }
        });
        seen
    }
}

/// The controller of image updates, which may be stopped and started again.
pub struct Updates {
    pub updater: imageupdates::Updater,
    environment: Environment,
    running: Option<(Shutdown, JoinHandle<()>)>,
}

impl Updates {
    pub fn start(&mut self) {
        let shutdown = Shutdown::new();
        let (updater, environment) = (self.updater.clone(), self.environment.clone());
        let controller = imageupdates::ImageUpdates::new(updater, environment, shutdown.clone());
        let running = tokio::spawn(controller.expect("a cache is there").run());
        self.running = Some((shutdown, running));
    }

    /// Ends it, once it has finished what it is at.
    pub async fn stop(&mut self) {
        if let Some((shutdown, running)) = self.running.take() {
            shutdown.begin();
            running.await.expect("it ends well");
        }
    }
}

/// The text at a pointer; empty where there is none.
pub fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

pub fn sync(app: &Value) -> &str {
    text(app, "/status/sync/status")
}

pub fn health(app: &Value) -> &str {
    text(app, "/status/health/status")
}

/// Each condition as `type: message`.
pub fn conditions(app: &Value) -> Vec<String> {
    let all = app.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten();
    all.map(|condition| format!("{}: {}", text(condition, "/type"), text(condition, "/message"))).collect()
}
