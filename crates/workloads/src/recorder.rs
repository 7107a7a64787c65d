//! Records events: the same one again raises a count, and no object may flood its namespace.

use crate::plan::{Note, Severity};
use crate::reading::{micro_time_text, time_text};
use apiserver::{Api, ApiError, GroupResource, Patch, resources};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `events.events.k8s.io`: the same objects in their newer form.
const NEWER_EVENTS: GroupResource = GroupResource::new("events.k8s.io", "events");

/// Events remembered for counting; the oldest are forgotten beyond, as upstream's cache does.
const REMEMBERED_MAX: usize = 4096;
/// Events an object may cause at once from one source, as upstream.
const BURST: i64 = 25;
/// Seconds after which it may cause one more.
const REFILL_SECONDS: i64 = 300;

/// Makes, counts and limits events.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    known: BTreeMap<Identity, Known>,
    budgets: BTreeMap<(Box<str>, &'static str), Budget>,
    sequence: u64,
}

type Identity = (Box<str>, &'static str, &'static str, String);

#[derive(Debug)]
struct Known {
    name: String,
    count: u64,
    used: u64,
}

#[derive(Debug)]
struct Budget {
    left: i64,
    filled: Timestamp,
}

impl Recorder {
    /// Records a note in the namespace of its object.
    pub(crate) async fn record(&mut self, api: &Api, note: &Note, now: Timestamp) -> Result<(), ApiError> {
        if !self.may_tell(note, now) {
            return Ok(());
        }
        let namespace = if note.about.namespace.is_empty() { "default" } else { &note.about.namespace };
        self.sequence += 1;
        let identity = (note.about.uid.clone(), note.source, note.reason, note.message.clone());
        if let Some(known) = self.known.get_mut(&identity) {
            known.count += 1;
            known.used = self.sequence;
            let change = again(note, known.count, now);
            let counted = api.patch(&resource(note), namespace, &known.name, change).await;
            if counted.is_ok() {
                return Ok(());
            }
        }
        // The name is made of the time upstream; the sequence keeps names apart when time stands still.
        let stamp = u64::try_from(now.as_nanosecond()).unwrap_or_default().wrapping_add(self.sequence);
        let name = format!("{}.{stamp:x}", note.about.name);
        self.remember(identity, name.clone());
        api.create(&resource(note), namespace, event(note, &name, namespace, now)).await.map(|_| ())
    }

    fn remember(&mut self, identity: Identity, name: String) {
        if self.known.len() >= REMEMBERED_MAX {
            let threshold = self.sequence.saturating_sub(REMEMBERED_MAX as u64 / 2);
            self.known.retain(|_, known| known.used > threshold);
            self.budgets.clear();
        }
        self.known.insert(identity, Known { name, count: 1, used: self.sequence });
    }

    fn may_tell(&mut self, note: &Note, now: Timestamp) -> bool {
        let key = (note.about.uid.clone(), note.source);
        let budget = self.budgets.entry(key).or_insert(Budget { left: BURST, filled: now });
        let refills = (now.as_second() - budget.filled.as_second()) / REFILL_SECONDS;
        if refills > 0 {
            budget.left = (budget.left + refills).min(BURST);
            budget.filled = now;
        }
        budget.left -= 1;
        if budget.left < 0 {
            budget.left = 0;
            return false;
        }
        true
    }
}

fn again(note: &Note, count: u64, now: Timestamp) -> Patch {
    Patch::Merge(if note.action.is_some() {
        json!({"series": {"count": count, "lastObservedTime": micro_time_text(now)}})
    } else {
        json!({"count": count, "lastTimestamp": time_text(now)})
    })
}

/// An event of the API that a note is for: the newer one for notes that name an action.
fn event(note: &Note, name: &str, namespace: &str, now: Timestamp) -> Value {
    let metadata = json!({"name": name, "namespace": namespace});
    let severity = if note.severity == Severity::Normal { "Normal" } else { "Warning" };
    match note.action {
        Some(action) => json!({
            "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": metadata,
            "regarding": reference(note), "reason": note.reason, "note": note.message, "type": severity,
            "reportingController": note.source, "reportingInstance": format!("{}-capstan", note.source),
            "action": action, "eventTime": micro_time_text(now),
        }),
        None => json!({
            "apiVersion": "v1", "kind": "Event", "metadata": metadata,
            "involvedObject": reference(note), "reason": note.reason, "message": note.message, "type": severity,
            "source": {"component": note.source}, "reportingComponent": note.source,
            "firstTimestamp": time_text(now), "lastTimestamp": time_text(now), "count": 1,
        }),
    }
}

fn reference(note: &Note) -> Value {
    let about = &note.about;
    let mut reference = json!({
        "apiVersion": &*about.api_version, "kind": &*about.kind, "name": &*about.name, "uid": &*about.uid,
        "resourceVersion": &*about.resource_version,
    });
    if !about.namespace.is_empty() {
        reference["namespace"] = (*about.namespace).into();
    }
    reference
}

/// The resource that a note is written to.
fn resource(note: &Note) -> GroupResource {
    if note.action.is_some() { NEWER_EVENTS } else { resources::EVENTS }
}
