//! All that one pass over one application read.

use crate::AppKey;
use crate::decided::Decided;
use crate::dependencies::Standing;
use crate::destinations::{Destination, NoDestination};
use crate::integrity::Demand;
use crate::memory::{Memory, Told};
use crate::settings::Settings;
use crate::sources::{Behind, Content, Revision, Signatures, SourceFailure, SourceSeen, Wanted};
use api::{Application, ClusterIdentity, ClusterOwnership, ProjectRules};
use cluster::{Cached, ClusterId, GroupKind, Served};
use compare::Targets;
use controller::{Level, Planned};
use jiff::Timestamp;
use object::{Fetched, Key, Object};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use windows::Windows;

/// All that one pass read.
#[derive(Debug)]
pub struct Observed {
    /// Which application.
    pub key: AppKey,
    /// How closely to look.
    pub level: Level,
    /// When it was looked at: the time that rules of the user's are told.
    pub now: Timestamp,
    /// What holds for all.
    pub settings: Arc<Settings>,
    /// The Application object, and what it says or why that cannot be read.
    pub application: Fetched<Declared>,
    /// Why this controller stands back, where it does.
    pub stands_back: Option<String>,
    /// What its project permits, or why the project cannot be read.
    pub project: Fetched<Result<Arc<ProjectRules>, String>>,
    /// When its project lets it be synced.
    pub windows: Arc<Windows>,
    /// Whether applications that it depends on are well.
    pub dependencies: Standing,
    /// Resources in its namespace that nobody declares, where its project wants to be told: how many.
    pub orphans: Option<usize>,
    /// What the server answered to dry runs, by object.
    pub predicted: BTreeMap<Key, Result<Object, String>>,
    /// The cluster it goes to, or why there is none.
    pub destination: Result<Arc<Destination>, NoDestination>,
    /// The user that its objects are written as, `None` for the controller itself; or why nothing may be written.
    pub act_as: Result<Option<String>, String>,
    /// Why that cluster cannot be used, where it cannot.
    pub outage: Option<String>,
    /// The kinds its cluster serves.
    pub served: Fetched<Arc<Served>>,
    /// Its sources, as the spec names them.
    pub spec: Gathered,
    /// The refs that somebody wants listed anew, as long as that has not happened: what is known holds meanwhile.
    pub refreshing: Option<String>,
    /// The sources of its operation, while it has one.
    pub operation: Option<Gathered>,
    /// What is marked as its own in the cluster, by key.
    pub roots: BTreeMap<Key, Cached>,
    /// What was looked up besides; wins over `roots`.
    pub looked_up: BTreeMap<Key, Fetched<Object>>,
    /// Kinds of which it cannot be said what is not there.
    pub unknown_kinds: Vec<(GroupKind, String)>,
    /// What of it and of its project is not implemented, in words.
    pub unsupported: Vec<String>,
    /// What is remembered of it.
    pub memory: Memory,
    /// What was decided, kept for the conclusion.
    pub decided: OnceLock<Decided>,
}

/// An Application as it was found.
#[derive(Debug, Clone)]
pub struct Declared {
    /// The object.
    pub object: Object,
    /// What it says, or why that cannot be read.
    pub application: Result<Arc<Application>, String>,
}

/// Sources and what they come to.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    /// The sources, in order.
    pub sources: Vec<Source>,
    /// The desired objects made ready, once all sources are rendered without a problem.
    pub targets: Option<Arc<Targets>>,
}

/// One source and what is known of it.
#[derive(Debug, Clone)]
pub struct Source {
    /// What was asked, or why nothing could be.
    pub wanted: Result<Wanted, String>,
    /// What is known.
    pub seen: SourceSeen,
    /// What its project demands of its signatures, and what is known of those.
    pub signed: Signed,
}

/// The signatures of a source.
#[derive(Debug, Clone)]
pub enum Signed {
    /// Nothing is demanded of them.
    Undemanded,
    /// This is, and nobody looked yet.
    Unknown(Demand),
    /// What they are worth.
    Seen(Signatures),
    /// What is demanded cannot be understood, and why.
    Unclear(String),
}

impl Source {
    /// A source of which nothing can be known.
    #[must_use]
    pub fn impossible(why: String) -> Self {
        let seen = SourceSeen::Failed(SourceFailure::lasting(why.clone()));
        Source { wanted: Err(why), seen, signed: Signed::Undemanded }
    }

    /// When a pass must try again what failed, where nobody else does.
    #[must_use]
    pub fn retry(&self) -> Option<Timestamp> {
        match &self.seen {
            SourceSeen::Failed(failure) => failure.retry,
            SourceSeen::Resolved { behind: Some(Behind::Failing(failure)), .. } => failure.retry,
            _ => match &self.signed {
                Signed::Seen(Signatures::Failed(failure)) => failure.retry,
                _ => None,
            },
        }
    }

