//! Events of Rollouts on their way to those who want to hear of them.

use crate::key::{ObjectKey, kind};
use api::rollouts::{Listening, Waiting, WaitingEvents};
use clock::Clock;
use controller::{Event, EventSink, Level, Queue};
use jiff::{SignedDuration, Timestamp};
use notifications::Product;
use object::Object;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// How many events of one Rollout may wait. A rollout with a hundred steps tells fewer at once; beyond, the oldest go.
const WAITING_MAX: usize = 200;

/// How long what is done after an event was written down may take: of what was not told of by then, nothing came.
pub(crate) const DONE_WITHIN: SignedDuration = SignedDuration::from_mins(10);

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
    /// It was found written down by a process that is gone, and nobody has told it here yet.
    is_found: bool,
}

impl Fired {
    fn is_of(&self, waiting: &Waiting) -> bool {
        *self.reason == *waiting.reason && self.message == waiting.message
    }

    /// Whether what was written down is this event, and not a later one of the same words.
    fn covers(&self, waiting: &Waiting) -> bool {
        self.is_of(waiting) && self.at.as_millisecond() >= waiting.at
    }
}

/// Events that nobody has been told of yet. Cheap to clone; clones are one.
#[derive(Clone)]
pub struct Inbox(Arc<Inner>);

struct Inner {
    /// The process, as it signs what it writes down.
    process: String,
    queue: Queue<ObjectKey>,
    state: Mutex<State>,
    wanted: OnceLock<Wanted>,
}

/// The triggers that a Rollout's events may fire; `None` while that is not known.
type Wanted = Box<dyn Fn(&Object) -> Option<BTreeSet<String>> + Send + Sync>;

#[derive(Default)]
struct State {
    next: u64,
    waiting: BTreeMap<ObjectKey, Vec<Fired>>,
    /// Those that were told, or need not be, until that is written down.
    settled: BTreeMap<ObjectKey, Vec<Fired>>,
}

impl State {
    fn push(&mut self, key: &ObjectKey, fired: Fired) {
        self.next += 1;
        let waiting = self.waiting.entry(key.clone()).or_default();
        if waiting.len() >= WAITING_MAX {
            waiting.remove(0);
        }
        waiting.push(Fired { number: self.next, ..fired });
    }
}

/// One that nothing is written down for: what waits in it goes with the process.
impl Default for Inbox {
    fn default() -> Self {
        Inbox::of(String::new())
    }
}

