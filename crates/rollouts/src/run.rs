//! Drives the controller of Rollouts: in one process with an embedded cluster, or beside a real one.

use crate::audience::Audience;
use crate::balancers::LoadBalancers;
use crate::index::Index;
use crate::key::WorkKey;
use crate::memory::Memories;
use crate::observed::Observed;
use crate::observer::Observer;
use crate::plan::{conclude, decide};
use crate::settings::Settings;
use crate::wakes::{wake_all, wake_for};
use controller::{Controller, Done, Environment, Failure, Level, Plan, Planned, Queue, Shutdown, Step};
use jiff::Timestamp;
use std::fmt;
use std::sync::{Arc, Mutex};

/// The controller's name in logs, metrics and events.
pub const NAME: &str = "rollouts";

/// How many Rollouts are worked on at a time: writes wait for the API server, so more than there are processors.
const WORKERS: usize = 20;

/// What the controller is made of.
#[derive(Clone)]
pub struct Options {
    /// Time, clusters, leadership, events. The home cluster must have a cache made by
    /// [`start_cache`](crate::start_cache).
    pub environment: Environment,
    /// What holds for all Rollouts.
    pub settings: Settings,
    /// How many Rollouts are worked on at a time.
    pub workers: usize,
    /// Whom to ask whether load balancers do what they were told; `None` for nobody: they are believed.
    pub balancers: Option<Arc<dyn LoadBalancers>>,
    /// Who says whether somebody wants to hear of events; `None` where nobody does.
    pub audience: Option<Audience>,
}

impl Options {
    /// Upstream's settings on this environment.
    #[must_use]
    pub fn new(environment: Environment) -> Self {
        Options { environment, settings: Settings::default(), workers: WORKERS, balancers: None, audience: None }
    }
}

/// The controller of Rollouts, ready to run.
pub struct Rollouts {
    observer: Arc<Observer>,
    queue: Queue<WorkKey>,
    options: Options,
    shutdown: Shutdown,
}

/// The controller cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The home cluster is not known, or has no cache.
    #[error("the home cluster has no cache: make it with rollouts::start_cache and insert it into the clusters")]
    NoCache,
}

impl Rollouts {
    /// Makes the controller.
    ///
    /// # Errors
    /// When the environment lacks the home cluster's cache.
    pub fn new(options: Options, shutdown: Shutdown) -> Result<Self, StartError> {
        let home = options.environment.clusters.get(&cluster::ClusterId::home());
        let cache = home.and_then(|home| home.cache).ok_or(StartError::NoCache)?;
        let observer = Arc::new(Observer {
            cache,
            index: Mutex::new(Index::default()),
            memories: Memories::default(),
            settings: options.settings.clone(),
            balancers: options.balancers.clone(),
            audience: options.audience.clone(),
        });
        Ok(Rollouts { observer, queue: Queue::new(), options, shutdown })
    }

    /// The queue of what is to be looked at.
    #[must_use]
    pub fn queue(&self) -> Queue<WorkKey> {
        self.queue.clone()
    }

    /// Runs until `shutdown` begins.
    pub async fn run(self) {
        let Rollouts { observer, queue, options, shutdown } = self;
        let (listening, queue_of_listener) = (Arc::downgrade(&observer), queue.clone());
        observer.cache.listen(Arc::new(move |notice| {
            if let Some(observer) = listening.upgrade() {
                wake_for(notice, &observer, &queue_of_listener);
            }
        }));
        tokio::select! {
            biased;
            () = shutdown.begun() => return,
            () = observer.cache.ready() => {}
        }
        wake_all(&observer, &queue);
        let Options { environment, workers, .. } = options;
        controller::run(Arc::new(Driver { observer }), queue, environment, workers, shutdown).await;
    }
}

/// Makes the controller and runs it until `shutdown` begins.
///
/// # Errors
/// When the environment lacks the home cluster's cache.
pub async fn run(options: Options, shutdown: Shutdown) -> Result<(), StartError> {
    Rollouts::new(options, shutdown)?.run().await;
    Ok(())
}

struct Driver {
    observer: Arc<Observer>,
}

/// Nothing is ever asked besides: what a plan needs is known before it is made.
struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing")
    }
}

impl Controller for Driver {
    type Key = WorkKey;
    type Observed = Observed;
    type Query = Nothing;

    fn name(&self) -> &'static str {
        NAME
    }

    async fn observe(&self, key: &WorkKey, _: Level) -> Result<Observed, Failure> {
        self.observer.observe(key).await
    }

    async fn answer(&self, _: &WorkKey, observed: Observed, _: Vec<Nothing>) -> Result<Observed, Failure> {
        Ok(observed)
    }

    fn plan(observed: &Observed, now: Timestamp) -> Step<Nothing> {
        Step::Do(decide(observed, now))
    }

    fn conclude(observed: &Observed, plan: &Plan, done: &[Done], now: Timestamp) -> Option<Planned> {
        conclude(observed, plan, done, now)
    }
}
