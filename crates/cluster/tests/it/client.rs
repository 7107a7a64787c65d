//! Reads, retries, time limits, kinds.

use crate::setting::{Setting, config_map};
use cluster::{ErrorClass, ListQuery, READ_TIMEOUT, Scope};
use embedded::RequestFault;
use object::{Fetched, Gvk};
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

fn config_maps() -> Gvk {
    Gvk::new("", "v1", "ConfigMap")
}

#[tokio::test(start_paused = true)]
async fn long_lists_come_whole() {
    let setting = Setting::start().await;
    for number in 0..501 {
        setting.create(config_map(&format!("c{number:04}"), json!({}))).await;
    }
    let query = ListQuery::in_namespace("shop").fields("metadata.name!=kube-root-ca.crt");
    let listed = setting.client.list(&config_maps(), &query).await.expect("a list");
    let names: Vec<&str> = listed.iter().map(object::Object::name).collect();
    assert_eq!((names.len(), names[0], names[500]), (501, "c0000", "c0500"));
}

#[tokio::test(start_paused = true)]
async fn absent_unknown_and_unserved_are_told_apart() {
    let setting = Setting::start().await;
    assert_eq!(setting.client.fetch(&config_maps(), Some("shop"), "x").await, Fetched::Absent);
    setting.trouble.refuse("get", "configmaps", 1, 403, "Forbidden");
    let forbidden = setting.client.fetch(&config_maps(), Some("shop"), "x").await;
    assert_eq!(forbidden, Fetched::Unknown("refused by the test".to_owned()));
    let unserved = setting.client.get(&Gvk::new("no.such", "v1", "Thing"), None, "x").await;
    let error = unserved.expect_err("no such kind");
    assert_eq!(error.class, ErrorClass::UnknownKind);
    assert_eq!(error.to_string(), r#"no matches for kind "Thing" in version "no.such/v1""#);
    assert_eq!(setting.client.fetch(&Gvk::new("no.such", "v1", "Thing"), None, "x").await, Fetched::Absent);
}

#[tokio::test(start_paused = true)]
async fn reads_are_tried_again_and_writes_only_when_they_were_not_looked_at() {
    let setting = Setting::start().await;
    setting.client.served().await.expect("kinds");
    setting.trouble.refuse("get", "configmaps", 2, 500, "InternalError");
    assert_eq!(setting.client.get(&config_maps(), Some("shop"), "x").await, Ok(None));
    setting.trouble.refuse("create", "configmaps", 1, 429, "TooManyRequests");
    setting.create(config_map("made", json!({}))).await;
    setting.trouble.refuse("create", "configmaps", 1, 500, "InternalError");
    let failed = setting.write(&config_map("other", json!({})), cluster::Change::Create).await;
    assert_eq!(failed.map_err(|error| error.class), Err(ErrorClass::ServerError));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_costs_a_bounded_time() {
    let setting = Setting::start().await;
    setting.client.served().await.expect("kinds");
    setting.trouble.add("get", "configmaps", 1, RequestFault::Delay(Duration::from_secs(3600)));
    let started = Instant::now();
    let error = setting.client.get(&config_maps(), Some("shop"), "x").await.expect_err("no answer");
    assert_eq!(error.class, ErrorClass::TimedOut);
    assert_eq!(started.elapsed(), READ_TIMEOUT);
    assert_eq!(error.to_string(), "GET /api/v1/namespaces/shop/configmaps/x: no answer within 60 s");
}

#[tokio::test(start_paused = true)]
async fn a_new_kind_is_found_when_it_is_asked_for() {
    let setting = Setting::start().await;
    let widget = Gvk::new("example.com", "v1", "Widget");
    assert_eq!(setting.client.resource(&widget).await.map_err(|error| error.class), Err(ErrorClass::UnknownKind));
    setting.create(widgets()).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let resource = setting.client.resource(&widget).await.expect("a served kind");
    assert_eq!((&*resource.plural, resource.scope), ("widgets", Scope::Namespaced));
    let served = setting.client.served().await.expect("kinds");
    assert!(served.api_versions().iter().any(|version| version == "example.com/v1/Widget"));
    assert!(served.cluster_version.starts_with('v'), "{}", served.cluster_version);
}

/// The definition of Widget.
pub fn widgets() -> serde_json::Value {
    json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {"group": "example.com", "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "listKind": "WidgetList"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema":
                {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}})
}
