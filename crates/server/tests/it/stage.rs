//! A stage: an embedded cluster with the definitions, projects and applications, and a server on a port of its own.

use accounts::AttemptLimits;
use applications::{Settings, start_cache};
use clock::{Clock, Offload};
use cluster::{Change, ClusterClient, Clusters, Part, PatchKind, Target, Write};
use object::{Gvk, Object};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use server::tools::LastRenders;
use server::{Bound, Door, Options, Pushed, Scheme, Served, Site};
use signin::{Parts, SignIn, Store};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// The control plane's namespace.
pub const NAMESPACE: &str = "argocd";
/// How long anything may take: machines are slow at times.
pub const AT_MOST: Duration = Duration::from_secs(120);

/// Everything a case needs.
pub struct Stage {
    pub client: ClusterClient,
    pub site: Arc<Site>,
    pub http: Client,
    pub base: String,
    _served: Served,
    _cluster: embedded::Cluster,
}

impl Stage {
    /// A server, and in its cluster the projects `shop` and `bank` with an application each.
    pub async fn start() -> Self {
        Stage::telling(None).await
    }

    /// The same, with somebody who is told of images that were pushed.
    pub async fn telling(pushed: Option<Pushed>) -> Self {
        Stage::with(pushed, None).await
    }

    /// The same, where it is known what renders have read.
    pub async fn with(pushed: Option<Pushed>, rendered: Option<LastRenders>) -> Self {
        embedded::install_crypto_provider();
        let clock = Clock::system();
        let cluster = embedded::Cluster::builder().clock(clock.clone()).start().await.expect("a cluster");
        let client = ClusterClient::from_service(cluster.service(), &clock);
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
        make(&client, namespace).await;
        for definition in api::crds() {
            make(&client, definition).await;
        }
        let store = Store { client: client.clone(), namespace: NAMESPACE.to_owned() };
        let offload = Offload::pool(1);
        store.ensure(&clock, &offload).await.expect("prepared");
        let own = ClusterClient::from_service(cluster.service(), &clock);
        let cache = start_cache(own.clone(), &Settings::default());
        cache.ready().await;
        let clients = Arc::new(web::Clients::new("capstan-test", Duration::from_secs(5)));
        let signin = SignIn::new(Parts { clock: clock.clone(), offload, limits: AttemptLimits::default(), clients });
        let site = Site::new(Options {
            namespace: NAMESPACE.to_owned(),
            clusters: Clusters::home(own, Some(cache)),
            clock: clock.clone(),
            version: "v0".to_owned(),
            door: Arc::new(Door::new(signin, store, clock)),
            tools: None,
            rendered,
            scheme: Scheme::Plain,
            exposition: None,
            pushed,
        });
        let site = site.expect("a cache is there");
        let bound = Bound::take(([127, 0, 0, 1], 0).into()).await.expect("a port");
        let base = format!("http://{}", bound.address);
        let served = bound.serve_plain(&site).expect("served");
        let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let stage = Stage { client, site, http, base, _served: served, _cluster: cluster };
        for project in ["shop", "bank"] {
            stage.make(project_of(project)).await;
            stage.make(application_of(project, project)).await;
        }
        stage.eventually("both applications are known", |stage| stage.site.index.all().len() == 2).await;
        stage.site.plane.until(|said| said.projects.len() == 2).await;
        stage
    }

    /// Waits until something holds.
    pub async fn eventually(&self, what: &str, holds: impl Fn(&Stage) -> bool) {
        let waited = timeout(AT_MOST, async {
            while !holds(self) {
                sleep(Duration::from_millis(20)).await;
            }
        });
        assert!(waited.await.is_ok(), "{what}");
    }

    pub async fn make(&self, value: Value) -> Object {
        make(&self.client, value).await
    }

    /// Puts data into a ConfigMap, which is made where there is none, and waits until the server has seen it.
    pub async fn configure(&self, name: &str, data: Value) {
        let gvk = Gvk::new("", "v1", "ConfigMap");
        if self.client.get(&gvk, Some(NAMESPACE), name).await.expect("readable").is_none() {
            let metadata = json!({"name": name, "namespace": NAMESPACE});
            self.make(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})).await;
        }
        self.patch("v1", "ConfigMap", name, json!({"data": data})).await;
        self.eventually("the server has seen the ConfigMap", |stage| {
            let seen = stage.site.plane.config_map(name);
            let wanted = data.as_object().into_iter().flatten();
            wanted.into_iter().all(|(key, text)| seen.get(key).is_some_and(|own| text == own.as_str()))
        })
        .await;
    }

    /// Merges into an object of the control plane.
    pub async fn patch(&self, version: &str, kind: &str, name: &str, body: Value) {
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        let target = Target::new(Gvk::from_api_version(version, kind), Some(NAMESPACE), name);
        self.client.write(&Write::new(target, change)).await.expect("a patch");
    }

    /// Sends a request with a token; an empty one sends none.
    pub async fn send(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Response {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        request = request.header("content-type", "application/json");
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        request.send().await.expect("an answer")
    }

    /// The status and the JSON of an answer.
    pub async fn ask(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let answer = self.send(token, method, path, body).await;
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// The password that the first start has made.
    pub async fn password(&self) -> String {
        let gvk = Gvk::new("", "v1", "Secret");
        let secret = self.client.get(&gvk, Some(NAMESPACE), "argocd-initial-admin-secret").await.expect("readable");
        applications::sources::secret_values(&secret.expect("it is there"))["password"].clone()
    }

    /// A token of the admin.
    pub async fn admin(&self) -> String {
        let body = json!({"username": "admin", "password": self.password().await});
        let (status, answer) = self.ask("", "POST", "/api/v1/session", Some(body)).await;
        assert_eq!(status, 200, "{answer}");
        answer["token"].as_str().expect("a token").to_owned()
    }

    /// A token of a role of a project that may do what `policies` say.
    pub async fn role(&self, project: &str, role: &str, policies: &[&str]) -> String {
        let admin = self.admin().await;
        let (_, mut known) = self.ask(&admin, "GET", &format!("/api/v1/projects/{project}"), None).await;
        let roles = known["spec"]["roles"].as_array().cloned().unwrap_or_default();
        let own = json!({"name": role, "policies": policies});
        known["spec"]["roles"] = roles.into_iter().chain([own]).collect();
        let path = format!("/api/v1/projects/{project}");
        let (status, answer) = self.ask(&admin, "PUT", &path, Some(json!({"project": known}))).await;
        assert_eq!(status, 200, "{answer}");
        self.site.plane.until(|said| said.projects[project].read.spec.roles.iter().any(|own| own.name == role)).await;
        let path = format!("/api/v1/projects/{project}/roles/{role}/token");
        let (status, answer) = self.ask(&admin, "POST", &path, Some(json!({"expiresIn": 3_600}))).await;
        assert_eq!(status, 200, "{answer}");
        answer["token"].as_str().expect("a token").to_owned()
    }
}

async fn make(client: &ClusterClient, value: Value) -> Object {
    let object = Object::from_value(&value).expect("an object");
    let written = client.write(&Write::new(Target::of(&object), Change::Create(object))).await.expect("made");
    written.object.expect("the object")
}

pub fn project_of(name: &str) -> Value {
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "*"}]}})
}

pub fn application_of(name: &str, project: &str) -> Value {
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"team": project}},
        "spec": {"project": project,
            "source": {"repoURL": format!("https://git.example.com/{name}.git"), "path": "deploy", "targetRevision": "qa"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": name}}})
}
