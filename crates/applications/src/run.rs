//! Drives the controller of applications: in one process with an embedded cluster, or beside a real one.

use crate::AppKey;
use crate::cluster_facts::ClusterFacts;
use crate::configuration::{Data, at_start};
use crate::dependencies::Dependents;
use crate::destinations::{ByNetwork, Connect, Destinations};
use crate::level::CHANGED;
use crate::memory::Memories;
use crate::metrics::Measured;
use crate::name::NAME;
use crate::neighbour::{self, Neighbour};
use crate::observe::Observer;
use crate::observed::{Observed, Query};
use crate::ownership::ByTracking;
use crate::parameters::{PARAMETERS, with_parameters};
use crate::plan::{conclude, decide};
use crate::project::default_project;
use crate::projects::Projects;
use crate::settings::Settings;
use crate::sources::{CONFIG, Counters, Reading, Repositories, Sources};
use crate::wakes::{Wakes, applications, reload, wake_for, wake_for_cluster};
use charts::Charts;
use clock::Offload;
use cluster::{Cache, Clusters, ErrorClass, Selection, WRITE_TIMEOUT};
use controller::{Controller, Done, Environment, Failure, Level, Plan, Planned, Queue, Shutdown, Step};
use git::{GitSource, RefWatcher, WatchOptions};
use jiff::Timestamp;
use render::Jsonnet;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;
use tokio::task::JoinSet;

/// How many applications are worked on at a time: writes wait for the API server, so more than there are processors.
const WORKERS: usize = 20;

/// The pause before the default project is tried again.
const PROJECT_PAUSE: Duration = Duration::from_secs(5);

/// What the controller is made of.
#[derive(Clone)]
pub struct Options {
    /// Time, clusters, leadership, events. The home cluster must have a cache made by [`start_cache`].
    pub environment: Environment,
    /// Where repositories are read.
    pub git: Arc<dyn GitSource>,
    /// How often repositories are asked.
    pub watch: WatchOptions,
    /// Where rendering runs.
    pub offload: Offload,
    /// What holds for all applications.
    pub settings: Settings,
    /// How many applications are worked on at a time.
    pub workers: usize,
    /// What evaluates Jsonnet; without it, sources that hold any cannot be rendered.
    pub jsonnet: Option<Arc<dyn Jsonnet>>,
    /// What fetches charts and files behind URLs; without it, sources that need any cannot be rendered.
    pub charts: Option<Charts>,
    /// What makes clients of clusters that Secrets declare.
    pub connect: Arc<dyn Connect>,
    /// A secret, from which passwords that templates make up follow where the installation has none of its own.
    pub salt: [u8; 32],
}

impl Options {
    /// Upstream's settings on this environment.
    #[must_use]
    pub fn new(environment: Environment, git: Arc<dyn GitSource>, offload: Offload) -> Self {
        let mut random = environment.clock.random("render salt");
        let mut salt = [0; 32];
        salt.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&random.next_u64().to_le_bytes()));
        Options {
            environment,
            git,
            watch: WatchOptions::default(),
            offload,
            settings: Settings::default(),
            workers: WORKERS,
            jsonnet: None,
            charts: None,
            connect: Arc::new(ByNetwork),
            salt,
        }
    }
}

/// A cache of the home cluster that keeps what this controller reads.
///
/// Assumption: called inside a Tokio runtime.
#[must_use]
pub fn start_cache(client: cluster::ClusterClient, settings: &Settings) -> Cache {
    let selection = Selection { excluded: settings.excluded.clone(), ..Selection::default() };
    Cache::start(client, selection, Arc::new(ByTracking::new(settings.tracking.clone())))
}

/// The settings with what the control plane's ConfigMaps say at the start. Where one cannot be read, they are as given.
pub async fn settings_at_start(client: &cluster::ClusterClient, base: Settings) -> Settings {
    let parameters = data_of(client, &base.namespace, PARAMETERS).await;
    let (settings, problems) = with_parameters(&base, &parameters);
    problems.iter().for_each(|problem| tracing::warn!("{problem}"));
    at_start(&settings, &data_of(client, &base.namespace, CONFIG).await)
}

