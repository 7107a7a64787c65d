//! What an application's status says of what it found, and what decides it.

use crate::stage::{Stage, URL, app_at, application, config_map, health, sync, text};
use git::MemoryGit;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn it_says_what_was_compared_with_what() {
    let git = MemoryGit::new();
    let first = git.commit(URL, "main", "first", [("shop/a.yaml", config_map("a", "1"))]).to_string();
    let stage = Stage::start(git.clone()).await;
    let mut app = application("shop", "shop");
    app["spec"]["syncPolicy"] = Value::Null;
    app["spec"]["ignoreDifferences"] = json!([{"kind": "ConfigMap", "jsonPointers": ["/data/other"]}]);
    app["status"] = json!({"resourceHealthSource": "appTree"});
    stage.create(app).await;
    let app = stage.until(app_at("shop"), "compared", |app| sync(app) == "OutOfSync").await;
    let (spec, status) = (&app["spec"], &app["status"]);
    let compared = json!({
        "source": spec["source"], "destination": spec["destination"], "ignoreDifferences": spec["ignoreDifferences"],
    });
    assert_eq!(status["sync"], json!({"status": "OutOfSync", "revision": first, "comparedTo": compared}));
    assert_eq!((text(status, "/sourceType"), text(status, "/controllerNamespace")), ("Directory", "argocd"));
    assert_eq!(status.get("resourceHealthSource"), None, "the health of resources stands beside them");
}

#[tokio::test(start_paused = true)]
async fn the_revision_followed_is_the_one_that_is_named() {
    let git = MemoryGit::new();
    git.commit(URL, "main", "first", [("shop/a.yaml", config_map("a", "main"))]);
    let tagged = git.commit(URL, "release", "second", [("shop/a.yaml", config_map("a", "tagged"))]);
    git.set_tag(URL, "v1.2.3", tagged);
    git.commit(URL, "release", "third", [("shop/a.yaml", config_map("a", "release"))]);
    let stage = Stage::start(git).await;
    let exact = tagged.to_string();
    let cases = [
        ("head", "HEAD", "main"),
        ("branch", "release", "release"),
        ("tag", "v1.2.3", "tagged"),
        ("commit", &exact, "tagged"),
    ];
    for (name, revision, _) in cases {
        let mut app = application(name, "shop");
        app["spec"]["source"]["targetRevision"] = json!(revision);
        stage.create(app).await;
    }
    for (name, _, value) in cases {
        stage.until_well(name).await;
        assert_eq!(text(&stage.get(["v1", "ConfigMap", name, "a"]).await, "/data/value"), value, "{name}");
    }
}

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  progressDeadlineSeconds: 60
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      nodeSelector: {nowhere: \"true\"}
      containers:
      - {name: web, image: registry.example/web}
";

#[tokio::test(start_paused = true)]
async fn it_says_how_well_things_are_why_and_since_when() {
    let git = MemoryGit::new();
    git.commit(URL, "main", "first", [("shop/web.yaml", WEB)]);
    let stage = Stage::start(git.clone()).await;
    stage.create(application("shop", "shop")).await;
    let app = stage.until(app_at("shop"), "Progressing", |app| health(app) == "Progressing").await;
    let since = text(&app, "/status/health/lastTransitionTime").to_owned();
    tokio::time::sleep(Duration::from_secs(30)).await;
    let same = stage.get(app_at("shop")).await;
    assert_eq!(text(&same, "/status/health/lastTransitionTime"), since);
    let app = stage.until(app_at("shop"), "Degraded", |app| health(app) == "Degraded").await;
    assert!(text(&app, "/status/health/lastTransitionTime") > &*since);
    let exceeded = "Deployment \"web\" exceeded its progress deadline";
    assert_eq!(app["status"]["resources"][0]["health"], json!({"status": "Degraded", "message": exceeded}));
    assert!(text(&app, "/status/health/message").contains("web"), "{:#}", app["status"]["health"]);
    git.commit(URL, "main", "anywhere", [("shop/web.yaml", WEB.replace("nodeSelector: {nowhere: \"true\"}", ""))]);
    let app = stage.until_well("shop").await;
    assert_eq!(app["status"]["resources"][0]["health"], json!({"status": "Healthy"}));
    assert_eq!(app.pointer("/status/health/message"), None);
}
