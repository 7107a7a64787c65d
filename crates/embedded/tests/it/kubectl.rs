//! Real kubectl against the cluster over HTTPS. Where there is no kubectl each test says that it was skipped.

use embedded::Cluster;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::process::Command;

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// How often something that must come is asked for.
const TRIES: u32 = 100;

/// Two pods of a web server behind a service.
const MANIFEST: &str = r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: c, image: 'nginx:1', ports: [{containerPort: 8080}]}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
";

fn found() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths).map(|path| path.join("kubectl")).find(|path| path.is_file());
    if found.is_none() {
        writeln!(std::io::stdout(), "skipped: kubectl absent").expect("somebody reads");
    }
    found
}

/// A cluster with a directory, and kubectl in its default namespace.
struct Session {
    cluster: Cluster,
    directory: tempfile::TempDir,
    kubectl: PathBuf,
}

impl Session {
    /// `None` where there is no kubectl.
    async fn begin() -> Option<Self> {
        let kubectl = found()?;
        let directory = tempfile::tempdir().expect("a directory");
        let cluster = Cluster::builder().data_dir(directory.path()).https(ANY_PORT).start().await.expect("a cluster");
        Some(Session { cluster, directory, kubectl })
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    async fn run(&self, line: &str, editor: &Path) -> std::process::Output {
        let mut command = Command::new(&self.kubectl);
        command
            .args(line.split_whitespace())
            .env("KUBECONFIG", self.directory.path().join("kubeconfig"))
            .env("HOME", self.directory.path())
            .env("EDITOR", editor)
            .env_remove("KUBE_EDITOR");
        command.output().await.expect("kubectl runs")
    }

    /// What kubectl prints; it must succeed.
    async fn ok(&self, line: &str) -> String {
        self.edited(line, Path::new("true")).await
    }

    async fn edited(&self, line: &str, editor: &Path) -> String {
        let output = self.run(line, editor).await;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "kubectl {line}: {}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }

    /// What kubectl complains; it must fail.
    async fn fails(&self, line: &str) -> String {
        let output = self.run(line, Path::new("true")).await;
        assert!(!output.status.success(), "kubectl {line} should fail");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    async fn rolled_out(&self) {
        self.ok("rollout status deployment/web --timeout=60s").await;
    }

    async fn with_web() -> Option<Self> {
        let session = Session::begin().await?;
        let manifest = session.file("web.yaml", MANIFEST);
        session.ok(&format!("apply -f {manifest}")).await;
        session.rolled_out().await;
        Some(session)
    }

    async fn end(self) {
        self.cluster.stop().await;
    }
}

#[track_caller]
fn contains(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "{wanted:?} is not in:\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn apply_get_and_describe() {
    let Some(session) = Session::with_web().await else { return };
    let again = session.ok(&format!("apply -f {}", session.file("web.yaml", MANIFEST))).await;
    assert_eq!(again, "deployment.apps/web unchanged\nservice/web unchanged\n");
    let server_side = session.ok(&format!("apply --server-side -f {}", session.file("web.yaml", MANIFEST))).await;
    contains(&server_side, &["deployment.apps/web serverside-applied"]);
    contains(&session.ok("get deployment web").await, &["NAME   READY   UP-TO-DATE   AVAILABLE   AGE", "web    2/2"]);
    let wide = session.ok("get deployment,replicaset,service,pod -o wide").await;
    contains(&wide, &["CONTAINERS   IMAGES", "nginx:1", "app=web", "node-0", "node-1", "10.244.0."]);
    contains(&session.ok("get deployment web -o yaml").await, &["availableReplicas: 2", "NewReplicaSetAvailable"]);
    let replicas = session.ok("get deployment web -o jsonpath={.status.readyReplicas}").await;
    assert_eq!(replicas, "2");
    let described = session.ok("describe deployment web").await;
    let replicas = "2 desired | 2 updated | 2 total | 2 available | 0 unavailable";
    contains(&described, &[replicas, "MinimumReplicasAvailable", "Scaled up replica set web-"]);
    contains(&session.ok("describe service web").await, &["Endpoints:", ":8080"]);
    contains(&session.ok("describe pod -l app=web").await, &["Status:           Running", "Successfully assigned"]);
    contains(&session.ok("describe node node-0").await, &["Non-terminated Pods:          (1 in total)"]);
    contains(&session.ok("logs deployment/web").await, &["simulated container c of image nginx:1 started"]);
    contains(&session.fails("get deployment nothing").await, &["deployments.apps \"nothing\" not found"]);
    session.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scale_set_image_undo_and_history() {
    let Some(session) = Session::with_web().await else { return };
    session.ok("scale deployment web --replicas=4").await;
    session.rolled_out().await;
    session.ok("set image deployment/web c=nginx:2").await;
    session.rolled_out().await;
    let history = session.ok("rollout history deployment/web").await;
    contains(&history, &["REVISION", "1 ", "2 "]);
    assert_eq!(session.ok("get deployment web -o jsonpath={.spec.template.spec.containers[0].image}").await, "nginx:2");
    session.ok("rollout undo deployment/web").await;
    session.rolled_out().await;
    let image = "get pods -l app=web -o jsonpath={.items[*].spec.containers[0].image}";
    assert_eq!(session.ok(image).await, "nginx:1 nginx:1 nginx:1 nginx:1");
    let history = session.ok("rollout history deployment/web").await;
    contains(&history, &["2 ", "3 "]);
    session.ok("rollout pause deployment/web").await;
    session.ok("rollout resume deployment/web").await;
    session.ok("rollout restart deployment/web").await;
    session.rolled_out().await;
    session.end().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edit_patch_label_and_annotate() {
    use std::os::unix::fs::PermissionsExt;
    let Some(session) = Session::with_web().await else { return };
    let editor = session.file("editor", "#!/bin/sh\nsed -i 's/replicas: 2/replicas: 3/' \"$1\"\n");
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o700)).expect("executable");
    contains(&session.edited("edit deployment web", Path::new(&editor)).await, &["deployment.apps/web edited"]);
    session.rolled_out().await;
    for (kind, patch) in [
        ("strategic", r#"{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"nginx:3"}]}}}}"#),
        ("merge", r#"{"spec":{"replicas":1}}"#),
        ("json", r#"[{"op":"replace","path":"/spec/replicas","value":2}]"#),
    ] {
        session.ok(&format!("patch deployment web --type={kind} -p {patch}")).await;
    }
    session.rolled_out().await;
    let spec = session.ok("get deployment web -o jsonpath={.spec.replicas},{.spec.template.spec.containers[*].image}");
    assert_eq!(spec.await, "2,nginx:3");
    session.ok("label deployment web tier=front").await;
    session.ok("annotate deployment web note=hello").await;
    contains(&session.ok("get deployment -l tier=front -o name").await, &["deployment.apps/web"]);
    session.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn create_expose_autoscale_and_delete() {
    let Some(session) = Session::begin().await else { return };
    session.ok("create namespace shop").await;
    session.ok("-n shop create deployment web --image=nginx:1 --replicas=2").await;
    session.ok("-n shop wait --for=condition=Available deployment/web --timeout=60s").await;
    session.ok("-n shop expose deployment web --port=80 --target-port=8080").await;
    session.ok("-n shop autoscale deployment web --min=1 --max=3 --cpu-percent=80").await;
    contains(&session.ok("-n shop get hpa,service").await, &["Deployment/web", "ClusterIP"]);
    session.ok("-n shop create configmap settings --from-literal=a=b").await;
    session.ok("-n shop create secret generic hidden --from-literal=a=b").await;
    session.ok("-n shop create job once --image=busybox").await;
    session.ok("-n shop wait --for=condition=complete job/once --timeout=60s").await;
    session.ok("-n shop delete deployment web --timeout=60s").await;
    session.ok("-n shop wait --for=delete pod -l app=web --timeout=60s").await;
    session.ok("delete namespace shop --timeout=60s").await;
    contains(&session.fails("get namespace shop").await, &["namespaces \"shop\" not found"]);
    session.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resources_are_listed_and_explained() {
    let Some(session) = Session::begin().await else { return };
    let resources = session.ok("api-resources").await;
    contains(
        &resources,
        &["deployments                         deploy", "customresourcedefinitions           crd,crds"],
    );
    contains(&session.ok("api-versions").await, &["apps/v1", "discovery.k8s.io/v1"]);
    contains(&session.ok("explain deployment.spec.strategy").await, &["rollingUpdate\t<RollingUpdateDeployment>"]);
    contains(&session.ok("get nodes").await, &["node-0   Ready", "node-1   Ready"]);
    contains(&session.ok("version").await, &["Server Version: v1."]);
    contains(&session.ok("auth can-i create deployments").await, &["yes"]);
    session.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drained_node_is_left_and_a_full_cluster_says_why() {
    let Some(session) = Session::with_web().await else { return };
    session.ok("drain node-1 --ignore-daemonsets --timeout=60s").await;
    session.rolled_out().await;
    let nodes = session.ok("get pods -l app=web -o jsonpath={.items[*].spec.nodeName}").await;
    assert_eq!(nodes, "node-0 node-0");
    session.ok("cordon node-0").await;
    session.ok("scale deployment web --replicas=3").await;
    let unplaced =
        r"get pods --field-selector=status.phase=Pending -o jsonpath={.items[*].status.conditions[*].message}";
    let reason = "0/2 nodes are available: 2 node(s) were unschedulable.";
    let mut told = String::new();
    for _ in 0..TRIES {
        told = session.ok(unplaced).await;
        if told.contains(reason) {
            break;
        }
    }
    contains(&told, &[reason]);
    let events = session.ok("events --types=Warning").await;
    contains(&events, &["FailedScheduling", reason]);
    session.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_prints_what_changes() {
    let Some(session) = Session::begin().await else { return };
    let mut watch = Command::new(&session.kubectl);
    watch
        .args(["get", "configmaps", "-w", "--no-headers", "-o", "name"])
        .env("KUBECONFIG", session.directory.path().join("kubeconfig"))
        .env("HOME", session.directory.path())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true);
    let mut watch = watch.spawn().expect("kubectl runs");
    let mut lines = tokio::io::BufReader::new(watch.stdout.take().expect("its output"));
    session.ok("create configmap seen --from-literal=a=b").await;
    let mut line = String::new();
    while !line.contains("configmap/seen") {
        line.clear();
        let read = tokio::io::AsyncBufReadExt::read_line(&mut lines, &mut line).await.expect("a line");
        assert!(read > 0, "the watch ended early");
    }
    watch.kill().await.expect("ended");
    session.end().await;
}