/// The data of a ConfigMap; empty where there is none.
async fn data_of(client: &cluster::ClusterClient, namespace: &str, name: &str) -> Data {
    let found = client.get(&object::Gvk::new("", "v1", "ConfigMap"), Some(namespace), name).await;
    let data = match found {
        Ok(found) => found.and_then(|object| object.get("/data")),
        Err(error) => {
            tracing::warn!("{name} cannot be read, so what it says does not hold: {error}");
            None
        }
    };
    data.and_then(|data| serde_json::from_value(data).ok()).unwrap_or_default()
}

/// The controller of applications, ready to run.
pub struct Applications {
    observer: Arc<Observer>,
    queue: Queue<AppKey>,
    options: Options,
    shutdown: Shutdown,
}

/// What the last renders of applications' sources have read. Cheap to clone.
#[derive(Clone)]
pub struct ReadSets(Sources);

impl ReadSets {
    /// What the last render of the source at a place has read of its own commit, and which commit that is. `None` where that
    /// is not known, or where something else than files of that commit went into it.
    #[must_use]
    pub fn of(&self, app: &AppKey, source: usize) -> Option<(String, tree::ReadSet)> {
        self.0.last_reads(app, source)
    }
}

/// The controller cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The home cluster is not known, or has no cache.
    #[error("the home cluster has no cache: make it with applications::start_cache and insert it into the clusters")]
    NoCache,
}

impl Applications {
    /// Makes the controller.
    ///
    /// # Errors
    /// When the environment lacks the home cluster's cache.
    ///
    /// Assumption: called inside a Tokio runtime.
    pub fn new(options: Options, shutdown: Shutdown) -> Result<Self, StartError> {
        let clusters: &Clusters = &options.environment.clusters;
        let home = clusters.get(&cluster::ClusterId::home()).and_then(|home| home.cache);
        let cache = home.ok_or(StartError::NoCache)?;
        let queue = Queue::new();
        let watcher =
            RefWatcher::new(Arc::clone(&options.git), options.environment.clock.clone(), options.watch.clone());
        let wakes = Arc::new(Wakes(queue.clone()));
        let reading = Reading {
            git: Arc::clone(&options.git),
            watcher,
            charts: options.charts.clone(),
            clock: options.environment.clock.clone(),
            offload: options.offload.clone(),
            jsonnet: options.jsonnet.clone(),
            salt: options.salt,
        };
        let sources = Sources::new(reading, wakes);
        let observer = Arc::new(Observer {
            clock: options.environment.clock.clone(),
            cache,
            sources,
            repositories: RwLock::new(Arc::new(Repositories::default())),
            memories: Arc::new(Memories::default()),
            settings: Arc::new(options.settings.clone()),
            configured: RwLock::new(Arc::new(options.settings.clone())),
            dependents: Dependents::default(),
            orphanages: Mutex::default(),
            projects: Projects::default(),
            destinations: Destinations::new(
                clusters.clone(),
                options.environment.clock.clone(),
                Arc::clone(&options.connect),
                &options.settings,
            ),
            cluster: ClusterFacts::default(),
        });
        Ok(Applications { observer, queue, options, shutdown })
    }

    /// How much work was done on sources.
    #[must_use]
    pub fn counters(&self) -> Arc<Counters> {
        self.observer.sources.counters()
    }

    /// What the last renders have read.
    #[must_use]
    pub fn read_sets(&self) -> ReadSets {
        ReadSets(self.observer.sources.clone())
    }

    /// What is measured of applications and their clusters.
    #[must_use]
    pub fn measured(&self) -> Measured {
        Measured(Arc::clone(&self.observer))
    }

    /// Asks for a pass over every application whose repositories somebody looks at, and keeps those fresh for a while.
    #[must_use]
    pub fn sources(&self) -> Sources {
        self.observer.sources.clone()
    }

