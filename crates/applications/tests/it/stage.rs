//! A stage: an embedded cluster with Argo's definitions, repositories in memory, the controller, all on one paused
//! clock.

use applications::destinations::Connect;
use applications::{Applications, Options, Settings, start_cache};
use clock::{Clock, Offload};
use cluster::{
    Access, Change, ClusterClient, ClusterError, Clusters, ConnectError, ListQuery, Part, PatchKind, Propagation,
    Target, Write,
};
use controller::{Environment, KubeEvents, Leadership, Metrics, Reporter, Shutdown, Views};
use futures::future::BoxFuture;
use git::MemoryGit;
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tower::ServiceExt as _;

/// The repository of most cases.
pub const REPOSITORY: &str = "file:///srv/git/shop.git";

/// Clusters in this process, by the address that Secrets give.
#[derive(Clone, Default)]
pub struct Network(Arc<Mutex<BTreeMap<String, Peer>>>);

/// What answers at an address.
#[derive(Clone)]
pub enum Peer {
    /// A cluster.
    Cluster(Arc<embedded::Cluster>),
    /// Nobody: connections hang for ever.
    Silence,
}

impl Network {
    /// Puts something at an address.
    pub fn put(&self, server: &str, peer: Peer) {
        self.0.lock().expect("no panic").insert(server.to_owned(), peer);
    }

    /// Takes away what is at an address: from now on nobody answers there.
    pub fn take(&self, server: &str) -> Option<Peer> {
        self.0.lock().expect("no panic").insert(server.to_owned(), Peer::Silence)
    }
}

impl Connect for Network {
    fn connect<'a>(
        &'a self,
        access: &'a Access,
        clock: &'a Clock,
    ) -> BoxFuture<'a, Result<ClusterClient, ConnectError>> {
        let (network, server) = (self.clone(), access.server.clone());
        let answer = tower::service_fn(move |request: http::Request<_>| {
            let peer = network.0.lock().expect("no panic").get(&server).cloned();
            async move {
                match peer {
                    Some(Peer::Cluster(cluster)) => cluster.service().oneshot(request).await,
                    Some(Peer::Silence) | None => std::future::pending().await,
                }
            }
        });
        let client = ClusterClient::from_service(answer, clock);
        Box::pin(std::future::ready(Ok(client)))
    }
}

/// A cluster of its own on the clock of a stage.
pub async fn another_cluster(clock: &Clock) -> (Arc<embedded::Cluster>, ClusterClient) {
    let cluster = embedded::Cluster::builder().clock(clock.clone()).pod_delay(Duration::from_secs(1)).start().await;
    let cluster = Arc::new(cluster.expect("a cluster"));
    let client = ClusterClient::from_service(cluster.service(), clock);
    (cluster, client)
}

/// Everything a case needs.
pub struct Stage {
    pub cluster: embedded::Cluster,
    pub client: ClusterClient,
    pub git: MemoryGit,
    pub views: Views,
    pub counters: Arc<applications::sources::Counters>,
    pub clock: Clock,
    pub metrics: Metrics,
    pub measured: applications::Measured,
    /// What other clusters are reached by.
    pub network: Network,
    /// Held so that the controller is not asked to end.
    _shutdown: Shutdown,
}

impl Stage {
    /// Sets the stage and starts the controller.
    pub async fn start() -> Self {
        Stage::start_with(Settings::default()).await
    }

    pub async fn start_with(settings: Settings) -> Self {
        Stage::start_all(settings, None).await
    }

    /// A stage that fetches what lies elsewhere.
    pub async fn start_fetching(charts: charts::Charts) -> Self {
        Stage::start_all(Settings::default(), Some(charts)).await
    }

