//! A cluster with Applications, a registry, a repository, and the updater.

use clock::{Clock, Offload};
use cluster::{Change as Verb, ClusterClient, Part, PatchKind, Target, Write};
use controller::{Event, EventSink};
use git::{
    Change, GitSource, Layout, NewCommit, Oid, RefScope, Remote, Repositories, RepositoriesOptions, Signature,
    commit_files,
};
use imageupdates::report::{OfImage, Report, State};
use imageupdates::{Options, Updater, Writing};
use object::{Gvk, Object};
use ociserver::{Image, Server};
use registry::Client;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tree::TreePath;
use web::Reach;

/// When images were built.
pub const DAY: &str = "2026-01-01T00:00:00Z";

#[derive(Default)]
pub struct Heard(Mutex<Vec<Event>>);

impl EventSink for Heard {
    fn record(&self, event: &Event) {
        self.0.lock().expect("no panic").push(event.clone());
    }
}

pub struct Stage {
    _cluster: embedded::Cluster,
    pub client: ClusterClient,
    pub registry: Server,
    pub git: Repositories,
    pub updater: Updater,
    heard: Arc<Heard>,
    dir: TempDir,
}

impl Stage {
    pub async fn start() -> Stage {
        Stage::with(registry::Options::default(), None).await
    }

