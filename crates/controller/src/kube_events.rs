//! Tells events to the cluster, as core Events: the same event again counts up, and no object may flood.

use crate::event_sink::EventSink;
use crate::metrics::{Counter, Metrics};
use crate::{Event, Severity};
use clock::Clock;
use cluster::{Change, ClusterError, Clusters, ErrorClass, Part, PatchKind, Target, Write};
use jiff::Timestamp;
use object::Object;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// How many events may wait to be told. Beyond, the newest are dropped and counted: an event is a convenience.
const WAITING_MAX: usize = 1024;

/// How many events of one reason one object may have at once, and after how long one more; client-go's numbers.
///
/// Unlike client-go, where the limit is one for all that one source tells of an object: what is repeated uses up its own
/// allowance only, and the end of a long rollout is told however many steps it had.
const BURST: u32 = 25;
const REFILL: Duration = Duration::from_secs(300);

/// How many allowances are remembered.
const OBJECTS_MAX: usize = 4096;

/// Kubernetes' limit for an event's message.
const MESSAGE_BYTES_MAX: usize = 1024;

/// Who the events are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reporter {
    /// The controller: `source.component`, `reportingComponent`.
    pub component: Box<str>,
    /// The replica: `reportingInstance`.
    pub instance: Box<str>,
}

/// Tells events to the cluster of the object they are about.
pub struct KubeEvents {
    sender: mpsc::Sender<(Event, Timestamp)>,
    allowances: Mutex<BTreeMap<String, Allowance>>,
    clock: Clock,
    metrics: Metrics,
}

#[derive(Debug, Clone, Copy)]
struct Allowance {
    left: u32,
    since: Instant,
}

impl KubeEvents {
    /// Begins to tell events; ends when the last user is gone.
    ///
    /// Assumption: called inside a Tokio runtime.
    #[must_use]
    pub fn start(clusters: Clusters, clock: Clock, reporter: Reporter, metrics: Metrics) -> Self {
        let (sender, mut receiver) = mpsc::channel::<(Event, Timestamp)>(WAITING_MAX);
        let counts = metrics.clone();
        tokio::spawn(async move {
            while let Some((event, at)) = receiver.recv().await {
                if let Err(error) = tell(&clusters, &reporter, &event, at).await {
                    counts.count(Counter::EventsDropped, "events");
                    tracing::debug!("{event} was not told: {error}");
                }
            }
        });
        KubeEvents { sender, allowances: Mutex::default(), clock, metrics }
    }

    /// Whether the object may have one more event.
    fn is_allowed(&self, event: &Event) -> bool {
        let now = self.clock.monotonic();
        let mut allowances = self.allowances.lock().unwrap_or_else(PoisonError::into_inner);
        let object = format!("{} {} {}", event.cluster, event.regarding, event.reason);
        if !allowances.contains_key(&object) && allowances.len() >= OBJECTS_MAX {
            allowances.clear();
        }
        let allowance = allowances.entry(object).or_insert(Allowance { left: BURST, since: now });
        let periods = u32::try_from(now.duration_since(allowance.since).as_secs() / REFILL.as_secs()).unwrap_or(BURST);
        if periods > 0 {
            allowance.left = allowance.left.saturating_add(periods).min(BURST);
            allowance.since += REFILL * periods;
        }
        let is_allowed = allowance.left > 0;
        allowance.left = allowance.left.saturating_sub(1);
        is_allowed
    }
}

impl EventSink for KubeEvents {
    fn record(&self, event: &Event) {
        let told = self.is_allowed(event) && self.sender.try_send((event.clone(), self.clock.now())).is_ok();
        if !told {
            self.metrics.count(Counter::EventsDropped, "events");
        }
    }
}

