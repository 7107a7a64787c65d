//! The pages beside a real server: its sign-in, its policies, its API.

use accounts::AttemptLimits;
use applications::{Settings, start_cache};
use axum::Router;
use axum::body::{Body, to_bytes};
use clock::{Clock, Offload};
use cluster::{Change, ClusterClient, Clusters, Part, PatchKind, Target, Write};
use http::{Request, header};
use object::{Gvk, Object};
use serde_json::{Value, json};
use server::{Door, Options, Scheme, Site};
use signin::{Parts, SignIn, Store};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

/// How long anything may take: machines are slow at times.
const AT_MOST: Duration = Duration::from_secs(120);
/// The password of everybody but the admin.
pub const PASSWORD: &str = "let-me-in-please";

/// A cluster with a server and its pages.
pub struct Server {
    pub client: ClusterClient,
    router: Router,
    _cluster: embedded::Cluster,
}

/// Somebody who has signed in.
pub struct Visitor<'s> {
    server: &'s Server,
    cookie: String,
}

impl Server {
    /// With the accounts `admin` and `reader`, who may look at everything and change nothing.
    pub async fn start() -> Self {
        embedded::install_crypto_provider();
        let clock = Clock::system();
        let cluster = embedded::Cluster::builder().clock(clock.clone()).start().await.expect("a cluster");
        let client = ClusterClient::from_service(cluster.service(), &clock);
        make(&client, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}})).await;
        for definition in api::crds() {
            make(&client, definition).await;
        }
        let store = Store { client: client.clone(), namespace: "argocd".to_owned() };
        let offload = Offload::pool(1);
        store.ensure(&clock, &offload).await.expect("prepared");
        let own = ClusterClient::from_service(cluster.service(), &clock);
        let cache = start_cache(own.clone(), &Settings::default());
        cache.ready().await;
        let clients = Arc::new(web::Clients::new("capstan-test", Duration::from_secs(5)));
        let signin = SignIn::new(Parts { clock: clock.clone(), offload, limits: AttemptLimits::default(), clients });
        let site = Site::new(Options {
            namespace: "argocd".to_owned(),
            clusters: Clusters::home(own, Some(cache)),
            clock: clock.clone(),
            version: "v0".to_owned(),
            door: Arc::new(Door::new(signin, store, clock)),
            tools: None,
            scheme: Scheme::Plain,
            exposition: None,
            pushed: None,
            rendered: None,
        });
        let site = site.expect("a cache is there");
        let router = ui::pages(&site).expect("its own cluster is known");
        let server = Server { client, router, _cluster: cluster };
        server.configure("argocd-cm", json!({"accounts.reader": "login, apiKey", "admin.enabled": "true"})).await;
        server.configure("argocd-rbac-cm", json!({"policy.csv": "g, reader, role:readonly\n"})).await;
        let project = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject",
            "metadata": {"name": "default", "namespace": "argocd"},
            "spec": {"sourceRepos": ["*"], "destinations": [{"namespace": "*", "server": "*"}]}});
        make(&server.client, project).await;
        server
    }

    async fn configure(&self, name: &str, data: Value) {
        let gvk = Gvk::new("", "v1", "ConfigMap");
        if self.client.get(&gvk, Some("argocd"), name).await.expect("readable").is_none() {
            let metadata = json!({"name": name, "namespace": "argocd"});
            make(&self.client, json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})).await;
        }
        let change = Change::Patch { kind: PatchKind::Merge, body: json!({ "data": data }), part: Part::Whole };
        self.client.write(&Write::new(Target::new(gvk, Some("argocd"), name), change)).await.expect("a patch");
    }

    /// The password that the first start has made.
    pub async fn password(&self) -> String {
        let secret = self.secret("argocd-initial-admin-secret").await.expect("it is there");
        applications::sources::secret_values(&secret)["password"].clone()
    }

    /// A Secret of the control plane.
    pub async fn secret(&self, name: &str) -> Option<Object> {
        self.client.get(&Gvk::new("", "v1", "Secret"), Some("argocd"), name).await.expect("readable")
    }

    /// The Secrets of the control plane that declare things of a kind, decoded.
    pub async fn declared(&self, kind: &str) -> Vec<Value> {
        let query =
            cluster::ListQuery::in_namespace("argocd").labels(&format!("argocd.argoproj.io/secret-type={kind}"));
        let found = self.client.list(&Gvk::new("", "v1", "Secret"), &query).await.expect("readable");
        found.iter().map(|own| json!({"name": own.name(), "labels": own.get("/metadata/labels"), "values": applications::sources::secret_values(own)})).collect()
    }

    /// A project as it is.
    pub async fn project(&self, name: &str) -> Option<Value> {
        let gvk = Gvk::from_api_version("argoproj.io/v1alpha1", "AppProject");
        self.client.get(&gvk, Some("argocd"), name).await.expect("readable").map(|own| own.value())
    }

    /// Makes any object.
    pub async fn make(&self, value: Value) {
        make(&self.client, value).await;
    }

    /// Somebody who has signed in; waits until the server knows them.
    pub async fn visitor(&self, name: &str, password: &str) -> Visitor<'_> {
        let mut visitor = Visitor { server: self, cookie: String::new() };
        let body = format!("username={name}&password={}", encoded(password));
        let entered = timeout(AT_MOST, async {
            loop {
                let (status, headers, _) = visitor.ask("POST", "/login", &body).await;
                if status == 303 {
                    let cookie = headers[header::SET_COOKIE].to_str().expect("text");
                    return cookie.split(';').next().expect("a pair").to_owned();
                }
                sleep(Duration::from_millis(100)).await;
            }
        });
        visitor.cookie = entered.await.expect("signed in");
        visitor
    }

    /// Somebody whose password the admin sets on the page first.
    pub async fn visitor_with_password(&self, name: &str, admin: &Visitor<'_>) -> Visitor<'_> {
        let own = self.password().await;
        let fields = [("name", name), ("current", own.as_str()), ("new", PASSWORD), ("again", PASSWORD)];
        let (status, said) = admin.send("/settings/accounts/password", &fields).await;
        assert_eq!(status, 200, "{said}");
        self.visitor(name, PASSWORD).await
    }
}

