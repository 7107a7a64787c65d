//! What every request gets: the index, the control plane's objects, the sign-in, the clusters.

use crate::applications::details::Details;
use crate::counts::Counts;
use crate::door::Door;
use crate::index::Index;
use crate::plane::Plane;
use crate::problem::{Code, Problem};
use crate::pushes::Webhooks;
use crate::tools::{LastRenders, Tools};
use crate::who::Who;
use clock::Clock;
use cluster::{Cache, ClusterClient, ClusterId, Clusters, Target};
use controller::{Event, EventSink, KubeEvents, Reporter, Severity};
use object::Object;
use serde_json::Value;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// What the server is started with.
#[derive(Clone)]
pub struct Options {
    /// The control plane's namespace.
    pub namespace: String,
    /// The clusters; the home cluster has a cache.
    pub clusters: Clusters,
    /// Time.
    pub clock: Clock,
    /// The version that is told.
    pub version: String,
    /// Who signs people in.
    pub door: Arc<Door>,
    /// Who renders; without, manifests are not answered.
    pub tools: Option<Arc<dyn Tools>>,
    /// What renders have read, where they are made in this process: pushes that touch nothing of it concern nobody.
    pub rendered: Option<LastRenders>,
    /// Whether cookies are for encrypted connections alone.
    pub scheme: Scheme,
    /// What is measured elsewhere in this process, in Prometheus' text form.
    pub exposition: Option<Exposition>,
    /// Who is told of images that were pushed to registries, where somebody in this process follows any.
    pub pushed: Option<Pushed>,
}

/// A function that writes counters down.
pub type Exposition = Arc<dyn Fn() -> String + Send + Sync>;

/// A function that is told of an image that was pushed to its registry.
pub type Pushed = Arc<dyn Fn(&webhooks::ImagePush) + Send + Sync>;

/// How the server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `http`, on this machine alone.
    Plain,
    /// `https`.
    Encrypted,
}

/// What every request gets.
pub struct Site {
    /// What the server was started with.
    pub options: Options,
    /// All applications.
    pub index: Index,
    /// What the control plane's objects say.
    pub plane: Plane,
    /// The clusters.
    pub clusters: Clusters,
    /// Time.
    pub clock: Clock,
    /// Who renders.
    pub tools: Option<Arc<dyn Tools>>,
    /// What trees show beyond names.
    pub details: Details,
    /// Says when anything in the home cluster has changed.
    pub changes: watch::Sender<u64>,
    /// What is counted.
    pub counts: Counts,
    /// What is told to the home cluster of applications.
    pub events: KubeEvents,
    /// Pushes that were told.
    pub webhooks: Arc<Webhooks>,
    /// Since when.
    pub started: Instant,
    /// The description of all routes.
    pub description: OnceLock<Value>,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Drop for Site {
    fn drop(&mut self) {
        let tasks = self.tasks.get_mut().unwrap_or_else(PoisonError::into_inner);
        tasks.iter().for_each(AbortHandle::abort);
    }
}

/// The server cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the home cluster has no cache: insert one into the clusters first")]
pub struct NoCache;

impl Site {
    /// Puts it together.
    ///
    /// # Errors
    /// The home cluster has no cache.
    ///
    /// Assumption: called inside a Tokio runtime.
    pub fn new(options: Options) -> Result<Arc<Self>, NoCache> {
        let home = options.clusters.get(&ClusterId::home()).and_then(|home| home.cache).ok_or(NoCache)?;
        let index = Index::new(&options.namespace);
        let follower = tokio::spawn(index.follow(&home)).abort_handle();
        let reporter = Reporter { component: "argocd-server".into(), instance: "argocd-server".into() };
        let metrics = controller::Metrics::default();
        let events = KubeEvents::start(options.clusters.clone(), options.clock.clone(), reporter, metrics);
        let site = Arc::new(Site {
            plane: Plane::new(home.clone(), &options.namespace),
            clusters: options.clusters.clone(),
            clock: options.clock.clone(),
            tools: options.tools.clone(),
            details: Details::default(),
            changes: changes(&home),
            counts: Counts::default(),
            index,
            events,
            webhooks: Arc::default(),
            started: options.clock.monotonic(),
            options,
            description: OnceLock::new(),
            tasks: Mutex::default(),
        });
        site.keep(|| follower);
        Ok(site)
    }

    /// A task that ends with this. The first two are kept: what follows the cache, and what lets pushes go.
    pub fn keep(&self, begin: impl FnOnce() -> AbortHandle) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        if tasks.len() < 2 {
            tasks.push(begin());
        }
    }

    /// The client of the control plane's own cluster.
    ///
    /// # Errors
    /// It is not known, which does not happen once the server runs.
    pub fn home(&self) -> Result<ClusterClient, Problem> {
        self.clusters.client(&ClusterId::home()).map_err(Problem::from)
    }

    /// Whether whoever was let in still is.
    ///
    /// # Errors
    /// The token has ended, or was taken back.
    pub async fn still_in(&self, who: &Who) -> Result<(), Problem> {
        match &who.token {
            Some(token) => self.options.door.recognise(&self.plane, token).await.map(drop),
            None if self.plane.now().is_on("users.anonymous.enabled") => Ok(()),
            None => Err(Problem::new(Code::Unauthenticated, "no session information")),
        }
    }

    /// Writes down who did what to an application, and tells it as an event that the application's own events show.
    pub fn audit_application(&self, who: &Who, application: &Object, reason: &str, what: &str) {
        self.audit(who, application.name(), what);
        self.events.record(&Event {
            cluster: ClusterId::home(),
            regarding: Target::of(application),
            uid: application.meta().uid.clone(),
            severity: Severity::Normal,
            reason: reason.into(),
            message: format!("{} {what}", who.name()),
            // Each time that somebody acts is an occurrence of its own.
            dedupe: self.clock.random("audit").uuid().into(),
        });
    }

    /// Writes down who did what to which object.
    pub fn audit(&self, who: &Who, object: &str, what: &str) {
        tracing::info!(target: "audit", user = who.name(), object, "{what}");
    }
}

fn changes(cache: &Cache) -> watch::Sender<u64> {
    let changes = watch::Sender::new(0);
    let told = changes.clone();
    cache.listen(Arc::new(move |_| told.send_modify(|count| *count += 1)));
    changes
}
