//! A stage: an embedded cluster with the definitions, both controllers, repositories in memory, and the pages served.

use applications::{Applications, Options, Settings, start_cache};
use axum::Router;
use axum::body::Body;
use clock::{Clock, Offload};
use cluster::{Change, ClusterClient, Clusters, Part, PatchKind, Target, Write};
use controller::{Environment, KubeEvents, Leadership, Metrics, Reporter, Shutdown, Views};
use futures::future::BoxFuture;
use git::MemoryGit;
use http::{HeaderMap, StatusCode, header};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use object::{Gvk, Object};
use rbac::{Authority, Builtin, Configured, Request, Subject};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use ui::{Compared, Door, Judge, Problem, SignedIn, User};

/// The repository of every case.
pub const REPOSITORY: &str = "file:///srv/git/shop.git";
/// The password of everybody.
pub const PASSWORD: &str = "let me in";
/// How long anything may take: machines are slow at times.
const AT_MOST: Duration = Duration::from_secs(180);
const COOKIE: &str = "test.session";

/// A door for `admin`, who may do everything, and `reader`, who may look.
struct TestDoor {
    authority: Authority,
    /// Sessions that are valid, by their secret.
    sessions: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Door for TestDoor {
    fn who<'a>(&'a self, headers: &'a HeaderMap) -> BoxFuture<'a, Option<User>> {
        let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|own| own.to_str().ok());
        let mut pairs = cookies.flat_map(|own| own.split(';')).filter_map(|own| own.trim().split_once('='));
        let secret = pairs.find(|own| own.0 == COOKIE).map(|own| own.1.to_owned()).unwrap_or_default();
        let name = self.sessions.lock().expect("no panic").get(&secret).cloned();
        let user = name.map(|name| User {
            subject: Subject { name: name.clone(), groups: Vec::new() },
            name,
            issuer: String::new(),
        });
        Box::pin(std::future::ready(user))
    }

    fn may(&self, user: &User, request: Request<'_>) -> bool {
        self.authority.decide(&user.subject, request).is_allowed()
    }

    fn sign_in<'a>(
        &'a self,
        _: &'a HeaderMap,
        name: &'a str,
        password: &'a str,
    ) -> BoxFuture<'a, Result<SignedIn, Problem>> {
        let is_known = ["admin", "reader"].contains(&name) && password == PASSWORD;
        let answer = if is_known {
            let secret = format!("secret-of-{name}");
            self.sessions.lock().expect("no panic").insert(secret.clone(), name.to_owned());
            Ok(SignedIn { cookies: vec![format!("{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Lax")] })
        } else {
            Err(Problem::new(StatusCode::UNAUTHORIZED, "Invalid username or password"))
        };
        Box::pin(std::future::ready(answer))
    }

    fn sign_out<'a>(&'a self, _: &'a HeaderMap) -> BoxFuture<'a, Vec<String>> {
        self.sessions.lock().expect("no panic").clear();
        Box::pin(std::future::ready(vec![format!("{COOKIE}=; Path=/; Max-Age=0")]))
    }
}

/// Says what is desired as the stage was told, and reads what is live.
struct TestJudge {
    client: ClusterClient,
    desired: Arc<Mutex<BTreeMap<String, Vec<Value>>>>,
}

impl Judge for TestJudge {
    fn compared<'a>(&'a self, application: &'a Object) -> BoxFuture<'a, Result<Vec<Compared>, Problem>> {
        Box::pin(async move {
            let source = application.get("/spec/source/path").unwrap_or_default();
            let namespace = application.get("/spec/destination/namespace").unwrap_or_default();
            let declared = self.desired.lock().expect("no panic").get(source.as_str().unwrap_or_default()).cloned();
            let Some(declared) = declared else {
                return Err(Problem::new(StatusCode::BAD_REQUEST, "There is no such path."));
            };
            let mut found = Vec::new();
            for mut desired in declared {
                desired["metadata"]["namespace"] = namespace.clone();
                let object = Object::from_value(&desired).expect("an object");
                let live =
                    self.client.get(object.gvk(), object.namespace(), object.name()).await?.map(|own| own.value());
                let mut predicted = live.clone().unwrap_or_else(|| desired.clone());
                merge(&mut predicted, &desired);
                let differs = live.as_ref() != Some(&predicted);
                found.push(Compared { key: object.key(), desired: Some(predicted), live, differs });
            }
            Ok(found)
        })
    }
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

/// What the cluster's machines answer to who follows a log; `None` lets the embedded cluster answer.
pub type Tap = Arc<Mutex<Option<fn(&str) -> Body>>>;

/// The cluster's API with logs that a case makes up.
#[derive(Clone)]
struct Tapped<S> {
    inner: S,
    tap: Tap,
}

impl<S, B, A> tower::Service<http::Request<B>> for Tapped<S>
where
    S: tower::Service<http::Request<B>, Response = http::Response<A>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
    A: axum::body::HttpBody<Data = bytes::Bytes> + Send + 'static,
    A::Error: Into<axum::BoxError>,
{
    type Response = http::Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let uri = request.uri().to_string();
        let tap = *self.tap.lock().expect("no panic");
        if let Some(tap) = tap.filter(|_| uri.contains("/log?") && uri.contains("follow=true")) {
            return Box::pin(std::future::ready(Ok(http::Response::new(tap(&uri)))));
        }
        let answer = self.inner.call(request);
        Box::pin(async move { Ok(answer.await?.map(Body::new)) })
    }
}

