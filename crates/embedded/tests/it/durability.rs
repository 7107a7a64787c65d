//! What was acknowledged survives whatever happens to the process, and a restarted cluster goes on.

use embedded::{Cluster, resources};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Where the child keeps its cluster; tells a child from a test run.
const CHILD_DIRECTORY: &str = "EMBEDDED_TEST_CHILD_DIRECTORY";
/// Acknowledged writes after which the child is killed.
const WRITES: usize = 200;
/// Writes under way at a time.
const PARALLEL: usize = 8;

fn map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}})
}

/// Not a test of its own: the process that `nothing_acknowledged_is_lost` starts and kills.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Some(directory) = std::env::var_os(CHILD_DIRECTORY) else { return };
    let cluster = Cluster::builder().data_dir(directory).start().await.expect("a cluster");
    let api = cluster.api("child");
    let write = |number: usize| {
        let api = api.clone();
        async move {
            let name = format!("m-{number}");
            api.create(&resources::CONFIG_MAPS, "default", map(&name)).await.expect("created");
            name
        }
    };
    let mut under_way: FuturesUnordered<_> = (0..PARALLEL).map(write).collect();
    let mut next = PARALLEL;
    while let Some(name) = under_way.next().await {
        writeln!(std::io::stdout(), "\nacknowledged {name}").expect("the parent listens");
        under_way.push(write(next));
        next += 1;
    }
}

fn killed_child(directory: &Path) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["durability::child", "--exact", "--nocapture"])
        .env(CHILD_DIRECTORY, directory)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let acknowledged =
        lines.map_while(Result::ok).filter_map(|line| Some(line.strip_prefix("acknowledged ")?.to_owned()));
    let acknowledged = acknowledged.take(WRITES).collect();
    child.kill().expect("killed");
    child.wait().expect("gone");
    acknowledged
}

#[tokio::test]
async fn nothing_acknowledged_is_lost() {
    let directory = tempfile::tempdir().expect("a directory");
    let acknowledged = killed_child(directory.path());
    assert_eq!(acknowledged.len(), WRITES);
    let cluster = Cluster::builder().data_dir(directory.path()).start().await.expect("a cluster again");
    let api = cluster.api("test");
    let lost: Vec<_> =
        acknowledged.iter().filter(|name| api.get(&resources::CONFIG_MAPS, "default", name).is_none()).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    cluster.stop().await;
}

#[tokio::test]
async fn a_restarted_cluster_goes_on() {
    let directory = tempfile::tempdir().expect("a directory");
    let builder = || Cluster::builder().data_dir(directory.path()).pod_delay(Duration::ZERO);
    let first = builder().start().await.expect("a cluster");
    let api = first.api("test");
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {
            "replicas": 3, "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "c", "image": "nginx:1"}]},
            },
        },
    });
    api.create(&resources::DEPLOYMENTS, "default", deployment).await.expect("created");
    let pods = available(&api, 3).await;
    drop(api);
    first.stop().await;
    let second = builder().start().await.expect("a cluster again");
    let api = second.api("test");
    assert_eq!(available(&api, 3).await, pods, "the same pods run on");
    api.scale(&resources::DEPLOYMENTS, "default", "web", 4).await.expect("scaled");
    let more = available(&api, 4).await;
    assert!(pods.iter().all(|pod| more.contains(pod)));
    second.stop().await;
}

/// Waits until the Deployment has so many available replicas; gives its pods with their addresses.
async fn available(api: &embedded::Api, replicas: i64) -> Vec<String> {
    let mut watch = api.watch(&resources::DEPLOYMENTS, embedded::WatchFrom::Now);
    loop {
        let deployment = api.get(&resources::DEPLOYMENTS, "default", "web").expect("there");
        if deployment.get("/status/availableReplicas") == Some(replicas.into()) {
            break;
        }
        watch.next().await.expect("an event");
    }
    let pods = api.list(&resources::PODS, "default").items;
    let mut names: Vec<_> =
        pods.iter().map(|pod| format!("{} {}", pod.name(), pod.get("/status/podIP").unwrap_or_default())).collect();
    names.sort();
    names
}
