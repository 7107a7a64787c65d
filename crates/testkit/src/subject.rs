//! What the laws are put to: some controllers, a stage for them, and what must come of it.

use crate::gate::{Gate, Mishap};
use crate::world::{Process, World};
use clock::Clock;
use cluster::{ClusterClient, Clusters};
use controller::{Environment, EventSink, Leadership, Metrics, Shutdown, Views};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// Controllers under test.
pub trait Subject: Send + Sync + 'static {
    /// What belongs to one world beside its API server: repositories, for example. `()` when nothing does.
    type Stage: Clone + Send + Sync + 'static;

    /// Sets the stage: the definitions, objects and repositories the controllers start from.
    fn stage(&self, world: &World) -> impl Future<Output = Self::Stage> + Send;

    /// One process of the controllers, until it is asked to shut down. Everything it starts ends when the future is
    /// dropped: that is how a process dies.
    fn process(
        self: Arc<Self>,
        world: World,
        stage: Self::Stage,
        replica: Replica,
    ) -> impl Future<Output = ()> + Send + 'static;

    /// What is not as it should be in the end, in words; `None` when all is well.
    fn wrong(&self, world: &World, stage: &Self::Stage) -> impl Future<Output = Option<String>> + Send;

    /// What must never be, at any moment; `None` when nothing of it is. Asked about once a virtual second, after the
    /// stage was set.
    fn forbidden(&self, world: &World, stage: &Self::Stage) -> Option<String> {
        let _ = (world, stage);
        None
    }

    /// What others do to the world that must be undone or taken in. Names for people.
    fn disturbances(&self) -> Vec<&'static str>;

    /// Does one of them.
    fn disturb(&self, world: &World, stage: &Self::Stage, disturbance: &'static str)
    -> impl Future<Output = ()> + Send;

    /// The plural names of what the controllers list and could misjudge when they cannot.
    fn listed(&self) -> Vec<&'static str>;

    /// How long without a write means that everything is done. Longer than the controllers' longest pause that
    /// matters.
    fn quiet(&self) -> Duration {
        Duration::from_secs(400)
    }

    /// How many passes may be needed until nothing is left to do.
    fn passes_max(&self) -> u64 {
        100
    }
}

/// What one process gets.
pub struct Replica {
    /// Its name; differs between the processes of one world.
    pub name: Box<str>,
    /// Its way to the cluster, with its mishaps.
    pub client: ClusterClient,
    /// Virtual time.
    pub clock: Clock,
    /// Where its counts go.
    pub metrics: Metrics,
    /// Where its views go.
    pub views: Views,
    /// When to end.
    pub shutdown: Shutdown,
}

impl Replica {
    /// An environment that counts and shows where the laws look.
    #[must_use]
    pub fn environment(&self, clusters: Clusters, leadership: Leadership, events: Arc<dyn EventSink>) -> Environment {
        Environment {
            clock: self.clock.clone(),
            clusters,
            leadership,
            events,
            metrics: self.metrics.clone(),
            views: self.views.clone(),
        }
    }
}

impl World {
    /// Starts a process of `subject` on its stage.
    pub fn start<S: Subject>(&self, subject: &Arc<S>, stage: &S::Stage, name: &str, mishap: Mishap) -> Process {
        let gate = Gate::new(self.server.clone(), name, self.trace.clone(), self.start, mishap);
        let (metrics, views, shutdown) = (Metrics::default(), Views::default(), Shutdown::new());
        let replica = Replica {
            name: name.into(),
            client: ClusterClient::from_service(gate.clone(), &self.clock),
            clock: self.clock.clone(),
            metrics: metrics.clone(),
            views: views.clone(),
            shutdown: shutdown.clone(),
        };
        self.trace.add(self.elapsed(), name, "starts");
        let task = tokio::spawn(Arc::clone(subject).process(self.clone(), stage.clone(), replica));
        Process { gate, metrics, views, shutdown, task }
    }
}
