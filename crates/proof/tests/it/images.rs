//! An image is pushed, and everything follows: one commit for two applications, one sync each, a canary; aborting it holds
//! the version back. A registry and a repository on this machine, the example's files, on the machine's own clock: sockets
//! do not wait for a paused one.

use crate::stage::{At, Stage, app_at, health, sync, text};
use git::{
    Change, GitSource, Layout, NewCommit, Oid, RefScope, Remote, Repositories, RepositoriesOptions, Signature,
    commit_files,
};
use ociserver::{Image, Server};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const ROLLOUT: At<'static> = ["argoproj.io/v1alpha1", "Rollout", "shop-qa", "shop"];

struct Shop {
    stage: Stage,
    git: Repositories,
    registry: Server,
    dir: TempDir,
}

fn example(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/image-updates");
    std::fs::read_to_string(root.join(path)).expect("text")
}

impl Shop {
    async fn open() -> Shop {
        let dir = tempfile::tempdir().expect("a folder");
        let git = Repositories::new(RepositoriesOptions::new(dir.path().join("mirrors")), clock::Offload::pool(2));
        let registry = Server::start().await.expect("a port");
        let stage = Stage::start(git.clone()).await;
        stage.run_rollouts();
        let shop = Shop { stage, git, registry, dir };
        let paths = [
            "kustomize/kustomization.yaml",
            "kustomize/deployment.yaml",
            "chart/Chart.yaml",
            "chart/values.yaml",
            "chart/qa.values.yaml",
            "chart/templates/rollout.yaml",
        ];
        let change = |path: &str| {
            let text = example(&format!("repository/{path}")).replace("REGISTRY", &shop.registry.host());
            (path.to_owned(), Change::from(text))
        };
        let time = "2026-01-01T00:00:00Z".parse().expect("a time");
        let author = Signature { name: "Person".into(), email: "person@example.com".into(), time };
        let changes = paths.map(change).into();
        let commit = NewCommit { branch: "main".into(), message: "by hand".into(), author, changes };
        commit_files(&shop.repository(), Layout::Bare, &commit).expect("committed");
        shop
    }

    fn repository(&self) -> PathBuf {
        self.dir.path().join("apps.git")
    }

    fn push(&self, tags: [&str; 2], content: &str) -> String {
        let image = Image::new("2026-01-02T00:00:00Z", content);
        tags.map(|tag| self.registry.push("shop", tag, &image))[0].clone()
    }

    async fn create(&self, file: &str) {
        let url = self.repository().to_str().expect("a path").to_owned();
        let text = example(file).replace("REGISTRY", &self.registry.host()).replace("REPOSITORY", &url);
        let app = yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, &mut budget::Budget::default());
        self.stage.create(app.expect("the example parses")).await;
    }

    fn remote(&self) -> Remote {
        Remote::parse(self.repository().to_str().expect("a path")).expect("a path")
    }

    async fn tip(&self) -> Oid {
        let refs = self.git.list_refs(&self.remote(), &RefScope::default()).await.expect("refs");
        refs.get("refs/heads/main").expect("a branch").commit()
    }

    /// Waits until both applications run the tip of the branch, and gives them.
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
}

fn deployed(app: &Value) -> usize {
    app.pointer("/status/history").and_then(Value::as_array).map_or(0, Vec::len)
}

#[tokio::test]
async fn a_pushed_image_is_one_commit_one_sync_and_a_canary_whose_abort_holds_it_back() {
    let shop = Shop::open().await;
    let image = format!("{}/shop", shop.registry.host());
    let first = shop.push(["latest", "1.0.0"], "one");
    shop.create("kustomize.yaml").await;
    shop.create("helm.yaml").await;
    shop.settled([format!("{image}:latest"), format!("{image}:1.0.0")]).await;
    shop.stage.until(ROLLOUT, "Healthy", |rollout| text(rollout, "/status/phase") == "Healthy").await;
    let registries = format!("registries:\n- {{name: l, prefix: '{0}', api_url: 'http://{0}'}}\n", shop.registry.host());
    shop.stage
        .create(json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"registries.conf": registries, "interval": "2s"},
            "metadata": {"name": "argocd-image-updater-config", "namespace": "argocd"}}))
        .await;
    let handle = shop.stage.run_images(&shop.git);
    // The tag that moves is followed by its digest from now on.
    let before = shop.settled([format!("{image}:latest@{first}"), format!("{image}:1.0.0")]).await;
    let base = shop.tip().await;

    let second = shop.push(["latest", "1.1.0"], "two");
    handle.wake();
    let after = shop.settled([format!("{image}:latest@{second}"), format!("{image}:1.1.0")]).await;
    let tip = shop.tip().await;
    let info = shop.git.commit_info(&shop.remote(), tip).await.expect("a commit");
    assert_eq!(info.parents, [base], "one commit");
    assert!(info.message.starts_with("build: automatic update of shop-edge, shop-qa\n"), "{}", info.message);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(deployed(after), deployed(before) + 1, "one sync");
        assert_eq!(text(after, "/status/sync/revision"), tip.to_string());
    }
    let paused = |rollout: &Value| text(rollout, "/status/phase") == "Paused";
    shop.stage.until(ROLLOUT, "paused in its canary", paused).await;

    // As `abort` does.
    shop.stage.patch_status(ROLLOUT, json!({"status": {"abort": true}})).await;
    let says_so = |app: &Value| {
        let conditions = app.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten();
        let held = conditions.into_iter().find(|condition| condition["type"] == "ImageHeldWarning");
        held.is_some_and(|held| text(held, "/message").contains("1.1.0 is held back: rollout shop was aborted"))
    };
    let app = shop.stage.until(app_at("shop-qa"), "held back", says_so).await;
    assert!(text(&app, "/metadata/annotations/images.capstan.dev~1holds").contains("1.1.0"));
    assert_eq!(shop.tip().await, tip, "and nothing was written");
    shop.stage.until(app_at("shop-qa"), "Degraded", |app| health(app) == "Degraded").await;

    // A newer version goes on.
    let third = shop.push(["latest", "1.2.0"], "three");
    shop.settled([format!("{image}:latest@{third}"), format!("{image}:1.2.0")]).await;
}
