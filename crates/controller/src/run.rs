//! Drives a controller: workers take keys and make one pass over each, contained and tried again by class of failure.

use crate::act::{Acted, Stop, act, act_one};
use crate::event_sink::EventSink;
use crate::fresh::Unseen;
use crate::lanes::Lanes;
use crate::leadership::Leadership;
use crate::metrics::{Counter, Metrics};
use crate::queue::{Queue, Turn};
use crate::shutdown::Shutdown;
use crate::views::Views;
use crate::{Controller, Done, Event, Failure, Level, Plan, Planned, ROUNDS_MAX, Step, Wake};
use clock::{Clock, Random};
use cluster::{Advice, Backoff, ClusterError, Clusters, WRITE_TIMEOUT};
use futures::FutureExt;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;

/// Pauses after failures in a row. The longest is upstream's default interval between looks.
const FAILURES: Backoff = Backoff { first: Duration::from_millis(250), most: Duration::from_secs(180) };

/// Pauses after refused guards in a row: the first is short, since a fresh look usually settles it.
const REFUSALS: Backoff = Backoff { first: Duration::from_millis(10), most: Duration::from_secs(30) };

/// The pause after a failure that only somebody's change can mend; a change of what is observed comes through at once.
const STALLED_PAUSE: Duration = Duration::from_secs(180);

/// The pause before a cache is looked at again that has not seen our last write; the change itself usually comes first.
const STALE_PAUSE: Duration = Duration::from_millis(50);

/// What all controllers of a process share.
#[derive(Clone)]
pub struct Environment {
    /// Time and chance.
    pub clock: Clock,
    /// Where to write.
    pub clusters: Clusters,
    /// Whether to write.
    pub leadership: Leadership,
    /// Whom to tell.
    pub events: Arc<dyn EventSink>,
    /// What is counted.
    pub metrics: Metrics,
    /// What is shown.
    pub views: Views,
}

/// Runs `controller` with so many workers until `shutdown` begins; passes under way are finished first.
pub async fn run<C: Controller>(
    controller: Arc<C>,
    queue: Queue<C::Key>,
    environment: Environment,
    workers: usize,
    shutdown: Shutdown,
) {
    let runtime = Arc::new(Runtime::new(controller, queue.clone(), environment));
    let lanes = Arc::new(Lanes::default());
    let mut tasks = JoinSet::new();
    for _ in 0..workers.max(1) {
        let (runtime, lanes) = (Arc::clone(&runtime), Arc::clone(&lanes));
        tasks.spawn(async move {
            while let Some(turn) = runtime.queue.next().await {
                match runtime.controller.lane(&turn.key) {
                    None => runtime.take_turn(turn).await,
                    Some(cluster) => {
                        let own = Arc::clone(&runtime);
                        lanes.take(cluster, async move { own.take_turn(turn).await }).await;
                    }
                }
            }
        });
    }
    // Ends, as the workers do, when this future is dropped.
    let mut standby = JoinSet::new();
    standby.spawn(Arc::clone(&runtime).wake_on_leading());
    shutdown.begun().await;
    queue.close();
    while tasks.join_next().await.is_some() {}
    lanes.finish().await;
}

struct Runtime<C: Controller> {
    controller: Arc<C>,
    queue: Queue<C::Key>,
    environment: Environment,
    unseen: Unseen<C::Key>,
    state: Mutex<State<C::Key>>,
}

struct State<K> {
    /// Failures in a row, of keys that have any.
    failures: BTreeMap<K, Failures>,
    /// Keys whose plans another replica is to carry out, to be planned anew when we lead.
    standing_by: BTreeMap<K, Level>,
    random: Random,
}

#[derive(Debug, Clone, Copy, Default)]
struct Failures {
    failed: u32,
    refused: u32,
}

/// How one pass ended.
enum Ended {
    /// Well; look again then.
    Well(Option<Wake>),
    /// The cache has not seen our last write.
    Stale,
    /// There is something to do, and it is not ours to do.
    NotLeader,
    /// A guard was refused.
    Refused(ClusterError),
    /// It failed.
    Failed(Failure),
}

