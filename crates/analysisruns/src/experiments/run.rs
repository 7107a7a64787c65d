//! Drives the controller of Experiments.

use super::key::ExperimentKey;
use super::observe::observe;
use super::plan::decide;
use super::seen::Observed;
use crate::run::StartError;
use api::names::GROUP;
use api::rollouts::{ANALYSIS_RUN, EXPERIMENT};
use cluster::{Cache, ClusterId, GroupKind, Notice, Presence};
use controller::{Controller, Environment, Failure, Level, Queue, Shutdown, Step};
use jiff::Timestamp;
use object::{Fetched, Key};
use rollouts::Settings;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// The controller's name in logs, metrics and events.
pub const NAME: &str = "experiments";

/// How many Experiments are worked on at a time.
const WORKERS: usize = 10;

/// The controller of Experiments, ready to run.
pub struct Experiments {
    driver: Arc<Driver>,
    environment: Environment,
    shutdown: Shutdown,
}

struct Driver {
    cache: Cache,
    settings: Settings,
    queue: Queue<ExperimentKey>,
    /// Whose each object is that an Experiment has made.
    owners: Mutex<BTreeMap<Key, ExperimentKey>>,
}

impl Experiments {
    /// Makes the controller; the home cluster must have a cache as [`rollouts::start_cache`] makes it.
    ///
    /// # Errors
    /// When the environment lacks the home cluster's cache.
    pub fn new(environment: Environment, settings: Settings, shutdown: Shutdown) -> Result<Self, StartError> {
        let home = environment.clusters.get(&ClusterId::home());
        let cache = home.and_then(|home| home.cache).ok_or(StartError::NoCache)?;
        let driver = Arc::new(Driver { cache, settings, queue: Queue::new(), owners: Mutex::default() });
        Ok(Experiments { driver, environment, shutdown })
    }

    /// Runs until `shutdown` begins.
    pub async fn run(self) {
        let Experiments { driver, environment, shutdown } = self;
        let listening = Arc::downgrade(&driver);
        driver.cache.listen(Arc::new(move |notice| {
            if let (Some(driver), Notice::Object { key, presence, .. }) = (listening.upgrade(), notice) {
                driver.wake_for(key, *presence);
            }
        }));
        tokio::select! {
            biased;
            () = shutdown.begun() => return,
            () = driver.cache.ready() => {}
        }
        for (group, kind) in [(GROUP, EXPERIMENT), ("apps", "ReplicaSet"), ("", "Service"), (GROUP, ANALYSIS_RUN)] {
            for cached in driver.cache.objects(&GroupKind::new(group, kind)) {
                driver.wake_for(&cached.object.key(), Presence::Present);
            }
        }
        let queue = driver.queue.clone();
        controller::run(driver, queue, environment, WORKERS, shutdown).await;
    }
}

impl Driver {
    /// Wakes the Experiment that an object is, or is of.
    fn wake_for(&self, key: &Key, presence: Presence) {
        let Some(namespace) = &key.namespace else { return };
        if (&*key.group, &*key.kind) == (GROUP, EXPERIMENT) {
            let woken = ExperimentKey { namespace: namespace.clone(), name: key.name.clone() };
            return self.queue.add(woken, Level::LOWEST);
        }
        if !matches!(&*key.kind, "ReplicaSet" | "Service" | "AnalysisRun") {
            return;
        }
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        let owner = match presence {
            Presence::Gone => owners.remove(key),
            Presence::Present => {
                self.owner(key, namespace).inspect(|owner| drop(owners.insert(key.clone(), owner.clone())))
            }
        };
        if let Some(owner) = owner {
            self.queue.add(owner, Level::LOWEST);
        }
    }

    fn owner(&self, key: &Key, namespace: &str) -> Option<ExperimentKey> {
        let Fetched::Known(cached) = self.cache.get(key) else { return None };
        let owner = cached.object.meta().controller().filter(|owner| &*owner.kind == EXPERIMENT)?;
        Some(ExperimentKey { namespace: namespace.into(), name: owner.name.clone() })
    }
}

/// Nothing is ever asked besides.
struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing")
    }
}

impl Controller for Driver {
    type Key = ExperimentKey;
    type Observed = Observed;
    type Query = Nothing;

    fn name(&self) -> &'static str {
        NAME
    }

    async fn observe(&self, key: &ExperimentKey, _: Level) -> Result<Observed, Failure> {
        Ok(Observed { key: key.clone(), what: observe(&self.cache, &self.settings, key).await? })
    }

    async fn answer(&self, _: &ExperimentKey, observed: Observed, _: Vec<Nothing>) -> Result<Observed, Failure> {
        Ok(observed)
    }

    fn plan(observed: &Observed, now: Timestamp) -> Step<Nothing> {
        Step::Do(decide(observed, now))
    }
}
