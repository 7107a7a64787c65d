//! Events reach the cluster, and repetitions count up.

use crate::scripted::{cluster, seconds};
use cluster::{ClusterId, Clusters, ListQuery, Target};
use controller::{Event, EventSink, KubeEvents, Metrics, Reporter, Severity};
use object::Gvk;
use serde_json::json;

fn event(dedupe: &str) -> Event {
    Event {
        cluster: ClusterId::home(),
        regarding: Target::new(Gvk::new("", "v1", "ConfigMap"), Some("default"), "c"),
        uid: "u1".into(),
        severity: Severity::Warning,
        reason: "SyncFailed".into(),
        message: "it did not work".to_owned(),
        dedupe: dedupe.into(),
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_event_counts_up_across_restarts() {
    let (_cluster, client, clock) = cluster().await;
    let clusters = Clusters::home(client.clone(), None);
    for _restart in 0..2 {
        let reporter = Reporter { component: "capstan".into(), instance: "one".into() };
        let sink = KubeEvents::start(clusters.clone(), clock.clone(), reporter, Metrics::default());
        for dedupe in ["rev1", "rev2", "rev1"] {
            sink.record(&event(dedupe));
            seconds(1).await;
        }
    }
    let query = ListQuery::in_namespace("default").fields("involvedObject.name=c");
    let events = client.list(&Gvk::new("", "v1", "Event"), &query).await.expect("a list");
    let mut counts: Vec<_> =
        events.iter().filter_map(|event| event.get("/count")).map(|count| count.as_i64()).collect();
    counts.sort_unstable();
    assert_eq!(counts, [Some(2), Some(4)]);
    assert_eq!(events[0].get("/involvedObject/uid"), Some(json!("u1")));
    assert_eq!(events[0].get("/type"), Some(json!("Warning")));
}