    async fn start_all(settings: Settings, charts: Option<charts::Charts>) -> Self {
        let clock = Clock::simulated("2026-01-01T00:00:00Z".parse().expect("a time"), 7);
        let cluster = embedded::Cluster::builder()
            .clock(clock.clone())
            .pod_delay(Duration::from_secs(1))
            .start()
            .await
            .expect("a cluster");
        let client = ClusterClient::from_service(cluster.service(), &clock);
        prepare(&client).await;
        let git = MemoryGit::new();
        let (views, metrics, shutdown) = (Views::default(), Metrics::default(), Shutdown::new());
        let own = ClusterClient::from_service(cluster.service(), &clock);
        let cache = start_cache(own.clone(), &settings);
        let clusters = Clusters::home(own, Some(cache));
        let reporter = Reporter { component: "argocd-application-controller".into(), instance: "one".into() };
        let events = Arc::new(KubeEvents::start(clusters.clone(), clock.clone(), reporter, metrics.clone()));
        let environment = Environment {
            clock: clock.clone(),
            clusters,
            leadership: Leadership::always(),
            events,
            metrics: metrics.clone(),
            views: views.clone(),
        };
        let network = Network::default();
        let connect = Arc::new(network.clone());
        let options =
            Options { settings, charts, connect, ..Options::new(environment, Arc::new(git.clone()), Offload::Inline) };
        let controller = Applications::new(options, shutdown.clone()).expect("a cache is there");
        let (counters, measured) = (controller.counters(), controller.measured());
        tokio::spawn(controller.run());
        Stage { cluster, client, git, views, counters, clock, metrics, measured, network, _shutdown: shutdown }
    }

    /// Makes any object.
    pub async fn create(&self, value: Value) -> Object {
        create(&self.client, value).await
    }

    /// Makes an application of the path `dev` in [`REPOSITORY`], going to namespace `shop`.
    pub async fn application(&self, name: &str, policy: Value) {
        self.create(application(name, "dev", "shop", policy)).await;
    }