    /// With a client of registries of one's own, and the folder of the programs that give credentials.
    pub async fn with(asking: registry::Options, programs: Option<PathBuf>) -> Stage {
        let clock = Clock::system();
        let cluster = embedded::Cluster::builder().clock(clock.clone()).start().await.expect("a cluster");
        let client = ClusterClient::from_service(cluster.service(), &clock);
        let dir = tempfile::tempdir().expect("a folder");
        let git = Repositories::new(RepositoriesOptions::new(dir.path().join("mirrors")), Offload::pool(2));
        let heard: Arc<Heard> = Arc::default();
        let options = Options {
            client: client.clone(),
            namespace: "argocd".into(),
            clock: clock.clone(),
            git: git.clone(),
            registry: Client::new(asking, &clock),
            programs,
            reach: Reach::Anywhere,
            events: heard.clone(),
        };
        let registry = Server::start().await.expect("a port");
        let stage = Stage { _cluster: cluster, client, registry, git, updater: Updater::new(options), heard, dir };
        for definition in api::crds() {
            stage.create(definition).await;
        }
        stage.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}})).await;
        let registries = format!(
            "registries:\n- {{name: loopback, prefix: '{0}', api_url: 'http://{0}', limit: 100000}}\n",
            stage.registry.host()
        );
        stage.config(&[("registries.conf", &registries)]).await;
        stage
    }

    pub async fn config(&self, data: &[(&str, &str)]) {
        let data: serde_json::Map<String, Value> =
            data.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        self.apply(json!({"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "argocd-image-updater-config", "namespace": "argocd"}, "data": data}))
            .await;
    }

    /// Puts an object in the place of the one that is there.
    pub async fn replace(&self, value: Value) {
        self.apply(value).await;
    }

    /// Makes an object, once its kind is served.
    pub async fn create(&self, value: Value) {
        let object = Object::from_value(&value).expect("an object");
        self.write(Write::new(Target::of(&object), Verb::Create(object))).await;
    }

    async fn apply(&self, value: Value) {
        let object = Object::from_value(&value).expect("an object");
        self.write(Write::new(Target::of(&object), Verb::Replace(object))).await;
    }

    async fn write(&self, write: Write) {
        // A new definition takes a moment until it is served.
        for _ in 0..600 {
            match self.client.write(&write).await {
                Err(error) if error.class == cluster::ErrorClass::UnknownKind => {
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
                done => return drop(done.unwrap_or_else(|error| panic!("{}: {error}", write.target))),
            }
        }
        panic!("{}: its kind is never served", write.target);
    }

    pub fn repository(&self) -> PathBuf {
        self.dir.path().join("apps.git")
    }

    pub fn url(&self) -> String {
        self.repository().to_str().expect("a path").to_owned()
    }

    /// Commits to the repository, as a person does.
    pub fn commit(&self, files: &[(&str, &str)]) -> Oid {
        let author =
            Signature { name: "Person".into(), email: "person@example.com".into(), time: DAY.parse().expect("a time") };
        let changes = files.iter().map(|(path, text)| ((*path).to_owned(), Change::from(*text))).collect();
        let commit = NewCommit { branch: "main".into(), message: "by hand".into(), author, changes };
        // The updater may push at the same moment: then once more, as a person would.
        let tries = std::iter::repeat_with(|| commit_files(&self.repository(), Layout::Bare, &commit));
        tries.take(1000).find_map(Result::ok).expect("committed")
    }

    pub fn push(&self, repository: &str, tag: &str, content: &str) -> String {
        self.registry.push(repository, tag, &Image::new(DAY, content))
    }

    /// An image of the registry.
    pub fn image(&self, name: &str) -> String {
        format!("{}/{name}", self.registry.host())
    }

    /// An Application as its controller leaves it.
    pub async fn application(&self, name: &str, kind: &str, path: &str, live: &[&str], annotations: &[(&str, &str)]) {
        let annotations: serde_json::Map<String, Value> = annotations
            .iter()
            .map(|(key, value)| (format!("argocd-image-updater.argoproj.io/{key}"), json!(value)))
            .collect();
        self.create(json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
            "metadata": {"name": name, "namespace": "argocd", "annotations": annotations},
            "spec": {"project": "default", "source": {"repoURL": self.url(), "path": path, "targetRevision": "main"},
                "destination": {"name": "in-cluster", "namespace": name}},
            "status": {"sourceType": kind, "summary": {"images": live}},
        }))
        .await;
    }

    /// What runs now, as the application's controller would find.
    pub async fn runs(&self, name: &str, live: &[&str]) {
        self.patch(name, json!({"status": {"summary": {"images": live}}})).await;
    }

    pub async fn patch(&self, name: &str, body: Value) {
        let target = Target::new(Gvk::new("argoproj.io", "v1alpha1", "Application"), Some("argocd"), name);
        self.write(Write::new(target, Verb::Patch { kind: PatchKind::Merge, body, part: Part::Whole })).await;
    }

    pub async fn get(&self, name: &str) -> Value {
        let gvk = Gvk::new("argoproj.io", "v1alpha1", "Application");
        self.client.get(&gvk, Some("argocd"), name).await.expect("read").expect("there").value()
    }

    pub async fn cycle(&self) -> Report {
        self.updater.cycle(Writing::Yes).await.expect("a cycle").1
    }

    pub async fn dry(&self) -> Report {
        self.updater.cycle(Writing::No).await.expect("a cycle").1
    }

    /// What stands in a file of a branch.
    pub async fn file(&self, branch: &str, path: &str) -> String {
        let remote = Remote::parse(&self.url()).expect("a path");
        let tip = self.tip(branch).await.expect("a branch");
        let tree = self.git.tree(&remote, tip).await.expect("a tree");
        let path = TreePath::parse(path).expect("a path");
        String::from_utf8(tree.read(&path, 1 << 20).expect("a file").to_vec()).expect("text")
    }

    /// Where a branch is.
    pub async fn tip(&self, branch: &str) -> Option<Oid> {
        let remote = Remote::parse(&self.url()).expect("a path");
        let refs = self.git.list_refs(&remote, &RefScope::default()).await.expect("refs");
        refs.get(&format!("refs/heads/{branch}")).map(git::Ref::commit)
    }

    /// The message of a branch's last commit.
    pub async fn message(&self, branch: &str) -> String {
        let remote = Remote::parse(&self.url()).expect("a path");
        let tip = self.tip(branch).await.expect("a branch");
        self.git.commit_info(&remote, tip).await.expect("a commit").message
    }

    /// The reasons of the events since the last time this was asked.
    pub fn events(&self) -> Vec<String> {
        std::mem::take(&mut *self.heard.0.lock().expect("no panic"))
            .iter()
            .map(|event| event.reason.to_string())
            .collect()
    }
}

/// The only image of an application in a report.
pub fn image<'r>(report: &'r Report, application: &str) -> &'r OfImage {
    let of = report.applications.iter().find(|of| of.name == application).expect("in the report");
    of.images.first().unwrap_or_else(|| panic!("{application} has no image: {:?}", of.problems))
}

pub fn state(report: &Report, application: &str) -> State {
    image(report, application).state
}
