//! An image that is pushed is in Git at once: from what each registry's webhook sends to the commit. The updater itself
//! would look an hour later.

use crate::stage::{NAMESPACE, Stage};
use base64::Engine;
use clock::{Clock, Offload};
use controller::{Environment, Leadership, Metrics, Shutdown, Silent, Views};
use git::{Change, GitSource, Layout, NewCommit, RefScope, Remote, Repositories, RepositoriesOptions, Signature};
use images::ImageReference;
use imageupdates::{Handle, ImageUpdates, Options, Updater};
use ociserver::{Image, Server};
use ring::hmac;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;
use tokio::time::{Duration, sleep, timeout};
use tree::TreePath;

/// What registries prove themselves with.
const SECRET: &str = "s3cret";
const DAY: &str = "2026-01-01T00:00:00Z";

/// What one registry sends.
struct Sender {
    name: &'static str,
    /// The host, as images name it, and as its webhook does.
    host: &'static str,
    path: String,
    header: (&'static str, String),
    body: Value,
    /// The repository within the registry.
    repository: &'static str,
}

/// Every registry whose webhooks are taken, as its documentation shows them; see the cases of the crate `webhooks`.
fn senders() -> Vec<Sender> {
    let ghcr = json!({"action": "published", "package": {"name": "shop", "package_type": "CONTAINER", "owner": {"login": "org"},
        "package_version": {"container_metadata": {"tag": {"name": "1.1.0"}}}}});
    let signed = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), ghcr.to_string().as_bytes());
    let signed = signed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let sender = |name, host, query: &str, header: (&'static str, &str), body| Sender {
        name,
        host,
        path: format!("/webhook?type={query}"),
        header: (header.0, header.1.to_owned()),
        body,
        repository: "org/shop",
    };
    let none = ("x-nothing", "");
    vec![
        sender(
            "hub",
            "docker.io",
            "docker.io&secret=s3cret",
            none,
            json!({"push_data": {"tag": "1.1.0"},
            "repository": {"repo_name": "org/shop", "name": "shop", "namespace": "org"}}),
        ),
        sender("ghcr", "ghcr.io", "ghcr.io", ("x-hub-signature-256", &format!("sha256={signed}")), ghcr),
        sender(
            "quay",
            "quay.io",
            "quay.io&secret=s3cret",
            none,
            json!({"repository": "org/shop",
            "docker_url": "quay.io/org/shop", "updated_tags": ["1.1.0"]}),
        ),
        sender(
            "harbor",
            "harbor.example",
            "harbor",
            ("authorization", SECRET),
            json!({"type": "PUSH_ARTIFACT",
            "event_data": {"resources": [{"tag": "1.1.0", "resource_url": "harbor.example/org/shop:1.1.0"}],
            "repository": {"repo_full_name": "org/shop"}}}),
        ),
        sender(
            "acr",
            "shop.azurecr.io",
            "acr",
            ("authorization", SECRET),
            json!({"action": "push",
            "target": {"repository": "org/shop", "tag": "1.1.0"}, "request": {"host": "shop.azurecr.io"}}),
        ),
        sender(
            "ecr",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
            "cloudevents",
            ("x-webhook-secret", SECRET),
            json!({"specversion": "1.0", "id": "1", "type": "com.amazon.ecr.image.push", "subject": "org/shop:1.1.0",
            "source": "urn:aws:ecr:eu-west-1:123456789012:repository/org/shop", "data": {"repositoryName": "org/shop",
            "imageTag": "1.1.0", "imageDigest": "sha256:7f50", "registryId": "123456789012"}}),
        ),
    ]
}

struct Shop {
    stage: Stage,
    git: Repositories,
    dir: TempDir,
    _shutdown: Shutdown,
}

impl Shop {
    /// A server beside an updater that has looked once, and whose next look is far away.
    async fn open(senders: &[(Sender, Server)]) -> Shop {
        let told: Arc<OnceLock<Handle>> = Arc::default();
        let own = Arc::clone(&told);
        let stage = Stage::telling(Some(Arc::new(move |push| {
            let image = ImageReference::parse(&format!("{}/{}", push.registry, push.repository)).expect("an image");
            own.get().expect("it runs").pushed(&image);
        })))
        .await;
        let dir = tempfile::tempdir().expect("a folder");
        let git = Repositories::new(RepositoriesOptions::new(dir.path().join("mirrors")), Offload::pool(2));
        let shop = Shop { stage, git, dir, _shutdown: Shutdown::new() };
        shop.declare(senders).await;
        told.set(shop.update()).ok().expect("once");
        for (sender, _) in senders {
            shop.until(sender.name, "tag: 1.0.0").await;
        }
        shop
    }

