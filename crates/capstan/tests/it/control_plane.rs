//! The commands that manage a control plane: clusters, projects, repositories, and all of it written out and read back.

use crate::stage::{Process, Stage};
use crate::transcript::Transcript;
use serde_json::{Value, json};
use std::time::Duration;

/// A stage whose controllers have made the default project: what is listed does not change by itself any more.
async fn staged() -> Stage {
    let stage = Stage::start("up --api 127.0.0.1:0").await;
    let gvk = object::Gvk::from_api_version(api::names::API_VERSION, api::names::APP_PROJECT);
    let made = tokio::time::timeout(Duration::from_secs(120), async {
        while stage.client.get(&gvk, Some("argocd"), "default").await.expect("readable").is_none() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    made.await.expect("the default project");
    stage
}

#[tokio::test]
async fn projects_and_repositories_are_managed() {
    let stage = staged().await;
    let mut transcript = Transcript::new("control_plane", stage.folder.path());
    for command in [
        "proj create shop --description Shops --dest https://kubernetes.default.svc,shop --src https://example.org/a",
        "proj create shop --description Other",
        "proj add-source shop https://example.org/b",
        "proj add-source shop https://example.org/b",
        "proj remove-source shop https://example.org/none",
        "proj add-destination shop far cart --name",
        "proj allow-cluster-resource shop * Namespace team-*",
        "proj deny-namespace-resource shop batch Job",
        "proj windows add shop --kind deny --schedule bad --duration 1h --applications *",
        "proj role create shop deployer",
        "proj role add-policy shop deployer --action sync --object *",
        "proj role add-group shop deployer people",
        "proj role get shop deployer",
        "proj list",
        "proj get shop",
        "proj get shop -o json",
        "proj get none",
        "repo add https://example.org/a --username me --password s3cret --name a",
        "repo add https://example.org/a --username other --password s3cret --name a",
        "repo add oci://example.org/charts --type helm --enable-oci --name charts --project shop",
        "repo list",
        "repo get https://example.org/a.git -o yaml",
        "repo rm https://example.org/a",
        "repo list -o url",
        "repocreds add https://example.org/ --username me --password s3cret",
        "repocreds list",
        "repocreds rm https://example.org/ -y",
        "cluster get in-cluster -o server",
        "cluster rm in-cluster",
        "proj delete shop --yes",
    ] {
        transcript.run(command);
    }
    assert!(!transcript.text().replace("--password s3cret", "").contains("s3cret"), "no command prints a secret");
    transcript.finish();
}

fn deployment_files() -> [(&'static str, &'static str); 1] {
    [("dev/settings.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  version: \"1.0\"\n")]
}

async fn version_in(client: &cluster::ClusterClient, namespace: &str) -> Option<Value> {
    let gvk = object::Gvk::new("", "v1", "ConfigMap");
    client.get(&gvk, Some(namespace), "web").await.expect("readable").and_then(|object| object.get("/data/version"))
}

/// One instance drives a second cluster, a process of its own; it is destroyed, a fresh one is registered under its
/// name, and everything comes back from Git alone.
#[tokio::test]
async fn a_second_cluster_is_registered_destroyed_and_made_anew() {
    let stage = Stage::start("up --api 127.0.0.1:0").await;
    stage.commit("2026-01-01", "First", &deployment_files());
    let mut transcript = Transcript::new("unused", stage.folder.path());
    let first = tempfile::tempdir().expect("a folder");
    let process = Process::start(first.path(), "cluster up --api 127.0.0.1:0", "capstan is ready");
    let kubeconfig = first.path().join(".capstan/kubeconfig").display().to_string();
    let add = |kubeconfig: &str, more: &str| {
        format!("cluster add capstan --source-kubeconfig {kubeconfig} --name far --context-credentials{more}")
    };
    let added = transcript.run(&add(&kubeconfig, ""));
    assert_eq!((added.code, added.stderr.as_str()), (0, ""), "{}", added.stdout);
    let listed = transcript.run("cluster list");
    let row = listed.stdout.lines().find(|line| line.contains(" far ")).unwrap_or_default().to_owned();
    assert!(row.contains("Successful"), "{}", listed.stdout);
    let mut app = stage.application("web");
    app["spec"]["destination"] = json!({"name": "far", "namespace": "shop"});
    app["spec"]["syncPolicy"]["automated"] = json!({"prune": true, "selfHeal": true});
    stage.create(&app).await;
    let waited = transcript.run("app wait web --sync --health --timeout 300");
    assert_eq!(waited.code, 0, "{}{}", waited.stdout, waited.stderr);
    let there = client(&kubeconfig).await;
    assert_eq!(version_in(&there, "shop").await, Some(json!("1.0")));
    assert_eq!(version_in(&stage.client, "shop").await, None);
    let same = transcript.run("app diff web");
    assert_eq!((same.code, same.stdout.as_str()), (0, ""), "{}", same.stderr);
    // It is destroyed, and another one stands at another address under its name.
    drop(process);
    let second = tempfile::tempdir().expect("a folder");
    let _process = Process::start(second.path(), "cluster up --api 127.0.0.1:0", "capstan is ready");
    let fresh = second.path().join(".capstan/kubeconfig").display().to_string();
    let removed = transcript.run("cluster rm far --yes");
    assert_eq!((removed.code, removed.stdout.as_str()), (0, "Cluster 'far' removed\n"), "{}", removed.stderr);
    let added = transcript.run(&add(&fresh, ""));
    assert_eq!(added.code, 0, "{}", added.stderr);
    let there = client(&fresh).await;
    // Generous: a loaded machine comes this far in its own time.
    let came_back = tokio::time::timeout(Duration::from_secs(300), async {
        while version_in(&there, "shop").await.is_none() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    assert!(came_back.await.is_ok(), "{}", transcript.run("app get web").stdout);
}

async fn client(kubeconfig: &str) -> cluster::ClusterClient {
    let path = std::path::Path::new(kubeconfig);
    let client = cluster::ClusterClient::from_kubeconfig(Some(path), None, &clock::Clock::system()).await;
    client.expect("a client")
}

#[tokio::test]
async fn a_control_plane_is_written_out_and_read_back() {
    let stage = staged().await;
    stage.commit("2026-01-01", "First", &deployment_files());
    stage.create(&stage.application("web")).await;
    let mut transcript = Transcript::new("unused", stage.folder.path());
    transcript.run("proj create shop --src *");
    transcript.run("repo add https://example.org/a --username me --password s3cret");
    let exported = transcript.run("admin export -o backup.yaml");
    assert_eq!((exported.code, exported.stdout.as_str()), (0, ""), "{}", exported.stderr);
    transcript.run("proj add-source shop https://example.org/more");
    transcript.run("proj create extra");
    transcript.run("repo rm https://example.org/a --yes");
    let dry = transcript.run("admin import backup.yaml --dry-run");
    let lines = |text: &str| {
        let mut lines: Vec<String> =
            text.lines().filter(|line| !line.contains("Application ")).map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let secret = "/Secret repo-";
    let said = lines(&dry.stdout);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert!(
        said.iter().any(|line| line.contains(secret) && line.ends_with("in namespace argocd created (dry run)")),
        "{said:?}"
    );
    assert!(said.contains(&"argoproj.io/AppProject shop in namespace argocd updated (dry run)".to_owned()), "{said:?}");
    assert!(said.contains(&"argoproj.io/AppProject extra needs pruning".to_owned()), "{said:?}");
    let done = transcript.run("admin import backup.yaml --prune");
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    assert!(done.stdout.contains("argoproj.io/AppProject extra pruned\n"), "{}", done.stdout);
    let repositories = transcript.run("repo list -o url");
    assert_eq!(repositories.stdout, "https://example.org/a\n");
    let project = transcript.run("proj get shop -o json");
    assert!(!project.stdout.contains("https://example.org/more"), "{}", project.stdout);
    let again = transcript.run("admin import backup.yaml");
    assert_eq!(lines(&again.stdout), Vec::<String>::new());
}

#[tokio::test]
async fn keys_and_certificates_are_managed() {
    let stage = staged().await;
    let folder = stage.folder.path();
    let recorded = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../signatures/tests/cases");
    for name in ["rsa.key", "two.key", "payload"] {
        std::fs::copy(recorded.join(name), folder.join(name)).expect("copied");
    }
    let host = "git.example,[git.example]:2222 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILWh2tDCf/7GpHeUtJKBwoD5HxkaGFqGHJS2b0O2Krx2\n";
    std::fs::write(folder.join("hosts"), host).expect("written");
    let mut transcript = Transcript::new("trusted", folder);
    for command in [
        "gpg list",
        "gpg add --from rsa.key",
        "gpg add --from two.key",
        "gpg add --from payload",
        "gpg list",
        "gpg list -o json",
        "gpg get B1E7BACEC2FE19B5 -o yaml",
        "gpg get 0000000000000000",
        "gpg get nonsense",
        "gpg rm 7830D440631CE380 -y",
        "gpg rm 7830D440631CE380 -y",
        "gpg list",
        "cert add-ssh --from hosts",
        "cert add-ssh --batch --from hosts",
        "cert list",
        "cert list --cert-type https",
        "cert list -o json --hostname-pattern [*",
        "cert add-tls git.example --from hosts",
        "cert rm *",
        "cert rm git.example --cert-type https -y",
        "cert rm git.example -y",
        "cert list",
        "cluster set in-cluster --name other",
        "cluster set in-cluster",
        "cluster rotate-auth in-cluster",
    ] {
        transcript.run(command);
    }
    transcript.finish();
}