    /// The queue of applications to look at.
    #[must_use]
    pub fn queue(&self) -> Queue<AppKey> {
        self.queue.clone()
    }

    /// Runs until `shutdown` begins.
    pub async fn run(self) {
        let Applications { observer, queue, options, shutdown } = self;
        let (listening, queue_of_listener) = (Arc::downgrade(&observer), queue.clone());
        observer.cache.listen(Arc::new(move |notice| {
            if let Some(observer) = listening.upgrade() {
                wake_for(notice, &observer, &queue_of_listener);
            }
        }));
        let (telling, queue_of_told) = (Arc::downgrade(&observer), queue.clone());
        observer.destinations.tell(Arc::new(move |id, news| {
            if let Some(observer) = telling.upgrade() {
                wake_for_cluster(id, news, &observer, &queue_of_told);
            }
        }));
        tokio::select! {
            biased;
            () = shutdown.begun() => return,
            () = observer.cache.ready() => {}
        }
        reload(&observer);
        for app in applications(&observer.cache) {
            queue.add(app, CHANGED);
        }
        let Options { environment, settings, workers, .. } = options;
        // Ends with this future, however that ends.
        let mut beside = JoinSet::new();
        beside.spawn(ensure_default_project(environment.clone(), observer.cache.clone(), settings));
        controller::run(Arc::new(Driver { observer }), queue, environment, workers, shutdown).await;
    }
}

/// Makes the controller and runs it until `shutdown` begins.
///
/// # Errors
/// When the environment lacks the home cluster's cache.
pub async fn run(options: Options, shutdown: Shutdown) -> Result<(), StartError> {
    Applications::new(options, shutdown)?.run().await;
    Ok(())
}

struct Driver {
    observer: Arc<Observer>,
}

impl Controller for Driver {
    type Key = AppKey;
    type Observed = Observed;
    type Query = Query;

    fn name(&self) -> &'static str {
        NAME
    }

    fn lane(&self, key: &AppKey) -> Option<cluster::ClusterId> {
        self.observer.destinations.cluster_of(key)
    }

    async fn observe(&self, key: &AppKey, level: Level) -> Result<Observed, Failure> {
        Ok(self.observer.observe(key, level).await)
    }

    async fn answer(&self, _key: &AppKey, observed: Observed, queries: Vec<Query>) -> Result<Observed, Failure> {
        Ok(self.observer.answer(observed, queries).await)
    }

    fn plan(observed: &Observed, now: Timestamp) -> Step<Query> {
        match decide(observed, now) {
            Ok(decided) => {
                let plan = decided.plan.clone();
                // Planning again from the same observation decides the same.
                let _ = observed.decided.set(decided);
                Step::Do(plan)
            }
            Err(queries) => Step::Ask(queries),
        }
    }

    fn conclude(observed: &Observed, plan: &Plan, done: &[Done], now: Timestamp) -> Option<Planned> {
        conclude(observed, plan, done, now)
    }
}

/// Makes the default project where there is none, as soon as this process leads.
async fn ensure_default_project(environment: Environment, cache: Cache, settings: Settings) {
    let Environment { clusters, leadership, .. } = environment;
    let write = default_project(&settings.namespace).write;
    let mut is_told = false;
    loop {
        let stands_back = match settings.neighbour {
            Neighbour::StandBack => neighbour::running(&cache, &settings.namespace),
            Neighbour::Ignore => None,
        };
        if let Some(why) = stands_back.as_ref().filter(|_| !is_told) {
            tracing::warn!("{why}");
        }
        is_told = stands_back.is_some();
        if stands_back.is_none() && leadership.may_act_for(WRITE_TIMEOUT) {
            let made = match clusters.client(&cluster::ClusterId::home()) {
                Ok(client) => client.write(&write).await.map(drop),
                Err(error) => Err(error),
            };
            match made {
                Ok(()) => return,
                Err(error) if error.class == ErrorClass::AlreadyExists => return,
                Err(error) => tracing::debug!("the default project was not made: {error}"),
            }
        }
        tokio::time::sleep(PROJECT_PAUSE).await;
    }
}