    /// Reads any object.
    pub async fn get(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Option<Value> {
        let gvk = Gvk::from_api_version(api_version, kind);
        let object = self.client.get(&gvk, Some(namespace), name).await.expect("a readable object");
        object.map(|object| object.value())
    }

    /// Reads an application.
    pub async fn app(&self, name: &str) -> Value {
        self.get("argoproj.io/v1alpha1", "Application", "argocd", name).await.unwrap_or(Value::Null)
    }

    /// Changes any object as `kubectl patch --type merge` does.
    pub async fn patch(&self, api_version: &str, kind: &str, namespace: &str, name: &str, body: Value) {
        let target = Target::new(Gvk::from_api_version(api_version, kind), Some(namespace), name);
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        self.client.write(&Write::new(target, change)).await.expect("a patch");
    }

    /// Changes an application.
    pub async fn patch_app(&self, name: &str, body: Value) {
        self.patch("argoproj.io/v1alpha1", "Application", "argocd", name, body).await;
    }

    /// Deletes any object.
    pub async fn delete(&self, api_version: &str, kind: &str, namespace: &str, name: &str) {
        let target = Target::new(Gvk::from_api_version(api_version, kind), Some(namespace), name);
        self.client.write(&Write::new(target, Change::Delete(Propagation::Background))).await.expect("a deletion");
    }

    /// The names of all objects of a kind in a namespace.
    pub async fn names(&self, api_version: &str, kind: &str, namespace: &str) -> Vec<String> {
        let gvk = Gvk::from_api_version(api_version, kind);
        let objects = self.client.list(&gvk, &ListQuery::in_namespace(namespace)).await.expect("a list");
        objects.iter().map(|object| object.name().to_owned()).collect()
    }

    /// Waits until the application looks as wanted, and says how long that took.
    pub async fn until(&self, name: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Duration {
        let began = Instant::now();
        let waited = timeout(Duration::from_secs(300), async {
            while !holds(&self.app(name).await) {
                sleep(Duration::from_millis(10)).await;
            }
        });
        if waited.await.is_err() {
            let view = self.views.get(applications::NAME, &format!("argocd/{name}"));
            let mut app = self.app(name).await;
            app["metadata"]["managedFields"] = Value::Null;
            panic!("{name} never was {what}: {app:#}\n{view:#?}");
        }
        began.elapsed()
    }

    /// Waits until the application is synced and healthy.
    pub async fn until_well(&self, name: &str) -> Duration {
        self.until(name, "Synced and Healthy", |app| sync(app) == "Synced" && health(app) == "Healthy").await
    }

    /// Waits until something of the cluster holds.
    pub async fn eventually<F: Future<Output = bool>>(&self, what: &str, holds: impl Fn() -> F) -> Duration {
        let began = Instant::now();
        let waited = timeout(Duration::from_secs(300), async {
            while !holds().await {
                sleep(Duration::from_millis(10)).await;
            }
        });
        assert!(waited.await.is_ok(), "never: {what}");
        began.elapsed()
    }

    /// Every sync status the application has from now on, in order, each once in a row.
    pub async fn sync_statuses(&self, name: &str) -> Arc<Mutex<Vec<String>>> {
        let cache = start_cache(self.client.clone(), &Settings::default());
        cache.ready().await;
        let key = object::Key::new("argoproj.io", "Application", Some("argocd"), name);
        let seen = Arc::new(Mutex::new(vec![sync(&self.app(name).await).to_owned()]));
        let (noted, own) = (Arc::clone(&seen), cache.clone());
        cache.listen(Arc::new(move |_| {
            let object::Fetched::Known(cached) = own.get(&key) else { return };
            let status = sync(&cached.object.value()).to_owned();
            let mut noted = noted.lock().expect("no panic");
            if noted.last() != Some(&status) {
                noted.push(status);
            }
        }));
        seen
    }

    /// Commits files to the repository's main branch.
    pub fn commit<const N: usize>(&self, message: &str, files: [(&str, &str); N]) -> String {
        self.git.commit(REPOSITORY, "main", message, files).to_string()
    }

    /// Takes a file away.
    pub fn remove(&self, path: &str) -> String {
        self.git.commit(REPOSITORY, "main", "remove", [(path, git::Change::Remove)]).to_string()
    }

    /// Has the repositories of an application looked at now, as a user's refresh does.
    pub async fn refresh(&self, name: &str, how: &str) {
        self.patch_app(name, json!({"metadata": {"annotations": {"argocd.argoproj.io/refresh": how}}})).await;
        self.until(name, "refreshed", |app| app.pointer("/metadata/annotations/argocd.argoproj.io~1refresh").is_none())
            .await;
    }
}

/// Argo's definitions and the control plane's namespace.
pub async fn prepare(client: &ClusterClient) {
    for definition in api::crds() {
        create(client, definition).await;
    }
    create(client, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}})).await;
    timeout(Duration::from_secs(60), async {
        loop {
            let served = client.refresh_served().await.expect("kinds");
            let gvk = Gvk::from_api_version("argoproj.io/v1alpha1", "Application");
            if served.resource(&gvk).known().is_some() {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
    })
    .await
    .expect("the definitions are served");
}

pub async fn create(client: &ClusterClient, value: Value) -> Object {
    try_create(client, value).await.expect("made")
}

pub async fn try_create(client: &ClusterClient, value: Value) -> Result<Object, ClusterError> {
    let object = Object::from_value(&value).expect("an object");
    let written = client.write(&Write::new(Target::of(&object), Change::Create(object))).await?;
    Ok(written.object.expect("the server gives what it made"))
}

pub fn application(name: &str, path: &str, namespace: &str, policy: Value) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "project": "default",
            "source": {"repoURL": REPOSITORY, "targetRevision": "HEAD", "path": path},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": namespace},
            "syncPolicy": policy,
        },
    })
}

/// A policy that does everything by itself.
pub fn automated() -> Value {
    json!({"automated": {"prune": true, "selfHeal": true}, "syncOptions": ["CreateNamespace=true"]})
}

/// A policy that waits to be asked.
pub fn manual() -> Value {
    json!({"syncOptions": ["CreateNamespace=true"]})
}

pub fn config_map(name: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  value: \"{value}\"\n")
}

pub fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

pub fn sync(app: &Value) -> &str {
    text(app, "/status/sync/status")
}

pub fn health(app: &Value) -> &str {
    text(app, "/status/health/status")
}

pub fn phase(app: &Value) -> &str {
    text(app, "/status/operationState/phase")
}

pub fn conditions(app: &Value) -> Vec<String> {
    let all = app.pointer("/status/conditions").and_then(Value::as_array).cloned().unwrap_or_default();
    all.iter().map(|condition| format!("{}: {}", text(condition, "/type"), text(condition, "/message"))).collect()
}
