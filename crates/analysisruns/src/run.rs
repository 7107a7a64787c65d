//! Drives the controller of AnalysisRuns: in one process with an embedded cluster, or beside a real one.

use crate::inbox::{Awaited, Inbox};
use crate::key::RunKey;
use crate::observed::{Observed, Query, Seen, What};
use crate::plan::{decide, ending};
use crate::readings::{Read, Readings};
use crate::source::Source;
use analysis::{Answer, Task};
use api::names::GROUP;
use api::rollouts::names::{
    ANNOTATION_ANALYSIS_METRIC, ANNOTATION_ANALYSIS_RUN, ANNOTATION_ANALYSIS_RUN_NAMESPACE, LABEL_ANALYSIS_RUN_UID,
};
use api::rollouts::{ANALYSIS_RUN, AnalysisPhase, AnalysisRun};
use cluster::{Cache, ClusterId, GroupKind, Notice, WRITE_TIMEOUT};
use controller::{Controller, Environment, Failure, Leadership, Level, Queue, Shutdown, Step};
use futures::FutureExt;
use jiff::Timestamp;
use object::{Fetched, Key};
use rollouts::Settings;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

/// The controller's name in logs, metrics and events.
pub const NAME: &str = "analysisruns";

/// How many runs are worked on at a time. Providers are not waited for here: passes are short.
const WORKERS: usize = 20;

/// How long an answer waits for others that its run has asked for: they are written together.
const TOGETHER: Duration = Duration::from_millis(250);

/// What the controller is made of.
pub struct Options {
    /// Time, clusters, leadership, events. The home cluster must have a cache that follows AnalysisRuns, as
    /// [`rollouts::start_cache`] makes it.
    pub environment: Environment,
    /// Which runs are this process' own.
    pub settings: Settings,
    /// Where measurements come from.
    pub source: Arc<dyn Source>,
}

/// The controller cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The home cluster is not known, or has no cache.
    #[error("the home cluster has no cache: make it with rollouts::start_cache and insert it into the clusters")]
    NoCache,
}

/// The controller of AnalysisRuns, ready to run.
pub struct AnalysisRuns {
    driver: Arc<Driver>,
    environment: Environment,
    shutdown: Shutdown,
}

impl AnalysisRuns {
    /// Makes the controller.
    ///
    /// # Errors
    /// When the environment lacks the home cluster's cache.
    pub fn new(options: Options, shutdown: Shutdown) -> Result<Self, StartError> {
        let Options { environment, settings, source } = options;
        let home = environment.clusters.get(&ClusterId::home());
        let cache = home.and_then(|home| home.cache).ok_or(StartError::NoCache)?;
        let leadership = environment.leadership.clone();
        let (inbox, queue) = (Arc::new(Inbox::default()), Queue::new());
        let driver =
            Arc::new(Driver { cache, settings, source, inbox, readings: Readings::default(), queue, leadership });
        Ok(AnalysisRuns { driver, environment, shutdown })
    }

    /// Runs until `shutdown` begins.
    pub async fn run(self) {
        let AnalysisRuns { driver, environment, shutdown } = self;
        // The cache keeps its listeners, and the driver keeps the cache.
        let listening = Arc::downgrade(&driver);
        driver.cache.listen(Arc::new(move |notice| {
            if let (Notice::Object { key, .. }, Some(driver)) = (notice, listening.upgrade()) {
                driver.heard_of(key);
            }
        }));
        tokio::select! {
            biased;
            () = shutdown.begun() => return,
            () = driver.cache.ready() => {}
        }
        driver.wake_all();
        let leading = tokio::spawn(Arc::clone(&driver).wake_on_leading());
        let queue = driver.queue.clone();
        controller::run(driver, queue, environment, WORKERS, shutdown).await;
        leading.abort();
    }
}

struct Driver {
    cache: Cache,
    settings: Settings,
    source: Arc<dyn Source>,
    inbox: Arc<Inbox>,
    readings: Readings,
    queue: Queue<RunKey>,
    leadership: Leadership,
}

impl Driver {
    fn heard_of(&self, key: &Key) {
        let concerned = RunKey::of(key).or_else(|| if &*key.kind == "Job" { self.stirred_by(key) } else { None });
        if let Some(run) = concerned {
            self.queue.add(run, Level::LOWEST);
        }
    }

    /// The run that a Job measures for: its measurement is looked at now, whenever it would have been otherwise.
    fn stirred_by(&self, job: &Key) -> Option<RunKey> {
        let Fetched::Known(cached) = self.cache.get(job) else { return None };
        let meta = cached.object.meta();
        let uid = meta.labels.get(LABEL_ANALYSIS_RUN_UID)?;
        let [name, namespace, metric] =
            [ANNOTATION_ANALYSIS_RUN, ANNOTATION_ANALYSIS_RUN_NAMESPACE, ANNOTATION_ANALYSIS_METRIC]
                .map(|annotation| meta.annotations.get(annotation));
        let run = RunKey { namespace: namespace?.clone(), name: name?.clone() };
        self.inbox.stir(&run, uid, metric?);
        Some(run)
    }

