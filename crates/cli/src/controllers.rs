//! The controllers in this process, on whatever cluster.

use crate::evaluate_jsonnet::evaluator;
use crate::failure::Failure;
use crate::image_updates::{self, ImagesSetup};
use crate::notifications::{Ground, Telling, tapped};
pub(crate) use crate::shared::Replicas;
use crate::shared::Shared;
use analysisruns::AnalysisRuns;
use analysisruns::experiments::Experiments;
use applications::sources::Counters;
use applications::{Applications, Measured, Options, ReadSets, Settings};
use charts::{Charts, ChartsOptions};
use clock::{Clock, Offload};
use cluster::{Cache, ClusterClient, ClusterId, Clusters};
use controller::{Environment, Metrics, Shutdown, Views};
use git::{GitSource, Repositories, RepositoriesOptions};
use providers::{Network, Providers};
use ring::rand::{SecureRandom, SystemRandom};
use rollouts::LoadBalancers;
use std::path::Path;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The Lease that replicas contend for over applications.
const APPLICATIONS_LEASE: &str = "capstan-application-controller";

/// The Lease that replicas contend for over Rollouts. Upstream's own name: whoever holds it, the other stands by.
const ROLLOUTS_LEASE: &str = "argo-rollouts-controller-lock";

/// Controllers that run.
pub(crate) struct Controllers {
    pub views: Views,
    pub metrics: Metrics,
    /// What was done for applications, where this process deals with them.
    pub sources: Option<Arc<Counters>>,
    /// What renders have read, where this process deals with applications.
    pub reads: Option<applications::ReadSets>,
    /// What is measured of applications, where this process deals with them.
    pub measured: Option<Measured>,
    /// The Rollouts there are, where this process deals with them.
    pub rollouts: Option<Cache>,
    /// The clusters that applications go to, where this process deals with them.
    pub clusters: Option<Clusters>,
    /// What wakes image updates, and what is measured of them, where this process deals with them.
    pub images: Option<(imageupdates::Handle, imageupdates::Measured)>,
    /// What is counted of notifications.
    pub notified: notify::Metrics,
    shutdown: Shutdown,
    tasks: Vec<JoinHandle<()>>,
}

/// What this process deals with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Applications
    Applications,
    /// Rollouts
    Rollouts,
    /// New versions of images
    Images,
}

impl Kind {
    /// Everything.
    pub(crate) const ALL: [Kind; 3] = [Kind::Applications, Kind::Rollouts, Kind::Images];
}

/// What controllers are started with.
pub(crate) struct Setup<'s> {
    pub client: ClusterClient,
    pub clock: Clock,
    /// Where mirrors of repositories are kept.
    pub data: &'s Path,
    pub namespace: String,
    /// Namespaces of Applications besides, by pattern.
    pub application_namespaces: Vec<String>,
    /// What holds for all Rollouts.
    pub rollouts: rollouts::Settings,
    /// Whom to ask whether load balancers do what they were told.
    pub balancers: Option<Arc<dyn LoadBalancers>>,
    pub replicas: Replicas,
    /// What this process deals with.
    pub kinds: &'s [Kind],
    /// Where metrics may be asked for.
    pub network: Network,
    /// How registries of images are asked.
    pub images: ImagesSetup,
    /// Whether namespaces may configure notifications themselves.
    pub self_service: notify::SelfService,
}

impl Controllers {
    /// Starts them.
    pub(crate) async fn start(setup: Setup<'_>) -> Result<Self, Failure> {
        let Setup {
            client,
            clock,
            data,
            namespace,
            application_namespaces,
            rollouts,
            balancers,
            replicas,
            kinds,
            network,
            images,
            self_service,
        } = setup;
        let telling = Telling { network, self_service, metrics: notify::Metrics::default() };
        let identity = format!("{}_{}", host_name(), clock.random("identity").uuid());
        let (metrics, views, shutdown) = (Metrics::default(), Views::default(), Shutdown::new());
        let shared = Shared { client, clock, metrics, views, shutdown, replicas, identity };
        let mut tasks = Vec::new();
        let (mut sources, mut measured, mut reads, mut cache, mut clusters) = (None, None, None, None, None);
        let settings = Settings { namespace, application_namespaces, ..Settings::default() };
        let parallel = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let git = RepositoriesOptions::new(data.join("repositories"));
        let git = Repositories::new(git, Offload::pool(parallel));
        if kinds.contains(&Kind::Applications) {
            let started =
                start_applications(&shared, (data, git.clone(), &telling), settings.clone(), &mut tasks).await?;
            (sources, measured, clusters, reads) = (Some(started.0), Some(started.1), Some(started.2), Some(started.3));
        }
        let mut updates = None;
        if kinds.contains(&Kind::Images) {
            let kept = clusters.as_ref().and_then(|all| all.get(&ClusterId::home())).and_then(|home| home.cache);
            let kept = kept.unwrap_or_else(|| applications::start_cache(shared.client.clone(), &settings));
            updates = Some(image_updates::start(&shared, images, (git, kept), &settings.namespace, &mut tasks)?);
        }
        if kinds.contains(&Kind::Rollouts) {
            cache = Some(start_rollouts(&shared, (rollouts, balancers), &telling, &mut tasks)?);
        }
        let Shared { metrics, views, shutdown, .. } = shared;
        let images = updates;
        let notified = telling.metrics;
        Ok(Controllers {
            views,
            metrics,
            sources,
            measured,
            reads,
            rollouts: cache,
            clusters,
            images,
            notified,
            shutdown,
            tasks,
        })
    }