impl<C: Controller> Runtime<C> {
    fn new(controller: Arc<C>, queue: Queue<C::Key>, environment: Environment) -> Self {
        let random = environment.clock.random(&format!("retry {}", controller.name()));
        let state = State { failures: BTreeMap::new(), standing_by: BTreeMap::new(), random };
        Runtime { controller, queue, environment, unseen: Unseen::new(), state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State<C::Key>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, counter: Counter) {
        self.environment.metrics.count(counter, self.controller.name());
    }

    /// Makes one pass and decides when the key comes again.
    async fn take_turn(&self, turn: Turn<C::Key>) {
        let (key, level) = (turn.key.clone(), turn.level);
        self.count(Counter::Passes);
        let began = self.environment.clock.monotonic();
        let ended = match AssertUnwindSafe(self.pass(&key, level)).catch_unwind().await {
            Ok(ended) => ended,
            Err(panic) => {
                self.count(Counter::Panics);
                Ended::Failed(Failure::Retry(format!("a defect in {}: {}", self.controller.name(), words(&*panic))))
            }
        };
        let took = self.environment.clock.monotonic().duration_since(began);
        let failed = u64::from(matches!(ended, Ended::Failed(_)));
        self.environment.metrics.passed(self.controller.name(), &key.to_string(), took, failed);
        self.settle(&key, level, ended);
    }

    /// One pass: observe, plan, ask as long as the plan asks, act.
    async fn pass(&self, key: &C::Key, level: Level) -> Ended {
        let now = self.environment.clock.monotonic();
        if !self.unseen.is_fresh(key, &self.environment.clusters, now) {
            return Ended::Stale;
        }
        let (observed, plan) = match self.decide(key, level).await {
            Ok(decided) => decided,
            Err(failure) => return Ended::Failed(failure),
        };
        let name = self.controller.name();
        self.environment.views.planned(name, &key.to_string(), &plan, self.environment.clock.now());
        if plan.is_empty() {
            return Ended::Well(plan.wake);
        }
        tracing::debug!(controller = name, key = %key, "{plan}");
        self.carry_out(key, &observed, plan).await
    }

    async fn decide(&self, key: &C::Key, level: Level) -> Result<(C::Observed, Plan), Failure> {
        let mut observed = self.controller.observe(key, level).await?;
        for _ in 0..=ROUNDS_MAX {
            match C::plan(&observed, self.environment.clock.now()) {
                Step::Do(plan) => return Ok((observed, plan)),
                Step::Ask(queries) => observed = self.controller.answer(key, observed, queries).await?,
            }
        }
        let name = self.controller.name();
        Err(Failure::Retry(format!("a defect in {name}: its plan asked more than {ROUNDS_MAX} times")))
    }

    async fn carry_out(&self, key: &C::Key, observed: &C::Observed, plan: Plan) -> Ended {
        let Environment { clusters, leadership, clock, .. } = &self.environment;
        let Acted { done, stop } = act(&plan, clusters, leadership).await;
        for done in &done {
            self.note(key, done);
            if done.result.is_ok() {
                self.tell(&plan.writes[done.index].events);
            }
        }
        let failed = match stop {
            None => None,
            Some(Stop::NotLeader) => return Ended::NotLeader,
            Some(Stop::Refused(error)) => return Ended::Refused(error),
            Some(Stop::Failed(error)) => Some(error),
        };
        if let Some(status) = C::conclude(observed, &plan, &done, clock.now())
            && let Err(ended) = self.write_status(key, &status, &done).await
        {
            return ended;
        }
        self.tell(&plan.events);
        match failed {
            None => Ended::Well(plan.wake),
            Some(error) => Ended::Failed(Failure::Cluster(error)),
        }
    }

    async fn write_status(&self, key: &C::Key, status: &Planned, done: &[Done]) -> Result<(), Ended> {
        let Environment { clusters, leadership, clock, .. } = &self.environment;
        match act_one(status, done, clusters, leadership).await {
            Ok(written) => {
                self.count(Counter::Writes);
                self.unseen.wrote(key, &status.cluster, &status.write.target, &written, clock.monotonic());
                self.tell(&status.events);
                Ok(())
            }
            Err(Stop::NotLeader) => Err(Ended::NotLeader),
            Err(Stop::Refused(error)) => Err(Ended::Refused(error)),
            Err(Stop::Failed(error)) => {
                self.count(Counter::WriteFailures);
                Err(Ended::Failed(Failure::Cluster(error)))
            }
        }
    }

    fn tell(&self, events: &[Event]) {
        for event in events {
            self.count(Counter::Events);
            self.environment.metrics.told(self.controller.name(), event);
            self.environment.events.record(event);
        }
    }

    fn note(&self, key: &C::Key, done: &Done) {
        match &done.result {
            Ok(written) => {
                self.count(Counter::Writes);
                let now = self.environment.clock.monotonic();
                self.unseen.wrote(key, &done.cluster, &done.target, written, now);
            }
            Err(_) => self.count(Counter::WriteFailures),
        }
    }

    /// Decides when the key comes again.
    fn settle(&self, key: &C::Key, level: Level, ended: Ended) {
        let Environment { views, clock, .. } = &self.environment;
        let text = key.to_string();
        let error = match &ended {
            Ended::Failed(failure) => Some(failure.to_string()),
            Ended::Well(_) | Ended::Refused(_) | Ended::Stale | Ended::NotLeader => None,
        };
        views.ended(self.controller.name(), &text, error, clock.now());
        match ended {
            Ended::Well(wake) => self.went_well(key, wake),
            Ended::Stale => {
                self.count(Counter::StaleReads);
                self.queue.add_after(key.clone(), level, STALE_PAUSE);
            }
            Ended::NotLeader => {
                self.count(Counter::Standby);
                let mut state = self.state();
                let wanted = state.standing_by.entry(key.clone()).or_default();
                *wanted = wanted.merge(level);
            }
            Ended::Refused(error) => {
                self.count(Counter::Refusals);
                tracing::debug!(controller = self.controller.name(), key = text, "planning anew: {error}");
                let mut state = self.state();
                let refused = &mut state.failures.entry(key.clone()).or_default().refused;
                *refused += 1;
                let refused = *refused;
                let pause = REFUSALS.jittered(refused, &mut state.random);
                self.queue.add_after(key.clone(), level, pause);
            }
            Ended::Failed(failure) => {
                self.count(Counter::Failures);
                tracing::warn!(controller = self.controller.name(), key = text, "{failure}");
                let pause = self.pause_after(key, &failure);
                self.queue.add_after(key.clone(), level, pause);
            }
        }
    }

    fn went_well(&self, key: &C::Key, wake: Option<Wake>) {
        self.state().failures.remove(key);
        let Some(wake) = wake else { return };
        let pause = wake.at.duration_since(self.environment.clock.now());
        self.queue.add_after(key.clone(), wake.level, Duration::try_from(pause).unwrap_or_default());
    }

    fn pause_after(&self, key: &C::Key, failure: &Failure) -> Duration {
        let mut state = self.state();
        let failed = &mut state.failures.entry(key.clone()).or_default().failed;
        *failed = failed.saturating_add(1);
        let failed = *failed;
        let growing = FAILURES.jittered(failed, &mut state.random);
        match failure {
            Failure::Cluster(error) => match error.advice() {
                Advice::Replan | Advice::Retry => growing,
                Advice::RetryAfter(pause) => pause.max(growing),
                Advice::Stalled => STALLED_PAUSE,
            },
            Failure::Retry(_) => growing,
            Failure::RetryAfter { pause, .. } => *pause,
            Failure::Stalled(_) => STALLED_PAUSE,
        }
    }

    /// Brings back the keys that stood by whenever this process may act again.
    async fn wake_on_leading(self: Arc<Self>) {
        let mut leadership = self.environment.leadership.clone();
        loop {
            if leadership.may_act_for(WRITE_TIMEOUT) {
                let standing_by = std::mem::take(&mut self.state().standing_by);
                for (key, level) in standing_by {
                    self.queue.add(key, level);
                }
            }
            leadership.changed().await;
        }
    }
}

/// What a panic said.
fn words(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}
