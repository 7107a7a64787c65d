//! An image is pushed, and everything follows: one commit for two applications, one sync each, one message to Slack, a
//! canary; aborting it holds the version back until somebody releases it. Registries and a repository on this machine, the
//! example's files, on the machine's own clock: sockets do not wait for a paused one.

// As the tests of the registry's client run it.
#[path = "../../../registry/tests/it/packaged.rs"]
mod packaged;

use crate::stage::{At, Stage, Updates, app_at, sync, text};
use git::{
    Change, GitSource, Layout, NewCommit, Oid, RefScope, Remote, Repositories, RepositoriesOptions, Signature,
    commit_files,
};
use imageupdates::Writing;
use imageupdates::notes::{HOLDS, Notes};
use imageupdates::report::State;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use testkit::http_server;

const ROLLOUT: At<'static> = ["argoproj.io/v1alpha1", "Rollout", "shop-qa", "shop"];
const QA_VALUES: &str = "chart/qa.values.yaml";

/// A registry that images are pushed to.
enum Registry {
    /// The one of this project.
    Own(ociserver::Server),
    /// The distribution project's.
    Packaged { address: String, http: reqwest::Client, _running: packaged::Running },
}

impl Registry {
    fn host(&self) -> String {
        match self {
            Registry::Own(server) => server.host(),
            Registry::Packaged { address, .. } => address.clone(),
        }
    }

    /// Pushes one build under two tags, and gives the digest of the first.
    async fn push(&self, tags: [&str; 2], created: &str) -> String {
        match self {
            Registry::Own(server) => {
                let image = ociserver::Image::new(created, created);
                tags.map(|tag| server.push("shop", tag, &image))[0].clone()
            }
            Registry::Packaged { address, http, .. } => {
                let base = format!("http://{address}/v2/shop");
                let first = packaged::push(http, &base, tags[0], created).await;
                packaged::push(http, &base, tags[1], created).await;
                first
            }
        }
    }
}

struct Shop {
    stage: Stage,
    git: Repositories,
    registry: Registry,
    slack: http_server::Server,
    dir: TempDir,
}

fn example(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/image-updates");
    std::fs::read_to_string(root.join(path)).expect("text")
}

