//! Whatever is wrong with one application's source is said on it, with file, line and limit; every other application
//! goes on, nothing is pruned, and what was mended comes right by itself.

use crate::stage::{At, Stage, URL, app_at, application, config_map, sync, text};
use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt};
use git::{
    Change, ChangeMark, CommitInfo, GitError, GitSource, MemoryGit, Oid, Problem, RefScope, Refs, Remote, Wanted,
};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tree::{Entry, Tree, TreeError, TreePath};

/// What is not there when something was pruned.
fn kept(namespace: &str) -> At<'_> {
    ["v1", "ConfigMap", namespace, "kept"]
}

/// A stage with applications of these names that are well, and `neighbour`, which must stay so.
async fn stage_with(git: &MemoryGit, source: impl GitSource + 'static, names: &[&str]) -> Stage {
    for name in names.iter().chain(&["neighbour"]) {
        let files =
            [(format!("{name}/kept.yaml"), config_map("kept", "1")), (format!("{name}/z.yaml"), config_map("z", "1"))];
        git.commit(URL, "main", "good", files);
    }
    let stage = Stage::start(source).await;
    for name in names.iter().chain(&["neighbour"]) {
        stage.create(application(name, name)).await;
        stage.until_well(name).await;
    }
    stage
}

/// The other application takes a commit as if nothing had happened.
async fn the_neighbour_goes_on(stage: &Stage, git: &MemoryGit) {
    let file = config_map("new", "1");
    let commit = git.commit(URL, "main", "next", [("neighbour/new.yaml", file)]).to_string();
    let is_there = |app: &Value| sync(app) == "Synced" && text(app, "/status/sync/revision") == commit;
    stage.until(app_at("neighbour"), "at the next commit", is_there).await;
    assert!(!stage.get(["v1", "ConfigMap", "neighbour", "new"]).await.is_null());
}

/// Each alias stands for nine of those before.
fn exploding() -> String {
    let mut text = String::from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: z}\na0: &a0 [x]\n");
    for level in 1..12 {
        let before = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{before}]\n"));
    }
    text
}

fn deep(open: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {}", open.repeat(100_000))
}