    /// What it renders to, if it is known.
    #[must_use]
    pub fn content(&self) -> Option<&Arc<Content>> {
        match &self.seen {
            SourceSeen::Resolved { content, .. } => content.as_ref(),
            _ => None,
        }
    }
}

impl Gathered {
    /// The numbers of all contents: equal numbers mean equal contents.
    #[must_use]
    pub fn numbers(&self) -> Vec<u64> {
        self.sources.iter().filter_map(Source::content).map(|content| content.number).collect()
    }
}

impl Observed {
    /// What the project judges its cluster by.
    #[must_use]
    pub fn cluster(&self, project: &str) -> ClusterIdentity<'_> {
        match &self.destination {
            Ok(destination) => destination.identity(project),
            Err(_) => ClusterIdentity { server: "", name: "", ownership: ClusterOwnership::Shared },
        }
    }

    /// The cluster its objects are written to.
    #[must_use]
    pub fn cluster_id(&self) -> ClusterId {
        self.destination.as_ref().map_or_else(|_| ClusterId::home(), |destination| destination.id.clone())
    }

    /// An application of which nothing but itself was read yet.
    #[must_use]
    pub fn new(key: AppKey, level: Level, settings: Arc<Settings>, application: Fetched<Declared>) -> Self {
        Observed {
            key,
            level,
            now: Timestamp::UNIX_EPOCH,
            settings,
            application,
            stands_back: None,
            project: Fetched::Absent,
            destination: Err(NoDestination::Unknown("the cluster it goes to".to_owned())),
            act_as: Ok(None),
            outage: None,
            windows: Arc::default(),
            dependencies: Standing::default(),
            orphans: None,
            predicted: BTreeMap::new(),
            served: Fetched::Absent,
            spec: Gathered::default(),
            refreshing: None,
            operation: None,
            roots: BTreeMap::new(),
            looked_up: BTreeMap::new(),
            unknown_kinds: Vec::new(),
            unsupported: Vec::new(),
            memory: Memory::default(),
            decided: OnceLock::new(),
        }
    }

    /// A write of one of its objects: in its cluster, as whom it may be written.
    #[must_use]
    pub fn there(&self, mut planned: Planned) -> Planned {
        planned.write.act_as = self.act_as.as_ref().ok().and_then(Option::as_deref).map(Box::from);
        planned.in_cluster(self.cluster_id())
    }

    /// The health rules of the user's own.
    #[must_use]
    pub fn health_rules(&self) -> lua::Timed<'_> {
        self.settings.customizations.at(self.now)
    }

    /// When a pass must try again to read a source.
    #[must_use]
    pub fn retry(&self) -> Option<Timestamp> {
        let operation = self.operation.iter().flat_map(|own| &own.sources);
        self.spec.sources.iter().chain(operation).filter_map(Source::retry).min()
    }

    /// What people were told of last.
    #[must_use]
    pub fn told(&self) -> Option<&Told> {
        self.memory.told.as_ref()
    }

    /// Whether what the cache holds of a kind may be old: it cannot be followed at the moment.
    #[must_use]
    pub fn may_be_old(&self, key: &Key) -> bool {
        let kind = GroupKind::of(key);
        self.unknown_kinds.iter().any(|(unknown, _)| *unknown == kind)
    }

    /// The live object under a key, as far as it was read.
    #[must_use]
    pub fn live(&self, key: &Key) -> Option<Fetched<Object>> {
        match self.looked_up.get(key) {
            Some(answer) => Some(answer.clone()),
            None => self.roots.get(key).map(|cached| Fetched::Known(cached.object.clone())),
        }
    }
}

/// What a plan must know besides.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// What a source renders to.
    Render {
        /// Whose source.
        of: Whose,
        /// At which place.
        index: usize,
        /// Which commit or version.
        revision: Revision,
    },
    /// What the signatures of a source are worth.
    Signatures {
        /// Whose source.
        of: Whose,
        /// At which place.
        index: usize,
        /// Which commit.
        revision: Revision,
    },
    /// The live objects under these keys.
    Live(Vec<Lookup>),
    /// What applying these on the server would give.
    Predict(Vec<Object>),
}

/// Whose sources are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// The spec's.
    Spec,
    /// The operation's.
    Operation,
}

/// A live object to look up at the API server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lookup {
    /// What it is called.
    pub key: Key,
    /// The version to read it in.
    pub version: Box<str>,
}

impl std::fmt::Display for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Query::Render { of, index, revision } => {
                write!(f, "render {of:?} source {index} at {}", revision.revision())
            }
            Query::Signatures { of, index, revision } => {
                write!(f, "signatures of {of:?} source {index} at {}", revision.revision())
            }
            Query::Predict(objects) => {
                let keys: Vec<String> = objects.iter().map(|object| object.key().to_string()).collect();
                write!(f, "predict {}", keys.join(" "))
            }
            Query::Live(lookups) => {
                let keys: Vec<String> = lookups.iter().map(|lookup| lookup.key.to_string()).collect();
                write!(f, "live {}", keys.join(" "))
            }
        }
    }
}