    /// Lets them finish what they are at, and ends them.
    pub(crate) async fn stop(self) {
        self.shutdown.begin();
        for task in self.tasks {
            // A controller that panicked has said so already.
            let _ = task.await;
        }
    }
}

async fn start_applications(
    shared: &Shared,
    (data, git, telling): (&Path, Repositories, &Telling),
    settings: Settings,
    tasks: &mut Vec<JoinHandle<()>>,
) -> Result<(Arc<Counters>, Measured, Clusters, ReadSets), Failure> {
    let settings = applications::settings_at_start(&shared.client, settings).await;
    let cache = applications::start_cache(shared.client.clone(), &settings);
    let clusters = Clusters::home(shared.client.clone(), Some(cache));
    let leadership = shared.leadership(&settings.namespace, APPLICATIONS_LEASE, tasks);
    let ground = Ground {
        product: notifications::Product::Applications,
        clusters: clusters.clone(),
        leadership: leadership.clone(),
        namespace: settings.namespace.clone(),
        inbox: notify::Inbox::default(),
        git: Some(git.clone()),
    };
    telling.start(shared, ground, tasks)?;
    let environment = shared.environment(clusters.clone(), leadership, "argocd-application-controller");
    let parallel = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let offload = Offload::pool(parallel);
    let git: Arc<dyn GitSource> = Arc::new(git);
    let charts = Charts::new(ChartsOptions::in_folder(data.join("charts")), &shared.clock, offload.clone());
    let charts = Some(charts.map_err(|error| Failure::new(error.to_string()))?);
    let options =
        Options { settings, charts, jsonnet: evaluator(), salt: salt()?, ..Options::new(environment, git, offload) };
    let applications = Applications::new(options, shared.shutdown.clone());
    let applications = applications.map_err(|error| Failure::new(error.to_string()))?;
    let started = (applications.counters(), applications.measured(), clusters, applications.read_sets());
    tasks.push(tokio::spawn(applications.run()));
    Ok(started)
}

/// The controller of Rollouts has a cache of its own: it reads few kinds, and of them more than applications do.
fn start_rollouts(
    shared: &Shared,
    (settings, balancers): (rollouts::Settings, Option<Arc<dyn LoadBalancers>>),
    telling: &Telling,
    tasks: &mut Vec<JoinHandle<()>>,
) -> Result<Cache, Failure> {
    let cache = rollouts::start_cache(shared.client.clone(), &settings);
    let clusters = Clusters::home(shared.client.clone(), Some(cache.clone()));
    let lease = match &*settings.instance_id {
        "" => ROLLOUTS_LEASE.to_owned(),
        id => format!("{ROLLOUTS_LEASE}-{id}"),
    };
    let leadership = shared.leadership(rollouts::DEFAULT_NAMESPACE, &lease, tasks);
    let inbox = notify::Inbox::new(&shared.clock);
    let ground = Ground {
        product: notifications::Product::Rollouts,
        clusters: clusters.clone(),
        leadership: leadership.clone(),
        namespace: rollouts::DEFAULT_NAMESPACE.to_owned(),
        inbox: inbox.clone(),
        git: None,
    };
    telling.start(shared, ground, tasks)?;
    let environment = tapped(shared.environment(clusters, leadership, "rollouts-controller"), &inbox);
    start_analysis(shared, &settings, telling.network, environment.clone(), tasks)?;
    let audience: rollouts::Audience = Arc::new(move |rollout| inbox.listening(rollout));
    let options =
        rollouts::Options { settings, balancers, audience: Some(audience), ..rollouts::Options::new(environment) };
    let controller = rollouts::Rollouts::new(options, shared.shutdown.clone());
    tasks.push(tokio::spawn(controller.map_err(|error| Failure::new(error.to_string()))?.run()));
    Ok(cache)
}

/// The controllers of AnalysisRuns and Experiments read what the one of Rollouts has cached, and act as long as it may.
fn start_analysis(
    shared: &Shared,
    settings: &rollouts::Settings,
    network: Network,
    environment: Environment,
    tasks: &mut Vec<JoinHandle<()>>,
) -> Result<(), Failure> {
    let asking = providers::Options::of_process(network, rollouts::DEFAULT_NAMESPACE);
    let source = Arc::new(Arc::new(Providers::new(shared.client.clone(), asking)));
    let experiments = Experiments::new(environment.clone(), settings.clone(), shared.shutdown.clone());
    tasks.push(tokio::spawn(experiments.map_err(|error| Failure::new(error.to_string()))?.run()));
    let options = analysisruns::Options { environment, settings: settings.clone(), source };
    let controller = AnalysisRuns::new(options, shared.shutdown.clone());
    tasks.push(tokio::spawn(controller.map_err(|error| Failure::new(error.to_string()))?.run()));
    Ok(())
}

/// A secret of this process, from which passwords that templates make up follow where the installation has none.
fn salt() -> Result<[u8; 32], Failure> {
    let mut salt = [0; 32];
    let drawn = SystemRandom::new().fill(&mut salt);
    drawn.map_err(|_| Failure::new("the system gives no random numbers"))?;
    Ok(salt)
}

/// The machine's name, for the Lease and for events.
fn host_name() -> String {
    let from_kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = from_kernel.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    let name = name.trim().to_owned();
    if name.is_empty() { "capstan".to_owned() } else { name }
}