/// Everything a case needs.
pub struct Stage {
    pub client: ClusterClient,
    pub git: MemoryGit,
    pub sessions: Arc<Mutex<BTreeMap<String, String>>>,
    pub router: Router,
    pub tap: Tap,
    desired: Arc<Mutex<BTreeMap<String, Vec<Value>>>>,
    _cluster: embedded::Cluster,
    _shutdown: Shutdown,
}

/// A server that ends with this.
pub struct Served {
    pub url: String,
    _tasks: JoinSet<()>,
}

impl Stage {
    /// On a clock that jumps: the test must run on Tokio's paused clock.
    pub async fn simulated() -> Self {
        Stage::start(Clock::simulated("2026-01-01T00:00:00Z".parse().expect("a time"), 7)).await
    }

    /// On the clock of this machine, for what talks to other programs.
    pub async fn real() -> Self {
        embedded::install_crypto_provider();
        Stage::start(Clock::system()).await
    }

    async fn start(clock: Clock) -> Self {
        let builder = embedded::Cluster::builder().clock(clock.clone()).pod_delay(Duration::from_millis(300));
        let cluster = builder.start().await.expect("a cluster");
        let client = ClusterClient::from_service(cluster.service(), &clock);
        prepare(&client).await;
        let (git, shutdown) = (MemoryGit::new(), Shutdown::new());
        start_applications(ClusterClient::from_service(cluster.service(), &clock), &clock, &git, &shutdown);
        start_rollouts(ClusterClient::from_service(cluster.service(), &clock), &clock, &shutdown);
        let (sessions, desired) = (Arc::default(), Arc::default());
        let policies =
            BTreeMap::from([("policy.csv".to_owned(), "g, admin, role:admin\ng, reader, role:readonly\n".to_owned())]);
        let (configured, bad) = Configured::read(&policies, Builtin::Included);
        assert!(bad.is_empty());
        let door = TestDoor { authority: Authority::new(configured), sessions: Arc::clone(&sessions) };
        let judge = TestJudge { client: client.clone(), desired: Arc::clone(&desired) };
        let tap = Tap::default();
        let router = ui::router(ui::Options {
            namespace: "argocd".to_owned(),
            client: ClusterClient::from_service(Tapped { inner: cluster.service(), tap: Arc::clone(&tap) }, &clock),
            clock: clock.clone(),
            door: Arc::new(door),
            judge: Arc::new(judge),
            plane: Arc::new(ui::NoPlane),
        });
        Stage { client, git, sessions, router, tap, desired, _cluster: cluster, _shutdown: shutdown }
    }

    /// Serves the pages on a free port.
    pub async fn serve(&self) -> Served {
        self.serve_on("127.0.0.1:0").await
    }

    /// Serves the pages where they were served before.
    pub async fn serve_on(&self, address: &str) -> Served {
        let listener = tokio::net::TcpListener::bind(address).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = self.router.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let service = TowerToHyperService::new(router.clone());
                connections.spawn(async move {
                    let _ =
                        auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Served { url, _tasks: tasks }
    }

    /// Commits what `path` declares.
    pub fn commit(&self, path: &str, objects: &[Value]) -> String {
        self.desired.lock().expect("no panic").insert(path.to_owned(), objects.to_vec());
        let text: Vec<String> = objects.iter().map(Value::to_string).collect();
        let file = format!("{path}/all.yaml");
        self.git.commit(REPOSITORY, "main", "change", [(file.as_str(), text.join("\n---\n").as_str())]).to_string()
    }

    /// Makes any object.
    pub async fn create(&self, value: Value) -> Object {
        create(&self.client, value).await
    }

    /// An application that goes to a namespace of its own name.
    pub async fn application(&self, name: &str, policy: Value) {
        let value = json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": name, "namespace": "argocd"},
            "spec": {
                "project": "default", "source": {"repoURL": REPOSITORY, "targetRevision": "HEAD", "path": name},
                "destination": {"server": "https://kubernetes.default.svc", "namespace": name}, "syncPolicy": policy,
            },
        });
        self.create(value).await;
    }

