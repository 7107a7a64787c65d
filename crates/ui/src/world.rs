//! What is in the cluster, followed by watches from the moment somebody first looks.

use crate::entry::Entry;
use crate::follow;
use crate::problem::Problem;
use api::names::{APP_PROJECT, APPLICATION, GROUP};
use applications::Settings;
use cluster::{Cache, ClusterClient, GroupKind, Mark};
use http::StatusCode;
use object::{Fetched, Key, Object};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

/// How long the first look at a cluster may take.
const FIRST_LOOK: Duration = Duration::from_secs(15);
/// How long changes that come together are waited for: a pod that starts is told of several times.
const TOGETHER: Duration = Duration::from_millis(50);
/// How long an answer waits until what was written is seen; then it is given all the same.
const SEEN_WITHIN: Duration = Duration::from_secs(2);

/// What is in the cluster. Cheap to clone; following ends with the last clone.
#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    state: Arc<State>,
    teller: AbortHandle,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.teller.abort();
    }
}

struct State {
    cache: Cache,
    settings: Settings,
    /// Counts changes of anything.
    version: Arc<AtomicU64>,
    /// Counts changes of applications.
    applications: Arc<AtomicU64>,
    last: Mutex<(u64, Arc<Apps>)>,
    told: watch::Sender<u64>,
}

/// All applications at one moment.
#[derive(Debug, Default)]
pub struct Apps {
    /// Another number for every moment.
    pub version: u64,
    /// By namespace and name.
    pub entries: BTreeMap<(String, String), Arc<Entry>>,
    /// Those that cannot be read, and why.
    pub unreadable: BTreeMap<(String, String), String>,
    /// Why it cannot be said which there are; empty when it can.
    pub blind: String,
}

impl Apps {
    /// One application.
    pub fn get(&self, namespace: &str, name: &str) -> Option<&Arc<Entry>> {
        self.entries.get(&(namespace.to_owned(), name.to_owned()))
    }
}

impl World {
    /// Begins to follow.
    pub async fn start(client: &ClusterClient, namespace: &str) -> Result<Self, Problem> {
        let settings = Settings { namespace: namespace.to_owned(), ..Settings::default() };
        let settings = applications::settings_at_start(client, settings).await;
        let cache = follow::start(client.clone(), &settings);
        let message = "The cluster has not answered yet; this page tries again when it is loaded anew.";
        let late = |_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, message);
        tokio::time::timeout(FIRST_LOOK, cache.ready()).await.map_err(late)?;
        let (version, applications) = (Arc::new(AtomicU64::new(1)), Arc::new(AtomicU64::new(1)));
        let changed = Arc::new(Notify::new());
        let (counted, own, noticed) = (Arc::clone(&version), Arc::clone(&applications), Arc::clone(&changed));
        cache.listen(Arc::new(move |notice| {
            counted.fetch_add(1, Ordering::SeqCst);
            let is_application = match notice {
                cluster::Notice::Object { key, .. } => &*key.group == GROUP && &*key.kind == APPLICATION,
                cluster::Notice::Kind(kind) => &*kind.kind == APPLICATION,
            };
            if is_application {
                own.fetch_add(1, Ordering::SeqCst);
            }
            noticed.notify_one();
        }));
        let last = Mutex::new((0, Arc::new(Apps::default())));
        let state = State { cache, settings, version, applications, last, told: watch::Sender::new(0) };
        let state = Arc::new(state);
        let teller = tokio::spawn(tell(Arc::clone(&state), changed)).abort_handle();
        Ok(World(Arc::new(Inner { state, teller })))
    }

    /// All applications as they are now.
    pub fn applications(&self) -> Arc<Apps> {
        self.0.state.now()
    }

    /// Counts changes of anything.
    pub fn version(&self) -> u64 {
        self.0.state.version.load(Ordering::SeqCst)
    }

    /// Says when something has changed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.state.told.subscribe()
    }

    /// What is kept of the cluster.
    pub fn cache(&self) -> &Cache {
        &self.0.state.cache
    }

    /// What holds for all applications.
    pub fn settings(&self) -> &Settings {
        &self.0.state.settings
    }

    /// The objects of a kind.
    pub fn objects(&self, group: &str, kind: &str) -> Vec<Object> {
        self.cache().objects(&GroupKind::new(group, kind)).into_iter().map(|cached| cached.object).collect()
    }

    /// A project.
    pub fn project(&self, name: &str) -> Option<Object> {
        let key = Key::new(GROUP, APP_PROJECT, Some(&self.settings().namespace), name);
        self.cache().get(&key).into_known().map(|cached| cached.object)
    }

    /// Waits until what was written is seen here.
    pub async fn seen(&self, written: &Object) {
        let mark = Mark::Version { key: written.key(), resource_version: written.meta().resource_version.clone() };
        self.until(|world| world.cache().has_seen(&mark)).await;
    }

    /// Waits until what was deleted is seen to be gone or going.
    pub async fn seen_gone(&self, object: &Object) {
        let mark = Mark::Gone { key: object.key(), uid: object.meta().uid.clone() };
        self.until(|world| world.cache().has_seen(&mark)).await;
    }

    /// Waits, for a short while, until something that was written is seen.
    pub async fn until(&self, holds: impl Fn(&World) -> bool) {
        let mut changes = self.changes();
        let seen = async { while !holds(self) && changes.changed().await.is_ok() {} };
        // It is written in any case; who looks a moment later sees it.
        let _ = tokio::time::timeout(SEEN_WITHIN, seen).await;
    }
}

async fn tell(state: Arc<State>, changed: Arc<Notify>) {
    loop {
        changed.notified().await;
        tokio::time::sleep(TOGETHER).await;
        state.told.send_modify(|count| *count += 1);
    }
}

impl State {
    fn now(&self) -> Arc<Apps> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let version = self.applications.load(Ordering::SeqCst);
        if last.0 != version {
            *last = (version, Arc::new(self.look(version, &last.1)));
        }
        Arc::clone(&last.1)
    }

    fn look(&self, version: u64, before: &Apps) -> Apps {
        let kind = GroupKind::new(GROUP, APPLICATION);
        let mut apps = Apps { version, ..Apps::default() };
        if let Fetched::Unknown(cause) = self.cache.kind(&kind) {
            apps.blind = cause;
        }
        for cached in self.cache.objects(&kind) {
            let object = cached.object;
            let at = (object.namespace().unwrap_or_default().to_owned(), object.name().to_owned());
            match before.entries.get(&at) {
                Some(known) if known.object.meta().resource_version == object.meta().resource_version => {
                    apps.entries.insert(at, Arc::clone(known));
                }
                _ => match Entry::read(object, &self.settings.namespace) {
                    Ok(entry) => drop(apps.entries.insert(at, Arc::new(entry))),
                    Err(error) => drop(apps.unreadable.insert(at, error.to_string())),
                },
            }
        }
        apps
    }
}
