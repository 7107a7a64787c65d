//! A thousand applications of every kind in one repository: a commit that touches one renders one, also when what it
//! adds is a file that was looked for in vain.

use applications::AppKey;
use applications::sources::{
    Ask, Counters, Place, Reading, Repositories, SourceSeen, Sources, WakeApps, Wanted, wanted,
};
use clock::{Clock, Offload};
use git::{Layout, NewCommit, RefWatcher, RepositoriesOptions, Signature, WatchOptions, commit_files};
use render::{ApplicationFacts, Settings};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::sleep;

/// Applications of each kind.
const OF_EACH: usize = 250;

/// Notes who is woken for content.
#[derive(Default)]
struct Woken(Mutex<BTreeSet<String>>);

impl WakeApps for Woken {
    fn content_changed(&self, app: &AppKey) {
        self.0.lock().expect("no panic").insert(app.name.to_string());
    }

    fn revision_renamed(&self, _: &AppKey) {}
}

struct Monorepo {
    folder: TempDir,
    sources: Sources,
    woken: Arc<Woken>,
    counters: Arc<Counters>,
    apps: Vec<(AppKey, Vec<Wanted>)>,
}

/// The files and the sources of application `n`: a chart, a chart with values of another source, a kustomization, plain
/// manifests.
fn application(n: usize, repository: &str) -> (Vec<(String, String)>, Vec<Value>) {
    let source = |value: Value| {
        let mut source = value;
        source["repoURL"] = json!(repository);
        source
    };
    let path = format!("apps/{n}");
    let map = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a{n}}}\n");
    let chart = vec![
        (format!("{path}/Chart.yaml"), format!("apiVersion: v2\nname: a{n}\nversion: 1.0.0\n")),
        (format!("{path}/templates/a.yaml"), format!("{map}data: {{v: {{{{ .Values.v | default 0 | quote }}}}}}\n")),
    ];
    let options =
        json!({"ignoreMissingValueFiles": true, "valueFiles": [format!("/env/{n}.yaml"), format!("/more/{n}/*.yaml")]});
    match n % 4 {
        0 => (chart, vec![source(json!({"path": path, "helm": options}))]),
        1 => {
            let helm = json!({"ignoreMissingValueFiles": true, "valueFiles": [format!("$values/env/{n}.yaml")]});
            (chart, vec![source(json!({"path": path, "helm": helm})), source(json!({"ref": "values"}))])
        }
        2 => {
            let files = vec![
                (format!("{path}/kustomization.yaml"), "resources: [a.yaml, ../../base]\n".to_owned()),
                (format!("{path}/a.yaml"), map),
            ];
            (files, vec![source(json!({"path": path, "kustomize": {"namePrefix": "x-"}}))])
        }
        _ => (vec![(format!("{path}/a.yaml"), map)], vec![source(json!({"path": path}))]),
    }
}

impl Monorepo {
    async fn start() -> Self {
        let clock = Clock::simulated("2026-01-01T00:00:00Z".parse().expect("a time"), 7);
        let (folder, woken) = (tempfile::tempdir().expect("a folder"), Arc::new(Woken::default()));
        let options = RepositoriesOptions::new(folder.path().join("mirrors"));
        let git = Arc::new(git::Repositories::new(options, Offload::Inline));
        let watcher = RefWatcher::new(git.clone(), clock.clone(), WatchOptions::default());
        let offload = Offload::Inline;
        let reading = Reading { git, watcher, charts: None, clock, offload, jsonnet: None, salt: [7; 32] };
        let sources = Sources::new(reading, woken.clone());
        let counters = sources.counters();
        let mut files = vec![
            ("env/README".to_owned(), String::new()),
            ("more/README".to_owned(), String::new()),
            ("base/kustomization.yaml".to_owned(), "resources: [b.yaml]\n".to_owned()),
            ("base/b.yaml".to_owned(), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: base}\n".to_owned()),
        ];
        let repository = folder.path().join("monorepo.git").display().to_string();
        let mut apps = Vec::new();
        for n in 0..4 * OF_EACH {
            let (own, declared) = application(n, &repository);
            files.extend(own);
            apps.push((AppKey::new("argocd", &format!("a{n}")), ask(n, declared)));
        }
        let monorepo = Monorepo { folder, sources, woken, counters, apps };
        monorepo.commit_files(files);
        monorepo
    }

