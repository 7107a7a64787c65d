//! What the control plane's own objects say - projects, policies, clusters, settings - read once for each state of them.
//!
//! Start reading at [`Plane::now`].

use api::names::{APP_PROJECT, GROUP};
use api::{AppProject, ApplicationDestination};
use applications::configuration;
use applications::destinations::{ClusterSecret, Destination, read_clusters, resolve};
use applications::sources::{CONFIG, secret_values};
use cluster::{Cache, GroupKind, Notice};
use object::{Key, Object};
use rbac::{Authority, Builtin, Configured, ProjectRoles};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The ConfigMap of policies.
pub const POLICIES: &str = "argocd-rbac-cm";
/// The ConfigMap of what processes are started with.
pub const PARAMETERS: &str = "argocd-cmd-params-cm";
/// The Secret of the control plane's own keys and passwords.
pub const OWN_SECRET: &str = applications::sources::OWN_SECRET;

/// How long a writer waits until what was written is seen here.
const HOLDS_WITHIN: Duration = Duration::from_secs(5);
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The data of a ConfigMap or Secret.
pub type Data = BTreeMap<String, String>;

/// What the control plane's objects say, at every moment.
pub struct Plane {
    cache: Cache,
    namespace: String,
    version: Arc<AtomicU64>,
    last: Mutex<(u64, Arc<Said>)>,
}

/// What they say at one moment.
#[derive(Debug, Default)]
pub struct Said {
    /// Who may do what.
    pub authority: Authority,
    /// The projects, by name.
    pub projects: BTreeMap<String, Arc<Project>>,
    /// The clusters that are declared.
    pub clusters: Vec<ClusterSecret>,
    /// `argocd-cm`.
    pub config: Data,
    /// `argocd-cmd-params-cm`.
    pub parameters: Data,
    /// What `argocd-cm` says of health and actions, read.
    pub settings: applications::Settings,
}

/// A project, as it is and read.
#[derive(Debug)]
pub struct Project {
    /// As it is in the cluster.
    pub object: Object,
    /// Read.
    pub read: AppProject,
}

impl Plane {
    /// Listens to a cache that keeps the control plane's objects.
    #[must_use]
    pub fn new(cache: Cache, namespace: &str) -> Self {
        let version = Arc::new(AtomicU64::new(1));
        let (counted, own) = (Arc::clone(&version), namespace.to_owned());
        cache.listen(Arc::new(move |notice| {
            if concerns(notice, &own) {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        }));
        Plane { cache, namespace: namespace.to_owned(), version, last: Mutex::default() }
    }

    /// The control plane's namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Counts the changes of what they say.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::SeqCst)
    }

    /// One object of the control plane.
    #[must_use]
    pub fn object(&self, kind: &str, name: &str) -> Option<Object> {
        let found = self.cache.get(&Key::new("", kind, Some(&self.namespace), name)).into_known();
        found.map(|cached| cached.object)
    }

    /// What they say now.
    #[must_use]
    pub fn now(&self) -> Arc<Said> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let version = self.version.load(Ordering::SeqCst);
        if last.0 != version {
            *last = (version, Arc::new(self.read()));
        }
        Arc::clone(&last.1)
    }

    /// Waits, for a short while, until they say what was written.
    pub async fn until(&self, holds: impl Fn(&Said) -> bool) {
        let holds = async {
            while !holds(&self.now()) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        // It is written in any case; who looks a moment later sees it.
        let _ = tokio::time::timeout(HOLDS_WITHIN, holds).await;
    }

    /// The data of a ConfigMap of the control plane; empty when there is none.
    #[must_use]
    pub fn config_map(&self, name: &str) -> Data {
        self.object("ConfigMap", name).map(|object| strings(&object)).unwrap_or_default()
    }

    /// The Secrets of the control plane that carry a label.
    #[must_use]
    pub fn secrets(&self, kind: &str) -> Vec<Object> {
        let is_it = |object: &Object| {
            object.namespace() == Some(&self.namespace)
                && object.meta().labels.get(applications::sources::SECRET_TYPE).is_some_and(|label| **label == *kind)
        };
        let all = self.cache.objects(&GroupKind::new("", "Secret")).into_iter().map(|cached| cached.object);
        all.filter(is_it).collect()
    }

    /// The values of a Secret of the control plane; empty when there is none.
    #[must_use]
    pub fn secret(&self, name: &str) -> Data {
        self.object("Secret", name).map(|object| secret_values(&object)).unwrap_or_default()
    }

    fn read(&self) -> Said {
        let (configured, bad) = Configured::read(&self.config_map(POLICIES), Builtin::Included);
        let mut problems: Vec<String> = bad.iter().map(ToString::to_string).collect();
        let mut projects = BTreeMap::new();
        let mut roles = Vec::new();
        for cached in self.cache.objects(&GroupKind::new(GROUP, APP_PROJECT)) {
            if cached.object.namespace() != Some(&self.namespace) {
                continue;
            }
            match AppProject::read(&cached.object) {
                Ok(read) => {
                    let (own, bad) = ProjectRoles::read(&read, configured.match_mode());
                    problems.extend(bad.iter().map(ToString::to_string));
                    roles.push(own);
                    let project = Project { object: cached.object, read };
                    projects.insert(project.read.metadata.name.clone(), Arc::new(project));
                }
                Err(error) => problems.push(error.to_string()),
            }
        }
        for problem in problems {
            tracing::warn!("policies: {problem}");
        }
        let config = self.config_map(CONFIG);
        Said {
            settings: configuration::configured(&applications::Settings::default(), &config).0,
            authority: Authority::new(configured).with_projects(roles),
            projects,
            clusters: read_clusters(&self.secrets("cluster")),
            config,
            parameters: self.config_map(PARAMETERS),
        }
    }
}

impl std::fmt::Debug for Plane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plane").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

impl Said {
    /// The cluster that a destination means.
    ///
    /// # Errors
    /// There is none like that, in words.
    pub fn destination(&self, to: &ApplicationDestination) -> Result<Destination, String> {
        resolve(&self.clusters, to)
    }

    /// Whether a switch of a ConfigMap is on.
    #[must_use]
    pub fn is_on(&self, key: &str) -> bool {
        self.config.get(key).or_else(|| self.parameters.get(key)).is_some_and(|text| text.trim() == "true")
    }
}

fn concerns(notice: &Notice, namespace: &str) -> bool {
    match notice {
        Notice::Object { key, .. } => {
            key.namespace.as_deref() == Some(namespace)
                && matches!((&*key.group, &*key.kind), ("", "ConfigMap" | "Secret") | (GROUP, APP_PROJECT))
        }
        Notice::Kind(kind) => {
            matches!((&*kind.group, &*kind.kind), ("", "ConfigMap" | "Secret") | (GROUP, APP_PROJECT))
        }
    }
}

fn strings(object: &Object) -> Data {
    object.get("/data").and_then(|data| serde_json::from_value(data).ok()).unwrap_or_default()
}
