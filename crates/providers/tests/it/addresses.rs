//! Where requests may go.

use crate::server::{Request, Server, ok, status};
use crate::stage::{NAMESPACE, Stage};
use providers::Network;
use serde_json::json;

async fn told(stage: &Stage, url: &str) -> String {
    stage.line(json!({"web": {"url": url, "timeoutSeconds": 5}}), "true").await
}

#[tokio::test]
async fn metadata_is_asked_by_nobody() {
    let mut stage = Stage::start().await;
    for network in [Network::Guarded, Network::Private, Network::Anywhere] {
        stage.network = network;
        for url in ["http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://2852039166/"] {
            let line = told(&stage, url).await;
            assert!(line.contains("an address of a private network or of a cloud's metadata"), "{network:?} {line}");
        }
    }
}

#[tokio::test]
async fn redirects_lead_to_no_metadata_and_nowhere_private() {
    let mut stage = Stage::start().await;
    let other = Server::start(|_: &Request| ok("1")).await;
    let target = other.url("/");
    let server = Server::start(move |request: &Request| match request.path() {
        "/metadata" => status(302, "").with("location", "http://169.254.169.254/"),
        _ => status(302, "").with("location", &target),
    })
    .await;
    stage.network = Network::Anywhere;
    assert!(told(&stage, &server.url("/metadata")).await.contains("cloud's metadata"));
    assert_eq!(told(&stage, &server.url("/private")).await, "Successful 1");
    stage.network = Network::Private;
    assert!(told(&stage, &server.url("/private")).await.contains("private network"));
    assert_eq!(other.seen().len(), 1, "only where everything may be asked");
}

#[tokio::test]
async fn private_addresses_need_a_setting_and_services_of_the_cluster_do_not() {
    let mut stage = Stage::start().await;
    let server = Server::start(|_: &Request| ok("1")).await;
    stage.network = Network::Guarded;
    for host in ["127.0.0.1", "localhost", "[::1]", "0x7f.1"] {
        let line = told(&stage, &format!("http://{host}:{}/", server.port)).await;
        assert!(line.contains("private network"), "{host}: {line}");
    }
    assert!(server.seen().is_empty());
    stage.network = Network::Private;
    assert_eq!(told(&stage, &server.url("/")).await, "Successful 1");
    // Names of the cluster may have private addresses; that these have none is another matter.
    stage.network = Network::Guarded;
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "metrics", "namespace": NAMESPACE},
        "spec": {"ports": [{"port": 80}]}});
    stage.create(service).await;
    for host in ["metrics.shop.svc", "metrics.shop.svc.cluster.local", "metrics.shop"] {
        let line = told(&stage, &format!("http://{host}/")).await;
        assert!(line.contains("cannot be reached") || line.contains("no answer"), "{host}: {line}");
    }
}