    /// An object as it is; null when it is not.
    pub async fn get(&self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Value {
        let gvk = Gvk::from_api_version(api_version, kind);
        let found = self.client.get(&gvk, Some(namespace), name).await.expect("a readable object");
        found.map(|own| own.value()).unwrap_or_default()
    }

    /// An Application as it is.
    pub async fn app(&self, name: &str) -> Value {
        self.get("argoproj.io/v1alpha1", "Application", "argocd", name).await
    }

    /// Changes an object.
    pub async fn patch(&self, target: Target, body: Value) {
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        self.client.write(&Write::new(target, change)).await.expect("a patch");
    }

    /// Waits until an object is as wanted.
    pub async fn until(
        &self,
        kind: (&str, &str),
        namespace: &str,
        name: &str,
        what: &str,
        holds: impl Fn(&Value) -> bool,
    ) {
        let waited = timeout(AT_MOST, async {
            while !holds(&self.get(kind.0, kind.1, namespace, name).await) {
                sleep(Duration::from_millis(50)).await;
            }
        });
        if waited.await.is_err() {
            let mut object = self.get(kind.0, kind.1, namespace, name).await;
            object["metadata"]["managedFields"] = Value::Null;
            assert!(holds(&object), "{name} never was {what}: {object:#}");
        }
    }

    /// Waits until an Application is as wanted.
    pub async fn until_app(&self, name: &str, sync: &str, health: &str) {
        let holds = |app: &Value| {
            app["status"]["sync"]["status"] == sync
                && app["status"]["health"]["status"] == health
                && app["operation"].is_null()
                && app["status"]["operationState"]["phase"] != "Running"
        };
        self.until(("argoproj.io/v1alpha1", "Application"), "argocd", name, &format!("{sync} and {health}"), holds)
            .await;
    }
}

fn environment(clock: &Clock, clusters: Clusters, component: &str) -> Environment {
    let reporter = Reporter { component: component.into(), instance: "one".into() };
    let metrics = Metrics::default();
    let events = KubeEvents::start(clusters.clone(), clock.clone(), reporter, metrics.clone());
    Environment {
        clock: clock.clone(),
        clusters,
        leadership: Leadership::always(),
        events: Arc::new(events),
        metrics,
        views: Views::default(),
    }
}

fn start_applications(client: ClusterClient, clock: &Clock, git: &MemoryGit, shutdown: &Shutdown) {
    let settings = Settings::default();
    let clusters = Clusters::home(client.clone(), Some(start_cache(client.clone(), &settings)));
    let environment = environment(clock, clusters, "argocd-application-controller");
    let options = Options { settings, ..Options::new(environment, Arc::new(git.clone()), Offload::Inline) };
    tokio::spawn(Applications::new(options, shutdown.clone()).expect("a cache is there").run());
}

fn start_rollouts(client: ClusterClient, clock: &Clock, shutdown: &Shutdown) {
    let settings = rollouts::Settings::default();
    let clusters = Clusters::home(client.clone(), Some(rollouts::start_cache(client.clone(), &settings)));
    let environment = environment(clock, clusters, "rollouts-controller");
    let options = rollouts::Options { settings, ..rollouts::Options::new(environment) };
    tokio::spawn(rollouts::Rollouts::new(options, shutdown.clone()).expect("a cache is there").run());
}

/// A policy that waits to be asked.
pub fn manual() -> Value {
    json!({"syncOptions": ["CreateNamespace=true"]})
}

/// A policy that does everything by itself.
pub fn automated() -> Value {
    json!({"automated": {"prune": true, "selfHeal": true}, "syncOptions": ["CreateNamespace=true"]})
}

/// A ConfigMap.
pub fn config_map(name: &str, value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"value": value}})
}

fn pods(name: &str, image: &str) -> Value {
    json!({"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "web", "image": image}]}})
}

/// A Deployment.
pub fn deployment(name: &str, image: &str, replicas: u32) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": pods(name, image)}})
}

/// A Service.
pub fn service(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"selector": {"app": name}, "ports": [{"port": 80}]}})
}

/// A canary of four pods that waits twice.
pub fn canary(name: &str, image: &str) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": name},
        "spec": {
            "replicas": 4, "selector": {"matchLabels": {"app": name}}, "template": pods(name, image),
            "strategy": {"canary": {"steps": [{"setWeight": 25}, {"pause": {}}, {"setWeight": 50}, {"pause": {}}]}},
        },
    })
}

async fn prepare(client: &ClusterClient) {
    for definition in api::crds() {
        create(client, definition.clone()).await;
    }
    create(client, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}})).await;
    let project = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": "default", "namespace": "argocd"},
        "spec": {"sourceRepos": ["*"], "destinations": [{"namespace": "*", "server": "*"}], "clusterResourceWhitelist": [{"group": "*", "kind": "*"}]}});
    let kinds =
        ["Application", "AppProject", "Rollout"].map(|kind| Gvk::from_api_version("argoproj.io/v1alpha1", kind));
    let served = timeout(AT_MOST, async {
        loop {
            let served = client.refresh_served().await.expect("kinds");
            if kinds.iter().all(|kind| served.resource(kind).known().is_some()) {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
    });
    served.await.expect("the definitions are served");
    create(client, project).await;
}

async fn create(client: &ClusterClient, value: Value) -> Object {
    let object = Object::from_value(&value).expect("an object");
    let written = client.write(&Write::new(Target::of(&object), Change::Create(object))).await.expect("made");
    written.object.expect("the server gives what it made")
}