    fn wake_all(&self) {
        for cached in self.cache.objects(&GroupKind::new(GROUP, ANALYSIS_RUN)) {
            if let Some(key) = RunKey::of(&cached.object.key()) {
                self.queue.add(key, Level::LOWEST);
            }
        }
    }

    /// Whoever comes to lead asks what was not asked.
    async fn wake_on_leading(self: Arc<Self>) {
        let mut leadership = self.leadership.clone();
        let mut led = leadership.leads();
        loop {
            leadership.changed().await;
            let leads = leadership.leads();
            if leads && !led {
                self.wake_all();
            }
            led = leads;
        }
    }

    fn read(&self, key: &RunKey) -> Result<What, Failure> {
        let object = match self.cache.get(&key.object_key()) {
            Fetched::Known(cached) => cached.object,
            Fetched::Absent => {
                self.forget_all(key);
                return Ok(What::Nothing);
            }
            Fetched::Unknown(cause) => return Err(Failure::Retry(cause)),
        };
        if object.meta().is_terminating() || !self.settings.is_own(object.meta()) {
            self.forget_all(key);
            return Ok(What::Nothing);
        }
        let Read { run, prepared } = match self.readings.read(key, &object) {
            Ok(read) => read,
            Err(error) => return Ok(What::Unreadable(object, error.problem)),
        };
        let mail = self.inbox.read(key, &run);
        if run.status.phase().is_some_and(AnalysisPhase::is_completed) {
            self.clean_up(key, &run);
            self.readings.forget(key);
        }
        let may_ask = self.leadership.may_act_for(WRITE_TIMEOUT);
        Ok(What::Run(Box::new(Seen { object, run, prepared, mail, may_ask, has_forgotten: false })))
    }

    fn forget_all(&self, key: &RunKey) {
        self.inbox.forget(key);
        self.readings.forget(key);
    }

    /// A measurement that began when its run was just over is ended.
    fn clean_up(&self, key: &RunKey, run: &Arc<AnalysisRun>) {
        for (number, answer) in self.inbox.leftover(key) {
            if let Some(task) = ending(run, number, answer) {
                let asking = self.source.ask(Arc::clone(run), task);
                tokio::spawn(asking.map(drop));
            }
        }
    }

    /// Asks a provider; the answer wakes the run.
    fn ask(&self, key: &RunKey, run: &Arc<AnalysisRun>, task: Task) {
        let uid = run.metadata.uid.clone();
        let metric = task.metric.name.clone();
        let (inbox, queue, waking) = (Arc::clone(&self.inbox), self.queue.clone(), key.clone());
        let asking = self.source.ask(Arc::clone(run), task.clone());
        // It is noted before it can be answered.
        let (begin, begun) = tokio::sync::oneshot::channel::<()>();
        let (of, clock) = (uid.clone(), self.cache.client().clock().clone());
        let running = tokio::spawn(async move {
            let _ = begun.await;
            let outcome = AssertUnwindSafe(asking).catch_unwind().await;
            let outcome = outcome.unwrap_or_else(|_| Ok(panicked(&task, clock.now())));
            match inbox.answered(&waking, &of, &task, outcome) {
                Awaited::Nothing => queue.add(waking, Level::LOWEST),
                Awaited::More => queue.add_after(waking, Level::LOWEST, TOGETHER),
            }
        });
        self.inbox.asking(key, &uid, &metric, running.abort_handle());
        let _ = begin.send(());
    }

    fn forget(&self, run: &Arc<AnalysisRun>, metric: String, keep: usize) {
        let forgetting = self.source.forget(Arc::clone(run), metric, keep);
        tokio::spawn(async move {
            if let Err(why) = forgetting.await {
                // What stays is let go of with the next measurement that is not kept.
                tracing::warn!(controller = NAME, "old measurements stay for now: {why}");
            }
        });
    }
}

/// A provider that panics has failed to measure.
fn panicked(task: &Task, now: Timestamp) -> Answer {
    let mut measurement = task.unfinished.clone().unwrap_or_default();
    measurement.started_at.get_or_insert(now.into());
    measurement.phase_word = AnalysisPhase::Error.to_string();
    measurement.message = "a defect in the provider: it panicked".to_owned();
    Answer { metric: task.metric.name.clone(), to: task.kind, measurement, metadata: BTreeMap::new() }
}

impl Controller for Driver {
    type Key = RunKey;
    type Observed = Observed;
    type Query = Query;

    fn name(&self) -> &'static str {
        NAME
    }

    async fn observe(&self, key: &RunKey, _: Level) -> Result<Observed, Failure> {
        Ok(Observed { key: key.clone(), what: self.read(key)? })
    }

    async fn answer(&self, key: &RunKey, mut observed: Observed, queries: Vec<Query>) -> Result<Observed, Failure> {
        if let What::Run(seen) = &mut observed.what {
            for query in queries {
                match query {
                    Query::Ask(task) => {
                        seen.mail.asking.insert(task.metric.name.clone());
                        self.ask(key, &seen.run, *task);
                    }
                    Query::Forget(garbage) => {
                        seen.has_forgotten = true;
                        self.forget(&seen.run, garbage.metric, garbage.keep);
                    }
                }
            }
        }
        Ok(observed)
    }

    fn plan(observed: &Observed, now: Timestamp) -> Step<Query> {
        decide(observed, now)
    }
}