impl Shop {
    async fn open(registry: Registry) -> Shop {
        let dir = tempfile::tempdir().expect("a folder");
        let git = Repositories::new(RepositoriesOptions::new(dir.path().join("mirrors")), clock::Offload::pool(2));
        let slack = http_server::Server::start(|_| http_server::ok(r#"{"ok": true, "channel": "C", "ts": "1"}"#)).await;
        let stage = Stage::start(git.clone()).await;
        let shop = Shop { stage, git, registry, slack, dir };
        let paths = [
            "kustomize/kustomization.yaml",
            "kustomize/deployment.yaml",
            "chart/Chart.yaml",
            "chart/values.yaml",
            QA_VALUES,
            "chart/templates/rollout.yaml",
        ];
        shop.commit(&paths);
        shop.configure().await;
        shop.stage.run_rollouts();
        shop.stage.run_notifications();
        shop
    }

    /// Notifications and registries.
    async fn configure(&self) {
        let host = self.registry.host();
        let registries =
            format!("registries:\n- {{name: l, prefix: '{host}', api_url: 'http://{host}', limit: 1000}}\n");
        let map = |name: &str, data: Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "argocd"}, "data": data});
        let updates = json!({"registries.conf": registries, "interval": "1h"});
        self.stage.create(map("argocd-image-updater-config", updates)).await;
        let notifications = json!({
            "service.slack": format!("token: $slack-token\napiURL: {}\n", self.slack.url("/api/")),
            "template.deployed": "message: '{{.app.metadata.name}} {{.app.status.operationState.syncResult.revision}}'\n",
            "trigger.on-deployed": "- when: app.status?.operationState?.phase in ['Succeeded']\n  \
                oncePer: app.status?.operationState?.syncResult?.revision\n  send: [deployed]\n",
        });
        self.stage.create(map("argocd-notifications-cm", notifications)).await;
        let metadata = json!({"name": "argocd-notifications-secret", "namespace": "argocd"});
        let secret =
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"slack-token": "t"}});
        self.stage.create(secret).await;
    }

    /// Commits files of the example as they stand, as a person does.
    fn commit(&self, paths: &[&str]) -> Oid {
        let change = |path: &&str| {
            let text = example(&format!("repository/{path}")).replace("REGISTRY", &self.registry.host());
            ((*path).to_owned(), Change::from(text))
        };
        let time = "2026-01-01T00:00:00Z".parse().expect("a time");
        let author = Signature { name: "Person".into(), email: "person@example.com".into(), time };
        let changes = paths.iter().map(change).collect();
        let commit = NewCommit { branch: "main".into(), message: "by hand".into(), author, changes };
        commit_files(&self.repository(), Layout::Bare, &commit).expect("committed")
    }

    fn repository(&self) -> PathBuf {
        self.dir.path().join("apps.git")
    }

    async fn create(&self, file: &str) {
        let url = self.repository().to_str().expect("a path").to_owned();
        let text = example(file).replace("REGISTRY", &self.registry.host()).replace("REPOSITORY", &url);
        let app = yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, &mut budget::Budget::default());
        let mut app = app.expect("the example parses");
        if app["metadata"]["name"] == "shop-qa" {
            app["metadata"]["annotations"]["notifications.argoproj.io/subscribe.on-deployed.slack"] = "qa".into();
        }
        self.stage.create(app).await;
    }

    fn remote(&self) -> Remote {
        Remote::parse(self.repository().to_str().expect("a path")).expect("a path")
    }

    async fn tip(&self) -> Oid {
        let refs = self.git.list_refs(&self.remote(), &RefScope::default()).await.expect("refs");
        refs.get("refs/heads/main").expect("a branch").commit()
    }

    /// Waits until both applications run these images, and gives them.
    async fn settled(&self, images: [String; 2]) -> [Value; 2] {
        let mut apps = Vec::new();
        for (name, image) in ["shop-edge", "shop-qa"].into_iter().zip(images) {
            let runs = |app: &Value| {
                let images = app.pointer("/status/summary/images").and_then(Value::as_array);
                let is_done = text(app, "/status/operationState/phase") == "Succeeded";
                sync(app) == "Synced" && is_done && images.is_some_and(|images| images.contains(&json!(image)))
            };
            apps.push(self.stage.until(app_at(name), &image, runs).await);
        }
        apps.try_into().expect("two of them")
    }

    async fn rollout_is(&self, phase: &str) {
        self.stage.until(ROLLOUT, phase, |rollout| text(rollout, "/status/phase") == phase).await;
    }

    /// What Slack was told of a commit.
    fn told(&self, commit: Oid) -> usize {
        let text = format!("shop-qa {commit}");
        self.slack.seen().iter().filter(|request| request.json()["text"] == text.as_str()).count()
    }

    /// What one more look at the registries, as `capstan images update` takes it, makes of the chart's image.
    async fn looked_at(&self, updates: &Updates) -> State {
        let report = updates.updater.cycle(Writing::Yes).await.expect("a cycle").1;
        let of = report.applications.into_iter().find(|of| of.name == "shop-qa").expect("in the report");
        of.images[0].state
    }
}

fn deployed(app: &Value) -> usize {
    app.pointer("/status/history").and_then(Value::as_array).map_or(0, Vec::len)
}

/// Two applications that run the first build, and follow newer ones from now on.
async fn following(shop: &Shop, image: &str) -> (Updates, [Value; 2]) {
    let first = shop.registry.push(["latest", "1.0.0"], "2026-01-01T00:00:00Z").await;
    shop.create("kustomize.yaml").await;
    shop.create("helm.yaml").await;
    shop.settled([format!("{image}:latest"), format!("{image}:1.0.0")]).await;
    shop.rollout_is("Healthy").await;
    let mut updates = shop.stage.updater(&shop.git);
    updates.start();
    // The tag that moves is followed by its digest from now on.
    let apps = shop.settled([format!("{image}:latest@{first}"), format!("{image}:1.0.0")]).await;
    (updates, apps)
}

