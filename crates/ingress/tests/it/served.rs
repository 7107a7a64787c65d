//! An ingress on an embedded cluster, over real connections.

use crate::objects::documents;
use cluster::{Change, ClusterClient, Target, Write};
use ingress::{Bound, COUNTS_PATH, Ingress, METRICS_PATH, StartError};
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Any free port.
const FREE: ([u8; 4], u16) = ([127, 0, 0, 1], 0);
/// Longer than any machine takes; nothing waits that long where all is well.
const PATIENCE: Duration = Duration::from_secs(120);

const OBJECTS: &str = "
apiVersion: v1
kind: Service
metadata: {name: stable}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'web:1'}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
  - host: shop.example.com
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: stable, port: {number: 80}}}}
";

async fn create(client: &ClusterClient, value: &Value) {
    let object = Object::from_value(value).expect("an object");
    client.write(&Write::new(Target::of(&object), Change::Create(object))).await.expect("made");
}

async fn eventually<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert!(waited.await.is_ok(), "never: {what}");
}

/// Status and body of a request over a connection of its own.
async fn get(address: SocketAddr, host: &str, path: &str) -> (u16, Value) {
    let (status, body) = get_text(address, host, path).await;
    (status, serde_json::from_str(&body).expect("JSON"))
}

async fn get_text(address: SocketAddr, host: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, body.to_owned())
}

#[tokio::test]
async fn requests_over_real_connections_reach_pods_and_are_counted() {
    let clock = clock::Clock::system();
    let cluster = embedded::Cluster::builder().clock(clock.clone()).start().await.expect("a cluster");
    let client = ClusterClient::from_service(cluster.service(), &clock);
    create(&client, &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})).await;
    for object in documents(OBJECTS) {
        create(&client, &object).await;
    }
    let bound = Bound::take(FREE.into()).await.expect("a port");
    let ingress = Ingress::serve(client.clone(), bound);
    let address = ingress.address().expect("an address");
    eventually("the pods answer", || async { get(address, "shop.example.com", "/").await.0 == 200 }).await;

    let before: u64 = ingress.counts().iter().map(|count| count.answered).sum();
    for _ in 0..40 {
        let (status, body) = get(address, "shop.example.com:8088", "/cart?id=1").await;
        assert_eq!((status, &body["image"]), (200, &json!("web:1")));
    }
    let (_, counts) = get(address, "any", COUNTS_PATH).await;
    let answered: u64 = counts.as_array().expect("a list").iter().filter_map(|it| it["answered"].as_u64()).sum();
    assert_eq!(answered, before + 40, "{counts:#}");
    let (_, metrics) = get_text(address, "any", METRICS_PATH).await;
    let series = metrics.lines().filter(|line| line.starts_with("capstan_ingress_requests_total{namespace=\"shop\","));
    let total: u64 = series.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum();
    assert_eq!(total, answered, "{metrics}");
    assert_eq!(get(address, "other.example.com", "/").await.0, 404);

    let told = || async {
        let gvk = Gvk::from_api_version("networking.k8s.io/v1", "Ingress");
        let object = client.get(&gvk, Some("shop"), "web").await.expect("readable").expect("there").value();
        object["status"]["loadBalancer"]["ingress"][0]["ip"] == "127.0.0.1"
    };
    eventually("the Ingress says where it is reached", told).await;

    let taken = Bound::take(address).await.expect_err("taken");
    assert!(matches!(taken, StartError::PortTaken(it) if it == address));
    assert_eq!(
        taken.to_string(),
        format!("{address} is taken by another process; stop that one, or choose another address")
    );
    drop(ingress);
    cluster.stop().await;
}
