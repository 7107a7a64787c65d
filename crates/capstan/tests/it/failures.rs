//! What goes wrong, and what the program says to do about it.

use crate::stage::Stage;
use crate::transcript::Transcript;
use serde_json::json;
use std::net::TcpListener;

#[tokio::test]
async fn an_unknown_application_is_named_and_the_list_pointed_at() {
    let stage = Stage::start("up --api 127.0.0.1:0").await;
    let mut transcript = Transcript::new("unknown_application", stage.folder.path());
    for command in ["get", "history", "sync", "wait", "rollback", "delete --yes", "diff", "manifests"] {
        transcript.run(&format!("app {command} nobody"));
    }
    transcript.run("app get elsewhere/nobody");
    transcript.run("app get nobody -N elsewhere");
    transcript.run("app list -o tree");
    transcript.run("app wait");
    transcript.run("app delete");
    transcript.finish();
}

#[tokio::test]
async fn what_a_project_does_not_permit_is_not_shown_either() {
    let stage = Stage::start("up --api 127.0.0.1:0").await;
    stage.commit("2026-01-01", "First", &[("dev/none.yaml", "")]);
    let mut application = stage.application("web");
    application["spec"]["project"] = json!("closed");
    stage.create(&application).await;
    let mut transcript = Transcript::new("forbidden_application", stage.folder.path());
    transcript.run("app diff web");
    transcript.run("app manifests web");
    transcript.run("app get web --refresh");
    transcript.finish();
}

#[tokio::test]
async fn a_cluster_without_the_definitions_is_told_how_to_get_them() {
    let stage = Stage::start("cluster up --api 127.0.0.1:0").await;
    let mut transcript = Transcript::new("no_definitions", stage.folder.path());
    transcript.run("app list");
    transcript.run("app get web");
    transcript.run("app diff web");
    transcript.run("run");
    transcript.finish();
}

#[test]
fn a_cluster_that_does_not_answer_is_told_from_one_that_is_not_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let kubeconfig = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "here"}}],
        "clusters": [{"name": "here", "cluster": {"server": format!("https://{free}")}}],
        "users": [{"name": "here", "user": {"token": "t"}}],
    });
    std::fs::write(folder.path().join("config"), kubeconfig.to_string()).expect("written");
    let mut transcript = Transcript::new("unreachable", folder.path());
    transcript.run("app list --kubeconfig config");
    transcript.run("app get web --kubeconfig config");
    transcript.run("app list --kubeconfig config --context there");
    transcript.run("app list --kubeconfig missing");
    transcript.run("app list");
    transcript.finish();
}
