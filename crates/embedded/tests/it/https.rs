//! The cluster over HTTPS on loopback: who is let in, what is said to others, what survives a restart.

use embedded::Cluster;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::json;
use std::net::SocketAddr;

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

async fn client(text: &str, context: &str) -> kube::Client {
    embedded::install_crypto_provider();
    let kubeconfig = Kubeconfig::from_yaml(text).expect("a kubeconfig");
    let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
    let config = kube::Config::from_custom_kubeconfig(kubeconfig, &options).await.expect("a configuration");
    kube::Client::try_from(config).expect("a client")
}

fn map(name: &str) -> ConfigMap {
    serde_json::from_value(json!({"metadata": {"name": name}, "data": {"a": "1"}})).expect("a map")
}

#[tokio::test]
async fn certificate_and_token_are_let_in() {
    let cluster = Cluster::builder().https(ANY_PORT).start().await.expect("a cluster");
    let text = cluster.kubeconfig().expect("a kubeconfig").text().to_owned();
    for context in ["capstan", "capstan-token"] {
        let maps: Api<ConfigMap> = Api::namespaced(client(&text, context).await, "default");
        maps.create(&PostParams::default(), &map(context)).await.expect("created");
        assert!(maps.get_opt(context).await.expect("an answer").is_some());
    }
    cluster.stop().await;
}

#[tokio::test]
async fn others_are_told_so() {
    let cluster = Cluster::builder().https(ANY_PORT).start().await.expect("a cluster");
    let text = cluster.kubeconfig().expect("a kubeconfig").text();
    let forged = text.replace(cluster.token().expect("a token"), "guessed");
    let maps: Api<ConfigMap> = Api::namespaced(client(&forged, "capstan-token").await, "default");
    let refused = maps.get("m").await.expect_err("refused");
    let kube::Error::Api(status) = refused else { panic!("not a status: {refused}") };
    assert_eq!((status.code, status.reason.as_str()), (401, "Unauthorized"));
    cluster.stop().await;
}

/// Clients send the whole body before they listen; the connection must last until they do.
#[tokio::test]
async fn who_sends_too_much_is_told_so() {
    let cluster = Cluster::builder().https(ANY_PORT).start().await.expect("a cluster");
    let text = cluster.kubeconfig().expect("a kubeconfig").text();
    let maps: Api<ConfigMap> = Api::namespaced(client(text, "capstan").await, "default");
    let mut large = map("large");
    large.data = Some([("a".to_owned(), "x".repeat(8 << 20))].into());
    let refused = maps.create(&PostParams::default(), &large).await.expect_err("refused");
    let kube::Error::Api(status) = refused else { panic!("not a status: {refused}") };
    assert_eq!(status.message, "Request entity too large: limit is 3145728");
    cluster.stop().await;
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let first = Cluster::builder().https(ANY_PORT).start().await.expect("a cluster");
    let address = first.address().expect("an address");
    let error = Cluster::builder().https(address).start().await.expect_err("the port is taken");
    assert_eq!(error.taken_address(), Some(address));
    let text = format!("{address} is taken by another process; stop that one, or choose another address");
    assert_eq!(error.to_string(), text);
    first.stop().await;
}

#[tokio::test]
async fn a_directory_serves_one_process_and_keeps_its_credentials() {
    let directory = tempfile::tempdir().expect("a directory");
    let builder = || Cluster::builder().data_dir(directory.path()).https(ANY_PORT);
    let first = builder().start().await.expect("a cluster");
    let path = first.kubeconfig().and_then(|own| own.path().map(ToOwned::to_owned)).expect("a path");
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), first.kubeconfig().expect("one").text());
    let token = first.token().map(str::to_owned);
    let refused = builder().start().await.expect_err("the directory is in use");
    assert!(refused.to_string().contains("is in use by another process"), "{refused}");
    first.stop().await;
    let second = builder().fresh().start().await.expect("a cluster again");
    assert_eq!(second.token().map(str::to_owned), token);
    second.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn secrets_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().expect("a directory");
    let cluster = Cluster::builder().data_dir(directory.path()).https(ANY_PORT).start().await.expect("a cluster");
    for file in ["kubeconfig", "credentials.json"] {
        let mode = std::fs::metadata(directory.path().join(file)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    cluster.stop().await;
}
