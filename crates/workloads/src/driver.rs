//! The loop that drives all controllers: changes come in, items fall due, plans are carried out, one after the other.
//! It sleeps until something changes or falls due; an idle cluster costs nothing.

use crate::actor::Actor;
use crate::controller::{Change, Context, Controller, Item};
use crate::plan::{Plan, Refusal};
use crate::queue::Queue;
use apiserver::{Api, ApiError, Event, EventKind, WatchFrom, Watcher};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// The first pause after a write that lost a race; it doubles with every loss in a row.
const RACE_PAUSE: Duration = Duration::from_millis(5);
/// The first pause after a write that was refused for good; it doubles likewise.
const REFUSAL_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(300);
/// Passes after which other tasks get a turn, so that a burst does not starve readers on the same thread.
const PASSES_PER_TURN: usize = 16;

/// Which controller, by its place in the list, and which of its items.
type Key = (usize, Item);

/// All controllers and what they have to do.
pub(crate) struct Driver {
    api: Api,
    actor: Actor,
    controllers: Vec<Box<dyn Controller>>,
    queue: Queue<Key>,
    troubles: BTreeMap<Key, Trouble>,
}

/// Losses in a row, and the last refusal.
#[derive(Debug, Default)]
struct Trouble {
    losses: u32,
    refusal: Option<Refusal>,
}

impl Driver {
    pub(crate) fn new(api: &Api, controllers: Vec<Box<dyn Controller>>) -> Self {
        Driver { api: api.clone(), actor: Actor::new(api), controllers, queue: Queue::new(), troubles: BTreeMap::new() }
    }

    /// Runs until `stop` says so or its sender is gone.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut watcher = self.discover();
        loop {
            let busy = self.turn(&mut watcher).await;
            if *stop.borrow() {
                return;
            }
            if busy {
                tokio::task::yield_now().await;
                continue;
            }
            let due = self.queue.next_due();
            tokio::select! {
                biased;
                _ = stop.changed() => return,
                event = watcher.next() => match event {
                    Ok(event) => self.notice(&event),
                    Err(_) => watcher = self.discover(),
                },
                () = sleep_until(due) => {}
            }
        }
    }

    /// Takes in what is there and looks at every object once; what happens meanwhile is told by the watcher.
    fn discover(&mut self) -> Watcher {
        let revision = self.api.revision();
        for (resource, object) in self.api.in_namespace("") {
            self.notice_change(&Change {
                kind: EventKind::Added,
                resource: &resource,
                object: &object,
                previous: None,
            });
        }
        for (index, controller) in self.controllers.iter_mut().enumerate() {
            for item in controller.begin() {
                self.queue.add((index, item), Instant::now());
            }
        }
        self.api.watch_all(WatchFrom::Revision(revision))
    }

    /// Takes in all changes and makes some passes. Whether there may be more to do at once.
    async fn turn(&mut self, watcher: &mut Watcher) -> bool {
        for _ in 0..PASSES_PER_TURN {
            loop {
                match watcher.try_next() {
                    Ok(Some(event)) => self.notice(&event),
                    Ok(None) => break,
                    Err(_) => *watcher = self.discover(),
                }
            }
            let Some(key) = self.queue.take_due(Instant::now()) else { return false };
            self.pass(key).await;
        }
        true
    }

    fn notice(&mut self, event: &Event) {
        self.notice_change(&Change {
            kind: event.kind,
            resource: &event.resource,
            object: &event.object,
            previous: event.previous.as_ref(),
        });
    }

    fn notice_change(&mut self, change: &Change<'_>) {
        let now = Instant::now();
        for (index, controller) in self.controllers.iter_mut().enumerate() {
            for item in controller.notice(change, &self.api) {
                self.queue.add((index, item), now);
            }
        }
    }

    async fn pass(&mut self, key: Key) {
        let now = self.api.clock().now();
        let (index, item) = &key;
        let Some(controller) = self.controllers.get_mut(*index) else { return };
        let refusal = self.troubles.get(&key).and_then(|trouble| trouble.refusal.as_ref());
        let context = Context { api: &self.api, now, refused: refusal };
        let held = refusal.is_some_and(|refusal| now < refusal.retry_at);
        // A controller that panics over one object goes on with the others.
        let Ok(plan) = catch_unwind(AssertUnwindSafe(|| controller.pass(item, &context))) else {
            tracing::error!(controller = controller.name(), ?item, "the pass panicked; the object is left alone");
            return;
        };
        if !plan.actions.is_empty() {
            tracing::trace!(controller = controller.name(), ?item, %plan);
        }
        self.carry_out(key, plan, held).await;
    }

    async fn carry_out(&mut self, key: Key, plan: Plan, held: bool) {
        let wake = plan.wake;
        match self.actor.act(plan).await {
            Ok(()) => {
                if !held {
                    self.troubles.remove(&key);
                }
                if let Some(wake) = wake {
                    let due = Instant::now() + until(wake, self.api.clock().now());
                    self.queue.add(key, due);
                }
            }
            Err(error) => self.suffer(key, &error),
        }
    }

    /// A lost race is tried again soon; a refusal is told to the next pass, which comes at once to say so in a status.
    fn suffer(&mut self, key: Key, error: &ApiError) {
        let now = self.api.clock().now();
        let trouble = self.troubles.entry(key.clone()).or_default();
        trouble.losses += 1;
        let pause = |first: Duration| first.saturating_mul(1 << (trouble.losses - 1).min(16)).min(PAUSE_MAX);
        if is_race(error) {
            let due = Instant::now() + pause(RACE_PAUSE);
            self.queue.add(key, due);
            return;
        }
        tracing::debug!(?key, %error, "refused");
        let pause = SignedDuration::try_from(pause(REFUSAL_PAUSE)).unwrap_or(SignedDuration::MAX);
        let retry_at = now.checked_add(pause).unwrap_or(Timestamp::MAX);
        trouble.refusal = Some(Refusal { message: error.message().to_owned(), retry_at });
        self.queue.add(key.clone(), Instant::now());
    }
}

fn is_race(error: &ApiError) -> bool {
    error.is_conflict() || error.is_not_found() || error.is_already_exists()
}

fn until(time: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(time.duration_since(now)).unwrap_or_default()
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