impl Inbox {
    /// An empty one, of a process that begins now.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        Inbox::of(clock.random(&format!("inbox of {}", clock.now())).uuid())
    }

    fn of(process: String) -> Self {
        let (queue, state, wanted) = (Queue::default(), Mutex::default(), OnceLock::new());
        Inbox(Arc::new(Inner { process, queue, state, wanted }))
    }

    /// The queue that is woken by events.
    pub(crate) fn queue(&self) -> Queue<ObjectKey> {
        self.0.queue.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on it is known what somebody wants to hear of.
    pub(crate) fn set_wanted(&self, wanted: impl Fn(&Object) -> Option<BTreeSet<String>> + Send + Sync + 'static) {
        // There is one controller to an inbox.
        let _ = self.0.wanted.set(Box::new(wanted));
    }

    /// Who wants to hear of a Rollout's events: what whoever tells them writes down before it does what they tell of.
    #[must_use]
    pub fn listening(&self, rollout: &Object) -> Option<Listening> {
        let triggers = self.0.wanted.get().and_then(|wanted| wanted(rollout));
        let by = self.0.process.clone();
        let is_wanted = triggers.as_ref().is_none_or(|triggers| !triggers.is_empty());
        (is_wanted && !by.is_empty()).then_some(Listening { by, triggers })
    }

    fn put(&self, event: &Event, at: Timestamp) {
        let is_rollout = *event.regarding.gvk.kind == *kind(Product::Rollouts);
        let Some(namespace) = event.regarding.namespace.clone().filter(|_| is_rollout) else { return };
        let key = ObjectKey { namespace, name: event.regarding.name.clone() };
        let mut state = self.state();
        let is_it = |it: &&mut Fired| it.is_found && it.reason == event.reason && it.message == event.message;
        let mut found = state.waiting.get_mut(&key).into_iter().flatten();
        if let Some(found) = found.find(is_it) {
            // It was to be told before the process that did so died; now it is done again.
            (found.is_found, found.at) = (false, at);
            return;
        }
        let (reason, message, severity) = (event.reason.clone(), event.message.clone(), event.severity.to_string());
        state.push(&key, Fired { number: 0, reason, severity, message, at, object: None, is_found: false });
        drop(state);
        self.0.queue.add(key, Level::LOWEST);
    }

    /// Takes in what processes that are gone had written down.
    pub(crate) fn find(&self, key: &ObjectKey, written: &WaitingEvents, now: Timestamp) {
        let mut state = self.state();
        for event in written.0.iter().filter(|event| event.by != self.0.process) {
            let known = [state.waiting.get(key), state.settled.get(key)];
            if known.into_iter().flatten().flatten().any(|fired| fired.covers(event)) {
                continue;
            }
            let (reason, message, severity) =
                (event.reason.as_str().into(), event.message.clone(), event.severity.clone());
            // A clock that was ahead is no reason to find it twice.
            let at = now.max(Timestamp::from_millisecond(event.at).unwrap_or(now));
            state.push(key, Fired { number: 0, reason, severity, message, at, object: None, is_found: true });
        }
    }

    /// What waits for a Rollout, each with the Rollout as it is now unless it was looked at before.
    pub(crate) fn read(&self, key: &ObjectKey, now: &Arc<Json>) -> Vec<Fired> {
        let mut state = self.state();
        let Some(waiting) = state.waiting.get_mut(key) else { return Vec::new() };
        for fired in waiting.iter_mut().filter(|fired| fired.object.is_none()) {
            fired.object = Some(Arc::clone(now));
        }
        waiting.clone()
    }

    /// What of what is written down is still to be told.
    pub(crate) fn remaining(&self, key: &ObjectKey, written: &WaitingEvents, now: Timestamp) -> WaitingEvents {
        let state = self.state();
        let is_late = |event: &Waiting| {
            let at = Timestamp::from_millisecond(event.at).unwrap_or(Timestamp::MIN);
            at.checked_add(DONE_WITHIN).is_ok_and(|end| end < now)
        };
        let has = |of: Option<&Vec<Fired>>, event: &Waiting| of.into_iter().flatten().any(|fired| fired.covers(event));
        let stays = |event: &&Waiting| {
            if has(state.waiting.get(key), event) {
                return true;
            }
            let is_abandoned = event.by == self.0.process && is_late(event);
            !is_abandoned && !has(state.settled.get(key), event)
        };
        WaitingEvents(written.0.iter().filter(stays).cloned().collect())
    }

    /// Those are done with. They are remembered until nothing of them is written down any more.
    pub(crate) fn settle(&self, key: &ObjectKey, numbers: &[u64], written: &WaitingEvents) {
        let mut state = self.state();
        let mut settled = state.settled.remove(key).unwrap_or_default();
        settled.retain(|fired| written.0.iter().any(|event| fired.is_of(event)));
        if let Some(waiting) = state.waiting.get_mut(key) {
            settled.extend(waiting.iter().filter(|fired| numbers.contains(&fired.number)).cloned());
            waiting.retain(|fired| !numbers.contains(&fired.number));
            if waiting.is_empty() {
                state.waiting.remove(key);
            }
        }
        if !settled.is_empty() {
            state.settled.insert(key.clone(), settled);
        }
    }

    /// The Rollout is gone, or nobody wants to hear of it.
    pub(crate) fn forget_all(&self, key: &ObjectKey) {
        let mut state = self.state();
        state.waiting.remove(key);
        state.settled.remove(key);
    }
}

/// Where the controller of Rollouts tells its events: to the cluster as before, and to those who want to hear of them.
pub struct Tap {
    inner: Arc<dyn EventSink>,
    inbox: Inbox,
    clock: Clock,
}

impl Tap {
    /// Tells `inner` as before, and `inbox`.
    #[must_use]
    pub fn new(inner: Arc<dyn EventSink>, inbox: Inbox, clock: Clock) -> Self {
        Tap { inner, inbox, clock }
    }
}

impl EventSink for Tap {
    fn record(&self, event: &Event) {
        self.inner.record(event);
        self.inbox.put(event, self.clock.now());
    }
}
