//! What a sync works on: the objects it is given, and one task for each thing to do with them.

use crate::{HookType, Options, Phase};
use api::{HealthStatusCode, OperationPhase, ResultCode};
use jiff::Timestamp;
use object::{Fetched, Gvk, Key, Object};
use std::collections::BTreeMap;
use std::fmt;

/// One object of the application, desired and live side by side.
///
/// Assumption: the target is complete — namespace set, tracking annotation in place — and an object that merely carries
/// a copied tracking annotation is not among these.
#[derive(Debug, Clone)]
pub struct Resource {
    /// What it is called in the cluster.
    pub key: Key,
    /// What the source says; `None` when the source does not name it.
    pub target: Option<Object>,
    /// What the cluster says.
    pub live: Fetched<Live>,
    /// Whether the two differ (true when one is missing).
    pub differs: bool,
    /// Whether the target may be sent at all.
    pub check: Check,
}

/// An object in the cluster with its health.
#[derive(Debug, Clone)]
pub struct Live {
    /// The object.
    pub object: Object,
    /// Its health and what is to be said about it, `None` for kinds that have none.
    pub health: Option<(HealthStatusCode, String)>,
}

/// What is known about a target before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// It may be sent.
    Valid,
    /// It breaks its schema: the reason.
    Invalid(String),
    /// The cluster does not serve its kind: the reason.
    NoKind(String),
    /// The project does not allow it: the reason.
    NotPermitted(String),
}

/// Picks objects for a partial sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// API group, exact.
    pub group: String,
    /// Kind, exact.
    pub kind: String,
    /// Name, exact.
    pub name: String,
    /// Namespace; `None` matches every one.
    pub namespace: Option<String>,
}

impl Selector {
    /// Whether it picks the object with this key.
    #[must_use]
    pub fn matches(&self, key: &Key) -> bool {
        *self.group == *key.group
            && *self.kind == *key.kind
            && *self.name == *key.name
            && self.namespace.as_deref().is_none_or(|namespace| Some(namespace) == key.namespace.as_deref())
    }
}

/// Whether hooks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hooks {
    /// They do: the default strategy.
    #[default]
    Run,
    /// They do not: the `apply` strategy.
    Skip,
}

/// What was asked of this sync.
#[derive(Debug, Clone)]
pub struct Request {
    /// The application's sync options, or those of the request where it names any.
    pub options: Options,
    /// Whether objects that the source no longer names are deleted.
    pub prune: bool,
    /// Whether nothing is to be written.
    pub dry_run: bool,
    /// Whether an object that cannot be changed is deleted and made anew.
    pub force: bool,
    /// The client-side manager whose fields are handed over before the server applies; `None` when the application names
    /// no other than kubectl's.
    pub client_side_manager: Option<String>,
    /// Whether hooks run.
    pub hooks: Hooks,
    /// The objects of a partial sync; empty means all.
    pub selection: Vec<Selector>,
    /// The revision being synced, for generated names.
    pub revision: String,
    /// When the operation began.
    pub started_at: Timestamp,
    /// The time after which a hook that is there was made by this very operation, as its creation tells: it is not made
    /// again although nothing was recorded of it. `None` where that cannot be told, as in a second try.
    pub hooks_since: Option<Timestamp>,
    /// When somebody approved prunes that wait for it.
    pub approved_at: Option<Timestamp>,
    /// The destination namespace, when it is to be made.
    pub namespace: Option<Resource>,
}

impl Request {
    /// Whether only picked objects are synced.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        !self.selection.is_empty()
    }
}

/// What identifies a task: one object may have one in several phases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId {
    /// Phase.
    pub phase: Phase,
    /// The object.
    pub key: Key,
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.phase, self.key)
    }
}

/// One thing to do with one object.
#[derive(Debug, Clone)]
pub struct Task {
    /// The phase it runs in; a task that others depend on takes theirs.
    pub phase: Phase,
    /// The object.
    pub key: Key,
    /// Its kind and version.
    pub gvk: Gvk,
    /// What to apply; `None` for a prune.
    pub target: Option<Object>,
    /// What is there.
    pub live: Fetched<Live>,
    /// Set for hooks.
    pub hook: Option<HookType>,
    /// The wave within its phase.
    pub wave: i64,
    /// Whether target and live differ.
    pub differs: bool,
    /// What is known about the target.
    pub check: Check,
    /// Whether it makes the destination namespace, which goes before everything and is waited for by nobody.
    pub makes_namespace: bool,
    /// How far it has come; `None` while nothing was done.
    pub progress: Option<Progress>,
}

/// How far a task has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What was done, `None` for hooks.
    pub code: Option<ResultCode>,
    /// Whether it is still running, and how it ended.
    pub state: OperationPhase,
    /// In words.
    pub message: String,
}

impl Task {
    /// Phase and key.
    #[must_use]
    pub fn id(&self) -> TaskId {
        TaskId { phase: self.phase, key: self.key.clone() }
    }

    /// Whether it deletes what the source no longer names.
    #[must_use]
    pub fn is_prune(&self) -> bool {
        self.target.is_none()
    }

    /// Whether it is a hook.
    #[must_use]
    pub fn is_hook(&self) -> bool {
        self.hook.is_some()
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.progress.is_none()
    }

    pub(crate) fn is_running(&self) -> bool {
        self.progress.as_ref().is_some_and(|progress| progress.state == OperationPhase::Running)
    }

    pub(crate) fn is_failed(&self) -> bool {
        self.progress.as_ref().is_some_and(|p| p.state.is_completed() && !p.state.is_successful())
    }

    /// `group/Kind/name`, as messages name objects.
    pub(crate) fn label(&self) -> String {
        format!("{}/{}/{}", self.key.group, self.key.kind, self.key.name)
    }
}

/// One entry of `operationState.syncResult.resources`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskResult {
    /// Which task.
    pub id: TaskId,
    /// API version of the object.
    pub version: String,
    /// Set for hooks.
    pub hook: Option<HookType>,
    /// How far it has come.
    pub progress: Progress,
}

/// What the cluster said to a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// Done; in kubectl's words: `created`, `configured`, `unchanged`.
    Done(String),
    /// Refused for good: the reason.
    Refused(String),
}

/// What came of the writes that were just made.
pub type Attempts = BTreeMap<TaskId, Attempt>;
