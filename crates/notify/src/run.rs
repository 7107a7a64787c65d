//! Drives the controller of notifications: one for Applications, one for Rollouts.

use crate::configs::{Configs, is_configuration};
use crate::driver::{Driver, Running};
use crate::fired::Inbox;
use crate::key::{ObjectKey, kind};
use crate::metrics::Metrics;
use crate::outbox::Outbox;
use crate::self_service::SelfService;
use crate::source::{Lookups, Sender};
use api::names::{APP_PROJECT, GROUP};
use cluster::{Cache, ClusterId, GroupKind, Notice};
use controller::{Environment, Level, Queue, Shutdown};
use notifications::Product;
use std::sync::{Arc, Mutex};

/// How many objects are worked on at a time. Services are not waited for here: passes are short.
const WORKERS: usize = 20;

/// What the controller is made of.
pub struct Options {
    /// Of what it tells.
    pub product: Product,
    /// Time, clusters, leadership, events. The home cluster must have a cache that follows the product's kinds.
    pub environment: Environment,
    /// The cache of configuration, made by [`start_settings_cache`](crate::start_settings_cache).
    pub settings: Cache,
    /// The namespace of the control plane.
    pub namespace: String,
    /// Whether namespaces may hold configurations of their own.
    pub self_service: SelfService,
    /// What delivers.
    pub sender: Arc<dyn Sender>,
    /// What knows repositories.
    pub lookups: Arc<dyn Lookups>,
    /// Events of Rollouts.
    pub inbox: Inbox,
    /// What is counted.
    pub metrics: Metrics,
}

/// The controller cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The home cluster is not known, or has no cache.
    #[error("the home cluster has no cache: insert the one of the controller whose objects are told of")]
    NoCache,
}

/// The controller of notifications, ready to run.
pub struct Notify {
    driver: Arc<Driver>,
    settings: Cache,
    environment: Environment,
    shutdown: Shutdown,
}

impl Notify {
    /// Makes the controller.
    ///
    /// # Errors
    /// When the environment lacks the home cluster's cache.
    pub fn new(options: Options, shutdown: Shutdown) -> Result<Self, StartError> {
        let Options { product, environment, settings, namespace, self_service, sender, lookups, inbox, metrics } =
            options;
        let home = environment.clusters.get(&ClusterId::home());
        let objects = home.and_then(|home| home.cache).ok_or(StartError::NoCache)?;
        let queue = inbox.queue();
        let configs = Configs::new(settings.clone(), product, &namespace);
        let wanted = configs.clone();
        inbox.set_wanted(move |rollout| wanted.triggers(rollout, self_service));
        let driver = Driver {
            product,
            objects,
            configs,
            self_service,
            sender,
            lookups,
            outbox: Arc::new(Outbox::default()),
            inbox,
            queue,
            leadership: environment.leadership.clone(),
            metrics,
            services: Mutex::default(),
        };
        Ok(Notify { driver: Arc::new(driver), settings, environment, shutdown })
    }

    /// The queue of what is to be looked at.
    #[must_use]
    pub fn queue(&self) -> Queue<ObjectKey> {
        self.driver.queue.clone()
    }

    /// Runs until `shutdown` begins.
    pub async fn run(self) {
        let Notify { driver, settings, environment, shutdown } = self;
        let weak = Arc::downgrade(&driver);
        driver.objects.listen(Arc::new(move |notice| {
            if let Some(driver) = weak.upgrade() {
                wake_for(notice, &driver);
            }
        }));
        let weak = Arc::downgrade(&driver);
        settings.listen(Arc::new(move |notice| {
            if let (Some(driver), Notice::Object { key, .. }) = (weak.upgrade(), notice)
                && is_configuration(&key.name)
            {
                driver.outbox.try_again();
                wake_all(&driver);
            }
        }));
        tokio::select! {
            biased;
            () = shutdown.begun() => return,
            () = async { driver.objects.ready().await; settings.ready().await } => {}
        }
        wake_all(&driver);
        let leading = tokio::spawn(wake_on_leading(Arc::clone(&driver)));
        let queue = driver.queue.clone();
        controller::run(Arc::new(Running(driver)), queue, environment, WORKERS, shutdown).await;
        leading.abort();
    }
}

/// A change of one object concerns that one; of a project, its applications.
fn wake_for(notice: &Notice, driver: &Driver) {
    let Notice::Object { key, .. } = notice else { return };
    if let Some(key) = ObjectKey::of(driver.product, key) {
        driver.queue.add(key, Level::LOWEST);
    } else if driver.product == Product::Applications && *key.group == *GROUP && *key.kind == *APP_PROJECT {
        wake_all(driver);
    }
}

fn wake_all(driver: &Driver) {
    for cached in driver.objects.objects(&GroupKind::new(GROUP, kind(driver.product))) {
        if let Some(key) = ObjectKey::of(driver.product, &cached.object.key()) {
            driver.queue.add(key, Level::LOWEST);
        }
    }
}

/// Whoever comes to lead tells what was not told.
async fn wake_on_leading(driver: Arc<Driver>) {
    let mut leadership = driver.leadership.clone();
    let mut led = leadership.leads();
    loop {
        leadership.changed().await;
        let leads = leadership.leads();
        if leads && !led {
            wake_all(&driver);
        }
        led = leads;
    }
}