/// Creates the event, or counts it up where it is there already.
async fn tell(clusters: &Clusters, reporter: &Reporter, event: &Event, at: Timestamp) -> Result<(), ClusterError> {
    let client = clusters.client(&event.cluster)?;
    let object = event_object(event, reporter, at);
    let target = Target::of(&object);
    match client.write(&Write::new(target.clone(), Change::Create(object))).await {
        Err(error) if error.class == ErrorClass::AlreadyExists => {}
        outcome => return outcome.map(drop),
    }
    let known = client.get(&target.gvk, target.namespace.as_deref(), &target.name).await?;
    let count = known.and_then(|known| known.get("/count")?.as_i64()).unwrap_or(1);
    let body = json!({"count": count.saturating_add(1), "lastTimestamp": seconds(at), "message": message(event)});
    let patch = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
    client.write(&Write::new(target, patch)).await.map(drop)
}

/// The event as an object. Its name follows from what makes it one event, so that it is one across restarts too.
fn event_object(event: &Event, reporter: &Reporter, at: Timestamp) -> Object {
    let regarding = &event.regarding;
    // Compat: events of cluster-scoped objects live in `default`.
    let namespace = regarding.namespace.as_deref().unwrap_or("default");
    let hash = fnv(&[&event.uid, &event.reason, &event.dedupe, &event.severity.to_string(), &reporter.component]);
    let value = json!({
        "apiVersion": "v1", "kind": "Event",
        "metadata": {"name": format!("{}.{hash:016x}", regarding.name), "namespace": namespace},
        "involvedObject": {
            "apiVersion": regarding.gvk.api_version(), "kind": &*regarding.gvk.kind, "name": &*regarding.name,
            "namespace": regarding.namespace.as_deref().unwrap_or_default(), "uid": &*event.uid,
        },
        "type": match event.severity { Severity::Normal => "Normal", Severity::Warning => "Warning" },
        "reason": &*event.reason, "message": message(event), "count": 1,
        "firstTimestamp": seconds(at), "lastTimestamp": seconds(at),
        "source": {"component": &*reporter.component},
        "reportingComponent": &*reporter.component, "reportingInstance": &*reporter.instance,
    });
    Object::from_value(&value).expect("invariant: an Event with kind and name is an object")
}

fn message(event: &Event) -> &str {
    let text = &event.message;
    let end = (0..=text.len().min(MESSAGE_BYTES_MAX)).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or_default()]
}

fn seconds(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// FNV-1a over the parts and their ends.
fn fnv(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cluster::ClusterId;
    use object::Gvk;

    fn event(dedupe: &str) -> Event {
        Event {
            cluster: ClusterId::home(),
            regarding: Target::new(Gvk::new("argoproj.io", "v1alpha1", "Application"), Some("argocd"), "web"),
            uid: "u1".into(),
            severity: Severity::Normal,
            reason: "OperationCompleted".into(),
            message: "done".to_owned(),
            dedupe: dedupe.into(),
        }
    }

    fn name(event: &Event) -> String {
        let reporter = Reporter { component: "capstan".into(), instance: "one".into() };
        event_object(event, &reporter, Timestamp::UNIX_EPOCH).name().to_owned()
    }

    #[test]
    fn what_makes_it_one_event_makes_its_name() {
        let again = Event { message: "done, again".to_owned(), ..event("rev1") };
        assert_eq!(name(&event("rev1")), name(&again));
        assert_ne!(name(&event("rev1")), name(&event("rev2")));
    }

    #[tokio::test(start_paused = true)]
    async fn one_object_cannot_flood() {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH, 1);
        let reporter = Reporter { component: "capstan".into(), instance: "one".into() };
        let events = KubeEvents::start(Clusters::default(), clock, reporter, Metrics::default());
        let allowed = |events: &KubeEvents| (0..100).filter(|_| events.is_allowed(&event("x"))).count();
        assert_eq!(allowed(&events), 25);
        tokio::time::advance(Duration::from_secs(601)).await;
        assert_eq!(allowed(&events), 2);
        let other = Event { reason: "RolloutCompleted".into(), ..event("x") };
        assert!(events.is_allowed(&other), "what is told for the first time is told");
    }
}
