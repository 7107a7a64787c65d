//! One leads; when it goes, another does, and never two.

use crate::scripted::{cluster, seconds};
use cluster::{Change, ClusterClient, Target, Write};
use controller::{Elector, Leadership, LeaseConfig, Shutdown};
use object::{Gvk, Object};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

struct Candidate {
    leadership: Leadership,
    shutdown: Shutdown,
    task: JoinHandle<()>,
}

fn candidate(client: &ClusterClient, name: &str) -> Candidate {
    let (elector, leadership) = Elector::new(client.clone(), LeaseConfig::new("default", "lock", name));
    let shutdown = Shutdown::new();
    let task = tokio::spawn(elector.run(shutdown.clone()));
    Candidate { leadership, shutdown, task }
}

async fn lease(client: &ClusterClient) -> Value {
    let gvk = Gvk::new("coordination.k8s.io", "v1", "Lease");
    let lease = client.get(&gvk, Some("default"), "lock").await.expect("readable");
    lease.and_then(|lease| lease.get("/spec")).unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_successor_waits_until_the_lease_has_run_out() {
    let (_cluster, client, _) = cluster().await;
    let one = candidate(&client, "one");
    seconds(1).await;
    let two = candidate(&client, "two");
    seconds(60).await;
    assert_eq!((one.leadership.leads(), two.leadership.leads()), (true, false));
    one.task.abort();
    seconds(12).await;
    assert!(!two.leadership.leads(), "the lease runs still");
    seconds(8).await;
    assert!(two.leadership.leads());
    assert!(!one.leadership.leads(), "what is not renewed has ended");
    let lease = lease(&client).await;
    assert_eq!((&lease["holderIdentity"], &lease["leaseTransitions"]), (&json!("two"), &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_given_up_is_taken_at_once() {
    let (_cluster, client, _) = cluster().await;
    let one = candidate(&client, "one");
    seconds(1).await;
    let two = candidate(&client, "two");
    seconds(10).await;
    one.shutdown.begin();
    one.task.await.expect("no panic");
    assert_eq!(lease(&client).await["holderIdentity"], json!(""));
    seconds(4).await;
    assert!(two.leadership.leads());
}

#[tokio::test(start_paused = true)]
async fn a_foreign_lease_is_respected_as_long_as_it_is_renewed_whatever_its_clock_says() {
    let (_cluster, client, _) = cluster().await;
    let foreign = |renewed: &str| {
        let lease = json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": {"name": "lock", "namespace": "default", "labels": {"made": "in-go"}},
            "spec": {"holderIdentity": "go", "leaseDurationSeconds": 15, "renewTime": renewed, "acquireTime": renewed,
                     "leaseTransitions": 7}});
        let lease = Object::from_value(&lease).expect("an object");
        Write::new(Target::of(&lease), Change::Replace(lease))
    };
    client.write(&foreign("2020-01-01T00:00:00.000000Z")).await.expect("written");
    let ours = candidate(&client, "ours");
    for minute in 1..6 {
        seconds(10).await;
        assert!(!ours.leadership.leads(), "renewed, if by a slow clock");
        client.write(&foreign(&format!("2020-01-01T00:0{minute}:00.000000Z"))).await.expect("written");
    }
    seconds(20).await;
    assert!(ours.leadership.leads());
    assert_eq!(lease(&client).await["leaseTransitions"], json!(8));
    let gvk = Gvk::new("coordination.k8s.io", "v1", "Lease");
    let kept = client.get(&gvk, Some("default"), "lock").await.expect("readable").expect("there");
    assert_eq!(kept.meta().labels.get("made").map(|made| &**made), Some("in-go"), "what is not ours stays");
}

#[tokio::test(start_paused = true)]
async fn of_many_who_try_at_once_one_leads() {
    let (_cluster, client, _) = cluster().await;
    let candidates: Vec<Candidate> = (0..5).map(|number| candidate(&client, &format!("c{number}"))).collect();
    for _ in 0..100 {
        seconds(1).await;
        let leaders = candidates.iter().filter(|candidate| candidate.leadership.leads()).count();
        assert_eq!(leaders, 1);
    }
}