    async fn declare(&self, senders: &[(Sender, Server)]) {
        let keys = ["docker", "ghcr", "quay", "harbor", "acr", "cloudevents"];
        let data: Value = keys.iter().map(|key| (format!("webhook.{key}-secret"), json!(SECRET))).collect();
        let metadata = json!({"name": "argocd-image-updater-secret", "namespace": NAMESPACE});
        self.stage.make(json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})).await;
        self.stage
            .eventually("the secret is seen", |stage| {
                !stage.site.plane.secret("argocd-image-updater-secret").is_empty()
            })
            .await;
        let registries: Vec<Value> = senders
            .iter()
            .map(|(sender, server)| json!({"name": sender.name, "prefix": sender.host, "api_url": server.url(), "limit": 100_000}))
            .collect();
        let conf = json!({"registries": registries}).to_string();
        let metadata = json!({"name": "argocd-image-updater-config", "namespace": NAMESPACE});
        let data = json!({"registries.conf": conf, "interval": "1h"});
        self.stage.make(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})).await;
        let change = |(sender, _): &(Sender, Server)| {
            // What is written first is what shows that the updater has looked.
            let text = format!("image:\n  name: {}/{}\n  tag: 0.9.0\n", sender.host, sender.repository);
            (format!("{}/values.yaml", sender.name), Change::from(text))
        };
        let author =
            Signature { name: "Person".into(), email: "person@example.com".into(), time: DAY.parse().expect("a time") };
        let changes = senders.iter().map(change).collect();
        let commit = NewCommit { branch: "main".into(), message: "by hand".into(), author, changes };
        git::commit_files(&self.repository(), Layout::Bare, &commit).expect("committed");
        for (sender, server) in senders {
            server.push(sender.repository, "1.0.0", &Image::new(DAY, "old"));
            self.stage.make(self.application(sender)).await;
        }
        let count = 2 + senders.len();
        self.stage.eventually("all applications are known", |stage| stage.site.index.all().len() == count).await;
    }

    fn application(&self, sender: &Sender) -> Value {
        let image = format!("{}/{}", sender.host, sender.repository);
        let said = |key: &str, value: &str| (format!("argocd-image-updater.argoproj.io/{key}"), json!(value));
        let annotations: Value =
            [said("image-list", &image), said("write-back-method", "git"), said("write-back-target", "helmvalues")]
                .into_iter()
                .collect();
        json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
            "metadata": {"name": sender.name, "namespace": NAMESPACE, "annotations": annotations},
            "spec": {"project": "shop", "source": {"repoURL": self.repository(), "path": sender.name, "targetRevision": "main"},
                "destination": {"name": "in-cluster", "namespace": sender.name}},
            "status": {"sourceType": "Helm", "summary": {"images": [format!("{image}:0.9.0")]}},
        })
    }

    /// Runs the updater on the server's cluster.
    fn update(&self) -> Handle {
        let clock = Clock::system();
        let options = Options {
            client: self.stage.client.clone(),
            namespace: NAMESPACE.to_owned(),
            clock: clock.clone(),
            git: self.git.clone(),
            registry: registry::Client::new(registry::Options::default(), &clock),
            programs: None,
            reach: web::Reach::Anywhere,
            events: Arc::new(Silent),
        };
        let environment = Environment {
            clock,
            clusters: self.stage.site.clusters.clone(),
            leadership: Leadership::always(),
            events: Arc::new(Silent),
            metrics: Metrics::default(),
            views: Views::default(),
        };
        let updates = ImageUpdates::new(Updater::new(options), environment, self._shutdown.clone());
        let updates = updates.expect("a cache is there");
        let handle = updates.handle();
        tokio::spawn(updates.run());
        handle
    }

    fn repository(&self) -> PathBuf {
        self.dir.path().join("apps.git")
    }

    async fn values(&self, name: &str) -> String {
        let remote = Remote::parse(self.repository().to_str().expect("a path")).expect("a path");
        let refs = self.git.list_refs(&remote, &RefScope::default()).await.expect("refs");
        let tip = refs.get("refs/heads/main").expect("a branch").commit();
        let tree = self.git.tree(&remote, tip).await.expect("a tree");
        let path = TreePath::parse(&format!("{name}/values.yaml")).expect("a path");
        String::from_utf8(tree.read(&path, 1 << 20).expect("a file").to_vec()).expect("text")
    }

    async fn until(&self, name: &str, text: &str) {
        let come = timeout(crate::stage::AT_MOST, async {
            while !self.values(name).await.contains(text) {
                sleep(Duration::from_millis(50)).await;
            }
        });
        assert!(come.await.is_ok(), "{name}: {text} is in Git");
    }

    async fn post(&self, sender: &Sender, path: &str) -> u16 {
        let post = self.stage.http.post(format!("{}{path}", self.stage.base)).header(sender.header.0, &sender.header.1);
        post.body(sender.body.to_string()).send().await.expect("an answer").status().as_u16()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_registry_says_was_pushed_is_committed_at_once() {
    let mut all = Vec::new();
    for sender in senders() {
        all.push((sender, Server::start().await.expect("a port")));
    }
    let shop = Shop::open(&all).await;
    for (sender, server) in &all {
        server.push(sender.repository, "1.1.0", &Image::new(DAY, "new"));
        assert_eq!(shop.post(sender, &sender.path).await, 200, "{}", sender.name);
        shop.until(sender.name, "tag: 1.1.0").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_show_the_secret_wakes_nobody() {
    let sender = senders().remove(0);
    let all = [(sender, Server::start().await.expect("a port"))];
    let shop = Shop::open(&all).await;
    let (sender, server) = &all[0];
    let _ = server.take_requests();
    for path in
        ["/webhook?type=docker.io", "/webhook?type=docker.io&secret=wrong", "/api/webhook?type=docker.io&secret="]
    {
        assert_eq!(shop.post(sender, path).await, 401, "{path}");
    }
    let key = base64::engine::general_purpose::STANDARD.encode(b"$nowhere");
    shop.stage
        .patch("v1", "Secret", "argocd-image-updater-secret", json!({"data": {"webhook.docker-secret": key}}))
        .await;
    let is_seen = |stage: &Stage| {
        let secret = stage.site.plane.secret("argocd-image-updater-secret");
        secret.get("webhook.docker-secret").is_some_and(|secret| secret == "$nowhere")
    };
    shop.stage.eventually("the secret is seen", is_seen).await;
    assert_eq!(shop.post(sender, &sender.path).await, 401, "a reference that leads nowhere lets nobody in");
    assert_eq!(shop.post(sender, "/webhook?type=docker.io&secret=$nowhere").await, 401);
    assert_eq!(server.take_requests(), [] as [String; 0]);
}
