//! The same over TLS, through a kubeconfig file.

use clock::Clock;
use cluster::{Cache, Change, ClusterClient, Instance, Ownership, Selection, Target, Write};
use object::{Key, Meta, Object};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Notify;

struct Nobody;

impl Ownership for Nobody {
    fn instance_of(&self, _meta: &Meta) -> Option<Instance> {
        None
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_watches_and_writes_through_a_kubeconfig() {
    embedded::install_crypto_provider();
    let directory = tempfile::tempdir().expect("a directory");
    let address = "127.0.0.1:0".parse().expect("an address");
    let cluster =
        embedded::Cluster::builder().data_dir(directory.path()).https(address).start().await.expect("started");
    let clock = Clock::system();
    let path = directory.path().join("kubeconfig");
    let client = ClusterClient::from_kubeconfig(Some(&path), None, &clock).await.expect("a client");
    let cache = Cache::start(client.clone(), Selection::default(), Arc::new(Nobody));
    cache.ready().await;
    let heard = Arc::new(Notify::new());
    let hears = Arc::clone(&heard);
    cache.listen(Arc::new(move |_| hears.notify_one()));
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "default"}});
    let object = Object::from_value(&object).expect("an object");
    client.write(&Write::new(Target::of(&object), Change::Create(object))).await.expect("created");
    while cache.get(&Key::new("", "ConfigMap", Some("default"), "c")).known().is_none() {
        heard.notified().await;
    }
    drop(cache);
    drop(client);
    cluster.stop().await;
}

#[tokio::test]
async fn a_kubeconfig_that_cannot_be_used_is_named() {
    let clock = Clock::system();
    let missing = std::path::Path::new("/nonexistent/kubeconfig");
    let error = ClusterClient::from_kubeconfig(Some(missing), None, &clock).await.expect_err("no such file");
    assert!(error.to_string().starts_with("cannot use the kubeconfig /nonexistent/kubeconfig: "), "{error}");
}