/// A file that is put beside good ones, and what is then said. The name of each case is its directory.
fn broken_files() -> Vec<(&'static str, &'static str, Change, &'static str)> {
    let second = format!("{}---\nkind: [\n", config_map("z", "1"));
    let yaml = |name, change, wanted| (name, "z.yaml", change, wanted);
    vec![
        yaml(
            "broken",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: [\n".into(),
            "broken/z.yaml: line 3, column 11: did not find expected ',' or ']'",
        ),
        yaml("second", second.into(), "second/z.yaml: line 8, column 7: did not find expected ',' or ']'"),
        yaml(
            "headless",
            "metadata:\n  name: z\n".into(),
            "headless/z.yaml:1: not a Kubernetes object: apiVersion is missing",
        ),
        yaml(
            "nameless",
            "apiVersion: v1\nkind: ConfigMap\n".into(),
            "nameless/z.yaml:1: not a Kubernetes object: metadata.name is missing",
        ),
        yaml("listed", "- apiVersion: v1\n".into(), "listed/z.yaml:1: not a Kubernetes object: "),
        yaml(
            "exploding",
            exploding().into(),
            "exploding/z.yaml: line 10: more than 41943040 bytes (limit: bytes 41943040)",
        ),
        yaml("flow", deep("[").into(), "flow/z.yaml: line 3: nested deeper than 128 levels (limit: depth 128)"),
        yaml(
            "block",
            deep("- ").replace("metadata: ", "metadata:\n").into(),
            "block/z.yaml: line 4: nested deeper than 128 levels (limit: depth 128)",
        ),
        yaml(
            "outside",
            Change::Link("../../../etc/passwd".into()),
            "outside/z.yaml: symbolic link leads out of the repository",
        ),
        yaml(
            "absolute",
            Change::Link("/etc/passwd".into()),
            "absolute/z.yaml: symbolic link leads out of the repository",
        ),
        yaml("looping", Change::Link("z.yaml".into()), "looping/z.yaml: more than 40 symbolic links in a row"),
        ("json", "y.json", "{\"kind\": ".into(), "json/y.json: line 1, column 9: not valid JSON"),
        ("nested", "y.json", "[".repeat(100_000).into(), "nested/y.json: line 1, column 128: not valid JSON"),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_broken_file_is_named_with_line_and_limit() {
    let git = MemoryGit::new();
    let cases = broken_files();
    let names: Vec<&str> = cases.iter().map(|(name, ..)| *name).collect();
    let stage = stage_with(&git, git.clone(), &names).await;
    let changes = cases.iter().map(|(name, file, change, _)| (format!("{name}/{file}"), change.clone()));
    git.commit(URL, "main", "bad", changes);
    for (name, _, _, wanted) in &cases {
        let told = stage.until_told(name, "ComparisonError: ").await;
        let wanted = format!("ComparisonError: Failed to load target state: Manifest generation error: {wanted}");
        assert!(told.iter().any(|told| told.starts_with(&wanted)), "{name}: {told:?}, not {wanted:?}");
        assert_eq!(sync(&stage.get(app_at(name)).await), "Unknown", "{name}");
    }
    the_neighbour_goes_on(&stage, &git).await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    for name in &names {
        assert!(!stage.get(kept(name)).await.is_null(), "{name}: a good file's object was pruned");
        assert!(!stage.get(["v1", "ConfigMap", name, "z"]).await.is_null(), "{name}: the broken file's was pruned");
    }
    let mended = cases.iter().map(|(name, file, ..)| match *file {
        "z.yaml" => (format!("{name}/{file}"), Change::from(config_map("z", "2"))),
        _ => (format!("{name}/{file}"), Change::Remove),
    });
    git.commit(URL, "main", "mended", mended);
    for name in &names {
        stage.until_well(name).await;
    }
}

/// An application of `neighbour`'s directory, but for what `change` makes of it.
async fn declared(stage: &Stage, name: &str, change: impl FnOnce(&mut Value)) {
    let mut app = application(name, "neighbour");
    change(&mut app["spec"]["source"]);
    stage.create(app).await;
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_not_there_is_named() {
    let git = MemoryGit::new();
    let stage = stage_with(&git, git.clone(), &[]).await;
    declared(&stage, "climbing", |source| source["path"] = json!("../..")).await;
    declared(&stage, "nowhere", |source| source["path"] = json!("no/such/path")).await;
    declared(&stage, "a-file", |source| source["path"] = json!("neighbour/kept.yaml")).await;
    declared(&stage, "no-branch", |source| source["targetRevision"] = json!("no-such-branch")).await;
    declared(&stage, "no-commit", |source| source["targetRevision"] = json!("0123456789".repeat(4))).await;
    declared(&stage, "no-version", |source| source["targetRevision"] = json!(">=7.0.0")).await;
    declared(&stage, "no-host", |source| source["repoURL"] = json!("https://no.example/x.git")).await;
    declared(&stage, "no-url", |source| source["repoURL"] = json!("::://")).await;
    declared(&stage, "no-glob", |source| source["directory"] = json!({"include": "{a"})).await;
    for (name, wanted) in [
        ("climbing", "path \"../..\" leads out of the repository"),
        ("nowhere", "no/such/path: app path does not exist"),
        ("a-file", "neighbour/kept.yaml: app path is not a directory"),
        ("no-branch", "unable to resolve 'no-such-branch' to a commit SHA"),
        ("no-commit", "commit 0123456789012345678901234567890123456789 does not exist in the repository (any more)"),
        ("no-version", "unable to resolve '>=7.0.0' to a commit SHA"),
        ("no-host", "https://no.example/x.git: repository not found"),
        ("no-url", "not a usable repository URL"),
        ("no-glob", "spec.source.directory.include: \"{a\" is not a valid pattern"),
    ] {
        let told = stage.until_told(name, "ComparisonError: Failed to load target state: ").await;
        assert!(told.iter().any(|told| told.contains(wanted)), "{name}: {told:?}, not {wanted:?}");
        assert!(stage.get(["v1", "ConfigMap", name, "kept"]).await.is_null(), "{name}: nothing is made");
    }
    the_neighbour_goes_on(&stage, &git).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_source_had_stays_when_the_source_goes_away() {
    let git = MemoryGit::new();
    let names = ["path", "revision", "host"];
    let stage = stage_with(&git, git.clone(), &names).await;
    let far = "https://far.example/repo.git";
    git.commit(far, "main", "first", [("host/kept.yaml", config_map("kept", "1"))]);
    stage.patch(app_at("host"), json!({"spec": {"source": {"repoURL": far}}})).await;
    let is_far = |app: &Value| sync(app) == "Synced" && text(app, "/status/sync/comparedTo/source/repoURL") == far;
    stage.until(app_at("host"), "read from there", is_far).await;

    stage.patch(app_at("path"), json!({"spec": {"source": {"path": "../.."}}})).await;
    stage.patch(app_at("revision"), json!({"spec": {"source": {"targetRevision": "gone"}}})).await;
    git.fail(far, Some(Problem::Unreachable { detail: "connection refused".into() }));
    stage.until_told("path", "path \"../..\" leads out of the repository").await;
    stage.until_told("revision", "unable to resolve 'gone' to a commit SHA").await;
    let told = stage.until_told("host", "cannot be reached: connection refused").await;
    let wanted =
        format!("ComparisonError: Failed to load target state: {far}: cannot be reached: connection refused (");
    assert!(told.iter().any(|told| told.starts_with(&wanted)), "{told:?}");
    the_neighbour_goes_on(&stage, &git).await;
    for name in names {
        assert!(!stage.get(kept(name)).await.is_null(), "{name}: pruned");
    }
    git.fail(far, None);
    stage.until_well("host").await;
}

/// How large the file `huge.yaml` is, and in what pieces it is made while it is read.
const HUGE: u64 = 1 << 30;
const PIECE: u64 = 64 << 10;

/// Repositories in which every file `huge.yaml` is a gigabyte, and how much of it was read.
#[derive(Clone)]
struct Generated {
    git: MemoryGit,
    read: Arc<AtomicU64>,
}

impl GitSource for Generated {
    fn list_refs<'a>(&'a self, remote: &'a Remote, scope: &'a RefScope) -> BoxFuture<'a, Result<Refs, GitError>> {
        self.git.list_refs(remote, scope)
    }

    fn ensure_commit<'a>(&'a self, remote: &'a Remote, wanted: &'a Wanted) -> BoxFuture<'a, Result<Oid, GitError>> {
        self.git.ensure_commit(remote, wanted)
    }

    fn tree<'a>(&'a self, remote: &'a Remote, commit: Oid) -> BoxFuture<'a, Result<Arc<dyn Tree>, GitError>> {
        let read = Arc::clone(&self.read);
        let tree = self.git.tree(remote, commit);
        async move { tree.await.map(|tree| Arc::new(GeneratedTree { tree, read }) as Arc<dyn Tree>) }.boxed()
    }

    fn commit_info<'a>(&'a self, remote: &'a Remote, commit: Oid) -> BoxFuture<'a, Result<CommitInfo, GitError>> {
        self.git.commit_info(remote, commit)
    }

    fn change_mark(&self, remote: &Remote) -> Option<ChangeMark> {
        self.git.change_mark(remote)
    }
}

struct GeneratedTree {
    tree: Arc<dyn Tree>,
    read: Arc<AtomicU64>,
}

impl Tree for GeneratedTree {
    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        self.tree.entry(path)
    }

    fn read(&self, path: &TreePath, bytes_max: u64) -> Result<Bytes, TreeError> {
        if path.name() != "huge.yaml" {
            return self.tree.read(path, bytes_max);
        }
        let mut content = Vec::new();
        while (content.len() as u64) < HUGE {
            content.resize(content.len() + PIECE as usize, b'#');
            self.read.fetch_add(PIECE, Ordering::Relaxed);
            if content.len() as u64 > bytes_max {
                return Err(TreeError::TooLarge { path: path.clone(), bytes_max });
            }
        }
        Ok(content.into())
    }

    fn list(&self, path: &TreePath) -> Result<Vec<(String, Entry)>, TreeError> {
        self.tree.list(path)
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_gigabyte_no_more_is_read_than_the_limit() {
    let git = MemoryGit::new();
    let generated = Generated { git: git.clone(), read: Arc::default() };
    let stage = stage_with(&git, generated.clone(), &["large"]).await;
    git.commit(URL, "main", "huge", [("large/huge.yaml", "a gigabyte")]);
    let told = stage.until_told("large", "ComparisonError").await;
    let wanted = "large/huge.yaml: the manifests in this directory have more than 10000000 bytes together \
                  (limit: combined manifest size)";
    assert!(told.iter().any(|told| told.contains(wanted)), "{told:?}");
    the_neighbour_goes_on(&stage, &git).await;
    tokio::time::sleep(Duration::from_secs(3600)).await;
    let read = generated.read.load(Ordering::Relaxed);
    assert!((PIECE..=10_000_000 + PIECE).contains(&read), "{read} bytes read in an hour");
    assert!(!stage.get(kept("large")).await.is_null(), "nothing is pruned");
    git.commit(URL, "main", "small again", [("large/huge.yaml", Change::Remove)]);
    stage.until_well("large").await;
}