    fn commit_files(&self, files: Vec<(String, String)>) -> String {
        let time = "2026-01-01T00:00:00Z".parse().expect("a time");
        let author = Signature { name: "test".into(), email: "test@example.com".into(), time };
        let changes = files.into_iter().map(|(path, text)| (path, text.into())).collect();
        let commit = NewCommit { branch: "main".into(), message: "test".into(), author, changes };
        let made = commit_files(&self.folder.path().join("monorepo.git"), Layout::Bare, &commit);
        made.expect("a commit").to_string()
    }

    /// Looks at every application as the controller does, and renders what is not known.
    async fn pass(&self) {
        for (app, wanted) in &self.apps {
            let mut seen = self.sources.follow(app, wanted);
            while seen.iter().any(|one| matches!(one, SourceSeen::Unread | SourceSeen::Fetching { .. })) {
                sleep(Duration::from_millis(100)).await;
                seen = self.sources.follow(app, wanted);
            }
            for (index, (one, wanted)) in seen.iter().zip(wanted).enumerate() {
                let SourceSeen::Resolved { revision, content: None, .. } = one else { continue };
                let done = self.sources.render(app, Place::Followed(index), wanted, revision).await;
                let SourceSeen::Resolved { content: Some(content), .. } = done else { panic!("{app:?}: {done:?}") };
                assert_eq!(content.rendered.problems, [], "{app:?}");
            }
        }
    }

    /// Commits one file; gives how many sources were rendered for it, and who was woken.
    async fn commit(&self, path: &str, text: &str) -> (u64, Vec<String>) {
        let before = self.counters.renders();
        self.woken.0.lock().expect("no panic").clear();
        let made = self.commit_files(vec![(path.to_owned(), text.to_owned())]);
        let (app, wanted) = &self.apps[0];
        let is_here = |seen: &[SourceSeen]| matches!(seen, [SourceSeen::Resolved { revision, .. }, ..] if revision.revision() == made);
        while !is_here(&self.sources.follow(app, wanted)) {
            sleep(Duration::from_millis(100)).await;
        }
        // Whoever is told, is told before this ends: time stands still while anybody works.
        sleep(Duration::from_secs(1)).await;
        self.pass().await;
        let woken = self.woken.0.lock().expect("no panic").iter().cloned().collect();
        (self.counters.renders() - before, woken)
    }
}

fn ask(n: usize, declared: Vec<Value>) -> Vec<Wanted> {
    let repositories = Repositories::default();
    let application =
        ApplicationFacts { instance_name: format!("a{n}"), namespace: "shop".into(), project: "default".into() };
    let has_several = declared.len() > 1;
    let ask = Ask {
        application,
        settings: &Settings::default(),
        repositories: &repositories,
        has_several,
        cluster: cluster::ClusterId::home(),
    };
    let read = |source: Value| (serde_json::from_value(source).expect("a source"), String::new());
    let sources: Vec<_> = declared.into_iter().map(read).collect();
    wanted(&ask, &sources).into_iter().map(|one| one.expect("a source")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_touches_one_renders_one() {
    let monorepo = Monorepo::start().await;
    monorepo.pass().await;
    assert_eq!(monorepo.counters.renders(), 4 * OF_EACH as u64);
    let own = |n: usize| (1, vec![format!("a{n}")]);
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: new}\n";
    let cases = [
        ("apps/8/templates/a.yaml", map, own(8), "a template"),
        ("env/12.yaml", "v: 1\n", own(12), "a values file that was looked for in vain"),
        ("more/16/a.yaml", "v: 1\n", own(16), "a match of a pattern"),
        ("env/21.yaml", "v: 1\n", own(21), "a values file of another source"),
        ("apps/26/a.yaml", map, own(26), "a resource of a kustomization"),
        ("apps/31/b.yaml", map, own(31), "a new manifest"),
        ("apps/35/kustomization.yaml", "resources: [a.yaml]\n", own(35), "what makes it a kustomization"),
        ("apps/39/.argocd-source.yaml", "directory: {exclude: '.argocd*'}\n", own(39), "options from the repository"),
        ("apps/40/.argocd-source-a40.yaml", "helm: {releaseName: new}\n", own(40), "options for one application"),
        ("README.md", "nobody reads this\n", (0, Vec::new()), "nothing of anybody"),
    ];
    for (path, text, expected, what) in cases {
        assert_eq!(monorepo.commit(path, text).await, expected, "{what}: {path}");
    }
}
