//! Events of Rollouts on their way to those who want to hear of them.

use crate::key::{ObjectKey, kind};
use controller::{Event, EventSink, Level, Queue};
use jiff::Timestamp;
use notifications::Product;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many events of one Rollout may wait. A rollout with a hundred steps tells fewer at once; beyond, the oldest go.
const WAITING_MAX: usize = 200;

/// An event that was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Fired {
    /// Its number: later ones have larger ones.
    pub number: u64,
    /// Its reason, by which it fires a trigger.
    pub reason: Box<str>,
    /// Whether it is a warning.
    pub severity: String,
    /// What it says.
    pub message: String,
    /// When.
    pub at: Timestamp,
    /// The Rollout as it was when the event was first looked at; what is told does not change afterwards.
    pub object: Option<Arc<Json>>,
}

/// Events that nobody has been told of yet. Cheap to clone; clones are one.
#[derive(Clone, Default)]
pub struct Inbox(Arc<Inner>);

#[derive(Default)]
struct Inner {
    queue: Queue<ObjectKey>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    waiting: BTreeMap<ObjectKey, Vec<Fired>>,
}

impl Inbox {
    /// The queue that is woken by events.
    pub(crate) fn queue(&self) -> Queue<ObjectKey> {
        self.0.queue.clone()
    }

    fn put(&self, event: &Event, at: Timestamp) {
        let is_rollout = *event.regarding.gvk.kind == *kind(Product::Rollouts);
        let Some(namespace) = event.regarding.namespace.clone().filter(|_| is_rollout) else { return };
        let key = ObjectKey { namespace, name: event.regarding.name.clone() };
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.next += 1;
        let number = state.next;
        let waiting = state.waiting.entry(key.clone()).or_default();
        if waiting.len() >= WAITING_MAX {
            waiting.remove(0);
        }
        let (reason, message, severity) = (event.reason.clone(), event.message.clone(), event.severity.to_string());
        waiting.push(Fired { number, reason, severity, message, at, object: None });
        drop(state);
        self.0.queue.add(key, Level::LOWEST);
    }

    /// What waits for a Rollout, each with the Rollout as it is now unless it was looked at before.
    pub(crate) fn read(&self, key: &ObjectKey, now: &Arc<Json>) -> Vec<Fired> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(waiting) = state.waiting.get_mut(key) else { return Vec::new() };
        for fired in waiting.iter_mut().filter(|fired| fired.object.is_none()) {
            fired.object = Some(Arc::clone(now));
        }
        waiting.clone()
    }

    /// Those are done with.
    pub(crate) fn forget(&self, key: &ObjectKey, numbers: &[u64]) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waiting) = state.waiting.get_mut(key) {
            waiting.retain(|fired| !numbers.contains(&fired.number));
            if waiting.is_empty() {
                state.waiting.remove(key);
            }
        }
    }

    /// The Rollout is gone.
    pub(crate) fn forget_all(&self, key: &ObjectKey) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).waiting.remove(key);
    }
}

/// Where the controller of Rollouts tells its events: to the cluster as before, and to those who want to hear of them.
pub struct Tap {
    inner: Arc<dyn EventSink>,
    inbox: Inbox,
    clock: clock::Clock,
}

impl Tap {
    /// Tells `inner` as before, and `inbox`.
    #[must_use]
    pub fn new(inner: Arc<dyn EventSink>, inbox: Inbox, clock: clock::Clock) -> Self {
        Tap { inner, inbox, clock }
    }
}

impl EventSink for Tap {
    fn record(&self, event: &Event) {
        self.inner.record(event);
        self.inbox.put(event, self.clock.now());
    }
}
