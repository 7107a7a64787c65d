//! A stage: an embedded cluster with the definitions, the controller, and the dashboard as a service.

use crate::answers::Answer;
use axum::Router;
use axum::body::Body;
use clock::Clock;
use cluster::{Change, ClusterClient, Clusters, Part, PatchKind, Propagation, Target, Write};
use controller::{Environment, KubeEvents, Leadership, Metrics, Reporter, Shutdown, Views};
use dashboard::{Options, Token};
use http::Request;
use object::{Gvk, Object};
use rollouts::{Rollouts, Settings, start_cache};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

/// The namespace of every case.
pub const NAMESPACE: &str = "shop";
/// What forms carry.
pub const FORM_TOKEN: &str = "a-token-for-forms-only";
/// How long anything may take: machines are slow at times.
const AT_MOST: Duration = Duration::from_secs(120);

/// Everything a case needs.
pub struct Stage {
    pub client: ClusterClient,
    pub clock: Clock,
    pub router: Router,
    _cluster: embedded::Cluster,
    _shutdown: Shutdown,
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
        let (metrics, shutdown) = (Metrics::default(), Shutdown::new());
        let own = ClusterClient::from_service(cluster.service(), &clock);
        let settings = Settings::default();
        let clusters = Clusters::home(own.clone(), Some(start_cache(own, &settings)));
        let reporter = Reporter { component: "rollouts-controller".into(), instance: "one".into() };
        let events = KubeEvents::start(clusters.clone(), clock.clone(), reporter, metrics.clone());
        let environment = Environment {
            clock: clock.clone(),
            events: Arc::new(events),
            clusters,
            leadership: Leadership::always(),
            metrics,
            views: Views::default(),
        };
        let options = rollouts::Options { settings, ..rollouts::Options::new(environment) };
        tokio::spawn(Rollouts::new(options, shutdown.clone()).expect("a cache is there").run());
        let router = Stage::dashboard(&client, &clock, Options::new(NAMESPACE));
        Stage { client, clock, router, _cluster: cluster, _shutdown: shutdown }
    }

    fn dashboard(client: &ClusterClient, clock: &Clock, options: Options) -> Router {
        let token = Token::chosen(FORM_TOKEN).expect("long enough");
        dashboard::router(options, client.clone(), clock.clone(), token)
    }

    /// Another dashboard of the same cluster.
    pub fn router_with(&self, change: impl FnOnce(&mut Options)) -> Router {
        let mut options = Options::new(NAMESPACE);
        change(&mut options);
        Stage::dashboard(&self.client, &self.clock, options)
    }

    /// Asks for something, as a program on this machine does.
    pub async fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let request = Request::builder().method(method).uri(path).header("host", "localhost:3100");
        self.send(request.body(Body::from(body.to_owned())).expect("a request")).await
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        Answer::of(self.router.clone().oneshot(request).await.expect("infallible"))
    }

    /// Reads something.
    pub async fn read(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, "").await;
        assert_eq!(answer.status, 200, "{path}");
        answer.json().await
    }

    /// Does what a button does.
    pub async fn press(&self, name: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("token", FORM_TOKEN).extend_pairs(fields);
        self.ask("POST", &format!("/rollouts/rollout/{NAMESPACE}/{name}/{action}"), &body.finish()).await
    }

    /// Makes any object.
    pub async fn create(&self, value: Value) -> Object {
        create(&self.client, value).await
    }

    /// A Rollout as it is in the cluster.
    pub async fn rollout(&self, name: &str) -> Value {
        let found = self.client.get(&gvk(), Some(NAMESPACE), name).await.expect("a readable object");
        found.map(|object| object.value()).unwrap_or_default()
    }

    /// Changes a Rollout, or its status.
    pub async fn patch(&self, name: &str, part: Part, body: Value) {
        let change = Change::Patch { kind: PatchKind::Merge, body, part };
        self.client.write(&Write::new(Target::new(gvk(), Some(NAMESPACE), name), change)).await.expect("a patch");
    }

    /// Deletes a Rollout.
    pub async fn delete(&self, name: &str) {
        let change = Change::Delete(Propagation::Background);
        self.client.write(&Write::new(Target::new(gvk(), Some(NAMESPACE), name), change)).await.expect("a deletion");
    }

    /// Waits until a Rollout looks as wanted.
    pub async fn until(&self, name: &str, what: &str, holds: impl Fn(&Value) -> bool) {
        let waited = timeout(AT_MOST, async {
            while !holds(&self.rollout(name).await) {
                sleep(Duration::from_millis(50)).await;
            }
        });
        if waited.await.is_err() {
            let mut rollout = self.rollout(name).await;
            rollout["metadata"]["managedFields"] = Value::Null;
            panic!("{name} never was {what}: {rollout:#}");
        }
    }

    /// Waits until a Rollout is in a phase, with its last spec seen.
    pub async fn until_phase(&self, name: &str, wanted: &str) {
        let is_it = |rollout: &Value| {
            let generation = rollout["metadata"]["generation"].to_string();
            let is_seen = rollout["status"]["observedGeneration"] == generation;
            // What asks for something in the status alone changes no generation.
            let is_asked =
                rollout["status"]["controllerPause"] == true && rollout["status"]["pauseConditions"].is_null();
            is_seen && !is_asked && rollout["status"]["phase"] == wanted
        };
        self.until(name, wanted, is_it).await;
    }

    /// A canary that waits at its first step, with its second image.
    pub async fn paused_canary(&self, name: &str) {
        self.create(canary(name)).await;
        self.until_phase(name, "Healthy").await;
        self.patch(name, Part::Whole, json!({"spec": {"template": template(name, "shop/web:2")}})).await;
        self.until_phase(name, "Paused").await;
    }
}

/// A Rollout.
fn gvk() -> Gvk {
    Gvk::from_api_version("argoproj.io/v1alpha1", "Rollout")
}

fn template(name: &str, image: &str) -> Value {
    json!({"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "web", "image": image}]}})
}

/// A canary of four pods that waits twice.
pub fn canary(name: &str) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": name},
        "spec": {
            "replicas": 4,
            "selector": {"matchLabels": {"app": name}},
            "template": template(name, "shop/web:1"),
            "strategy": {"canary": {"steps": [{"setWeight": 25}, {"pause": {}}, {"setWeight": 50}, {"pause": {}}]}},
        },
    })
}

async fn prepare(client: &ClusterClient) {
    let is_needed =
        |crd: &&Value| crd.pointer("/metadata/labels/app.kubernetes.io~1part-of") == Some(&json!("argo-rollouts"));
    for definition in api::crds().iter().filter(is_needed) {
        create(client, definition.clone()).await;
    }
    create(client, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})).await;
    let served = timeout(AT_MOST, async {
        while client.refresh_served().await.expect("kinds").resource(&gvk()).known().is_none() {
            sleep(Duration::from_millis(100)).await;
        }
    });
    served.await.expect("the definitions are served");
}

async fn create(client: &ClusterClient, mut value: Value) -> Object {
    if !["Namespace", "CustomResourceDefinition"].contains(&value["kind"].as_str().expect("a kind")) {
        value["metadata"]["namespace"] = json!(NAMESPACE);
    }
    let object = Object::from_value(&value).expect("an object");
    let written = client.write(&Write::new(Target::of(&object), Change::Create(object))).await.expect("made");
    written.object.expect("the server gives what it made")
}
