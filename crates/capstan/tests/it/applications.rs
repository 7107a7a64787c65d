//! `capstan app …` from the first sync of an application to its deletion.

use crate::stage::Stage;
use crate::transcript::Transcript;
use serde_json::{Value, json};

const SERVICE: &str = "apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
  - port: 80
    targetPort: 8080
";

const SECRET: &str = "apiVersion: v1
kind: Secret
metadata:
  name: web
stringData:
  password: do-not-show-me
";

fn deployment(version: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: web
        image: registry.example/web:{version}
"
    )
}

fn settings(version: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  version: \"{version}\"\n")
}

async fn staged() -> (Stage, Value) {
    let stage = Stage::start("up --api 127.0.0.1:0").await;
    let files =
        [("dev/deployment.yaml", &*deployment("1.0")), ("dev/service.yaml", SERVICE), ("dev/secret.yaml", SECRET)];
    stage.commit("2026-01-01", "First", &files);
    let application = stage.application("web");
    stage.create(&application).await;
    (stage, application)
}

#[tokio::test]
async fn an_application_is_looked_at_synced_and_deleted() {
    let (stage, _) = staged().await;
    let mut transcript = Transcript::new("application", stage.folder.path());
    transcript.run("app get web --refresh");
    transcript.run("app list");
    transcript.run("app list -o name");
    transcript.run("app manifests web");
    let diff = transcript.run("app diff web");
    assert_eq!(diff.code, 1);
    transcript.run("app sync web --async");
    transcript.run("app wait web");
    transcript.run("app get web");
    transcript.run("app get web -o json");
    transcript.run("app get web -o yaml");
    transcript.run("app get web -o name");
    transcript.run("app list -o wide");
    transcript.run("app list -o json");
    transcript.run("app list -o yaml");
    transcript.run("app list -l team=shop -o name");
    transcript.run("app list -l team=other -o name");
    transcript.run("app history web");
    transcript.run("app history web -o id");
    assert_eq!(transcript.run("app diff web").code, 0);
    transcript.run("app sync web");
    transcript.run("app wait web --suspended --timeout 1");
    transcript.run("app delete web --yes --wait");
    transcript.run("app get web");
    transcript.run("app list");
    transcript.finish();
}

#[tokio::test]
async fn differences_are_shown_and_secrets_are_not() {
    let (stage, _) = staged().await;
    let mut transcript = Transcript::new("differences", stage.folder.path());
    transcript.run("app sync web --async");
    transcript.run("app wait web");
    let object = |kind: &str, version: &str| json!({"apiVersion": version, "kind": kind, "metadata": {"name": "web", "namespace": "shop"}});
    stage.patch(&object("Deployment", "apps/v1"), json!({"spec": {"replicas": 4}})).await;
    stage.patch(&object("Secret", "v1"), json!({"data": {"password": "b3RoZXI="}})).await;
    transcript.run("app diff web");
    transcript.run("app diff web --exit-code=false");
    transcript.run("app diff web --diff-exit-code 7");
    transcript.run_with("app diff web", &[("KUBECTL_EXTERNAL_DIFF", "diff -q")]);
    transcript.run_with("app diff web", &[("KUBECTL_EXTERNAL_DIFF", "no-such-program")]);
    transcript.run("app manifests web --source live");
    stage.commit("2026-01-02", "Second", &[("dev/deployment.yaml", &deployment("1.1"))]);
    transcript.run("app diff web --refresh");
    transcript.run("app manifests web --revision main");
    transcript.run("app diff web --revision no-such-branch");
    stage.commit("2026-01-03", "Broken", &[("dev/service.yaml", "apiVersion: v1\nkind: [")]);
    transcript.run("app diff web");
    transcript.run("app manifests web");
    for secret in ["do-not-show-me", "ZG8tbm90LXNob3ctbWU", "b3RoZXI="] {
        assert!(!transcript.text().contains(secret), "{secret} is shown");
    }
    transcript.finish();
}

#[tokio::test]
async fn versions_are_rolled_back_unless_the_application_syncs_itself() {
    // Nothing here takes time to become healthy: a rollback ends with its operation, not with its pods.
    let stage = Stage::start("up --api 127.0.0.1:0").await;
    let files = [("dev/settings.yaml", &*settings("1.0")), ("dev/service.yaml", SERVICE), ("dev/secret.yaml", SECRET)];
    stage.commit("2026-01-01", "First", &files);
    let application = stage.application("web");
    stage.create(&application).await;
    let mut transcript = Transcript::new("rollback", stage.folder.path());
    transcript.run("app sync web --async");
    transcript.run("app wait web");
    transcript.run("app rollback web");
    stage.commit("2026-01-02", "Second", &[("dev/settings.yaml", &settings("1.1"))]);
    transcript.run("app sync web --async");
    transcript.run("app wait web");
    transcript.run("app history web");
    transcript.run("app rollback web 7");
    transcript.run("app rollback web 0 --timeout 60");
    transcript.run("app wait web --health --operation");
    transcript.run("app history web -o id");
    stage.patch(&application, json!({"spec": {"syncPolicy": {"automated": {"prune": true}}}})).await;
    transcript.run("app rollback web 0");
    transcript.run("app wait web");
    transcript.run("app list");
    transcript.run("app sync web --resource apps:Deployment:no-such");
    transcript.run("app sync web --resource nonsense");
    transcript.finish();
}