/// As a form writes it.
pub fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

impl Visitor<'_> {
    async fn ask(&self, method: &str, path: &str, body: &str) -> (u16, http::HeaderMap, String) {
        let request = Request::builder().method(method).uri(path).header("host", "localhost:8080");
        let request = request.header("cookie", &self.cookie).header("accept", "application/json");
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        let answer = self.server.router.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 64 << 20).await.expect("a body");
        (parts.status.as_u16(), parts.headers, String::from_utf8(bytes.to_vec()).expect("text"))
    }

    /// A page.
    pub async fn page(&self, path: &str) -> String {
        let (status, _, text) = self.ask("GET", path, "").await;
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    /// Waits until a page says something.
    pub async fn until_said(&self, path: &str, words: &str) {
        let said = timeout(AT_MOST, async {
            while !self.page(path).await.contains(words) {
                sleep(Duration::from_millis(50)).await;
            }
        });
        assert!(said.await.is_ok(), "{path} never said {words}");
    }

    /// Sends a form: the status and what is said.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let (status, _, text) = self.ask("POST", path, &body.join("&")).await;
        (status, text)
    }

    /// Sends a form that must be carried out; the page that is read right after it shows what was done.
    pub async fn done(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let (status, text) = self.send(path, fields).await;
        assert_eq!(status, 200, "{path}: {text}");
        let section = path.rsplit_once('/').expect("a section").0;
        self.page(section).await
    }
}

async fn make(client: &ClusterClient, value: Value) {
    let object = Object::from_value(&value).expect("an object");
    client.write(&Write::new(Target::of(&object), Change::Create(object))).await.expect("made");
}
