//! No plan is made on reads older than our own writes.

use crate::scripted::{Running, Script, create, seconds};
use cluster::{Cache, Cluster, ClusterId, Instance, Ownership, Selection};
use controller::{Counter, Guard, Level, Plan, Planned};
use embedded::{EventFault, Faults, RequestSummary};
use object::{Key, Meta};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

struct Nobody;

impl Ownership for Nobody {
    fn instance_of(&self, _meta: &Meta) -> Option<Instance> {
        None
    }
}

/// Every event of ConfigMaps is three seconds late, once it is set.
#[derive(Default)]
struct Late(AtomicBool);

impl Faults for Late {
    fn event(&self, request: &RequestSummary, _event: &apiserver::Event) -> EventFault {
        match &*request.resource {
            "configmaps" if self.0.load(Ordering::Relaxed) => EventFault::Delay(Duration::from_secs(3)),
            _ => EventFault::Deliver,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_waits_until_its_own_write_is_seen() {
    let running = Running::start(|key, pass| {
        let writes = if key == "x" && pass == 1 { vec![Planned::new(create("a"), Guard::Manner)] } else { vec![] };
        Script::Do(Plan { writes, ..Plan::default() })
    })
    .await;
    let late = Arc::new(Late::default());
    running.cluster.set_faults(Some(late.clone()));
    let cache = Cache::start(running.client.clone(), Selection::default(), Arc::new(Nobody));
    cache.ready().await;
    running.clusters.insert(ClusterId::home(), Cluster { client: running.client.clone(), cache: Some(cache.clone()) });
    late.0.store(true, Ordering::Relaxed);
    running.queue.add("x".to_owned(), Level(0));
    running.queue.add("y".to_owned(), Level(0));
    seconds(1).await;
    running.queue.add("x".to_owned(), Level(0));
    running.queue.add("y".to_owned(), Level(0));
    seconds(1).await;
    assert_eq!(running.passes("x").len(), 1, "the write is not seen yet");
    assert_eq!(running.passes("y").len(), 2, "others go on");
    assert!(running.count(Counter::StaleReads) > 0);
    seconds(3).await;
    assert!(cache.get(&Key::new("", "ConfigMap", Some("default"), "a")).known().is_some());
    assert_eq!(running.passes("x").len(), 2);
}