async fn from_push_to_release(shop: &Shop) {
    let image = format!("{}/shop", shop.registry.host());
    let (mut updates, before) = following(shop, &image).await;
    let base = shop.tip().await;

    // Both tags are there when it looks.
    updates.stop().await;
    let second = shop.registry.push(["latest", "1.1.0"], "2026-01-02T00:00:00Z").await;
    updates.start();
    let after = shop.settled([format!("{image}:latest@{second}"), format!("{image}:1.1.0")]).await;
    let tip = shop.tip().await;
    let info = shop.git.commit_info(&shop.remote(), tip).await.expect("a commit");
    assert_eq!(info.parents, [base], "one commit");
    assert!(info.message.starts_with("build: automatic update of shop-edge, shop-qa\n"), "{}", info.message);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(deployed(after), deployed(before) + 1, "one sync");
        assert_eq!(text(after, "/status/sync/revision"), tip.to_string());
    }
    shop.rollout_is("Paused").await;
    shop.stage.until(app_at("shop-qa"), "told of", |_| shop.told(tip) > 0).await;

    // As `abort` does.
    shop.stage.patch_status(ROLLOUT, json!({"status": {"abort": true}})).await;
    let held = "ImageHeldWarning: ";
    let said = shop.stage.until_told("shop-qa", held).await;
    let said = said.iter().find(|condition| condition.starts_with(held)).expect("it says so");
    assert_eq!(*said, format!("{held}{image} 1.1.0 is held back: rollout shop was aborted"));
    shop.heard("ImageHeld").await;
    shop.rollout_is("Degraded").await;
    assert_eq!(shop.tip().await, tip, "and nothing was written");
    assert_eq!(shop.told(tip), 1, "one message");

    // Somebody takes it back in Git too, and it stays that way.
    let reverted = shop.commit(&[QA_VALUES]);
    shop.settled([format!("{image}:latest@{second}"), format!("{image}:1.0.0")]).await;
    shop.rollout_is("Healthy").await;
    assert_eq!(shop.looked_at(&updates).await, State::Held);
    assert_eq!(shop.tip().await, reverted);

    // As `capstan images release` does: it is written again, and begins anew.
    let app = shop.stage.get(app_at("shop-qa")).await;
    let annotations = serde_json::from_value(app["metadata"]["annotations"].clone()).expect("annotations");
    let before = Notes::read(&annotations);
    let mut notes = before.clone();
    assert_eq!(notes.release(Some(&image)).len(), 1);
    shop.stage.patch(app_at("shop-qa"), notes.patch(&before).expect("a patch")).await;
    let apps = shop.settled([format!("{image}:latest@{second}"), format!("{image}:1.1.0")]).await;
    assert!(apps[1]["metadata"]["annotations"].get(HOLDS).is_none());
    shop.rollout_is("Paused").await;
    let released = shop.git.commit_info(&shop.remote(), shop.tip().await).await.expect("a commit");
    assert_eq!(released.parents, [reverted]);
}

impl Shop {
    /// Waits until the cluster has an event about the chart's application.
    async fn heard(&self, reason: &str) {
        let is_it = |event: &Value| {
            let regarding = [event.pointer("/regarding/name"), event.pointer("/involvedObject/name")];
            event["reason"] == reason && regarding.into_iter().flatten().any(|name| name == "shop-qa")
        };
        let heard = async {
            loop {
                let events = self.stage.kind("events.k8s.io/v1", "Event", "argocd").list(&Default::default()).await;
                let mut events = events.expect("events").items.into_iter();
                if events.any(|event| is_it(&serde_json::to_value(event).expect("a value"))) {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        let patience = std::time::Duration::from_secs(120);
        tokio::time::timeout(patience, heard).await.unwrap_or_else(|_| panic!("no event {reason}"));
    }
}

#[tokio::test]
async fn a_pushed_image_is_one_commit_one_sync_one_message_and_a_canary_whose_abort_holds_it_back() {
    let registry = Registry::Own(ociserver::Server::start().await.expect("a port"));
    from_push_to_release(&Shop::open(registry).await).await;
}

#[tokio::test]
async fn so_it_is_with_the_packaged_registry_where_that_is_installed() {
    if !Path::new(packaged::PROGRAM).exists() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    embedded::install_crypto_provider();
    let (running, address) = packaged::start(folder.path());
    let http = reqwest::Client::builder().build().expect("a client");
    from_push_to_release(&Shop::open(Registry::Packaged { address, http, _running: running }).await).await;
}
