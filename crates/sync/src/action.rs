//! What a step asks to be written.

use crate::options::any_has_option;
use crate::{Propagation, Request, Task, TaskId};
use object::Object;
use std::fmt;

/// One write. Carrying it out is the caller's; what came of [`Action::Apply`] and [`Action::Prune`] it reports as an
/// [`Attempt`](crate::Attempt) under the action's task.
#[derive(Debug, Clone)]
pub enum Action {
    /// Bring an object to its desired state.
    Apply {
        /// The task it is for.
        task: TaskId,
        /// In which manner.
        manner: Manner,
        /// What is desired.
        target: Object,
        /// What was seen; `None` when nothing is there.
        live: Option<Object>,
    },
    /// Hand over what a client-side manager set, before the server applies the object.
    Adopt {
        /// The task it is for: a refusal fails it.
        task: TaskId,
        /// The client-side manager.
        from: String,
        /// What was seen.
        live: Object,
    },
    /// Delete an object that no source names.
    Prune {
        /// The task it is for.
        task: TaskId,
        /// What was seen.
        live: Object,
        /// What becomes of its dependents.
        propagation: Propagation,
    },
    /// Take our finalizer off a hook that has ended.
    ReleaseHook {
        /// The hook as seen.
        live: Object,
    },
    /// Delete a hook.
    DeleteHook {
        /// The hook as seen.
        live: Object,
    },
}

/// How an object is brought to its desired state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// As `kubectl apply` does.
    ClientSide,
    /// As `kubectl apply --force` does: what cannot be changed is deleted and made anew.
    ClientSideForced,
    /// As `kubectl apply --server-side --force-conflicts` does.
    ServerSide,
    /// As `kubectl replace` does; created when nothing is there.
    Replace,
    /// Put in place of the live object without ever deleting it.
    Update,
    /// As `kubectl replace --force` does: deleted and made anew.
    Recreate,
    /// As `kubectl create` does.
    Create,
}

impl Action {
    /// The task that waits for what came of it.
    #[must_use]
    pub fn task(&self) -> Option<&TaskId> {
        match self {
            Action::Apply { task, .. } | Action::Adopt { task, .. } | Action::Prune { task, .. } => Some(task),
            Action::ReleaseHook { .. } | Action::DeleteHook { .. } => None,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Apply { task, manner, .. } => write!(f, "apply {task} ({manner:?})"),
            Action::Adopt { task, from, .. } => write!(f, "adopt {task} from {from}"),
            Action::Prune { task, propagation, .. } => write!(f, "prune {task} ({})", propagation.as_str()),
            Action::ReleaseHook { live } => write!(f, "release hook {}", live.key()),
            Action::DeleteHook { live } => write!(f, "delete hook {}", live.key()),
        }
    }
}

/// kubectl's name for itself when it applies by updates.
const KUBECTL: &str = "kubectl-client-side-apply";

/// What must be handed over before this task's object is applied in that manner.
///
/// Compat: of an object that kubectl never applied nothing is asked, for its annotation is missing then; another manager
/// leaves none.
pub(crate) fn adoption(task: &Task, manner: Manner, request: &Request) -> Option<Action> {
    let live = task.live.known().map(|live| &live.object).filter(|_| manner == Manner::ServerSide)?;
    if request.options.no_migration || request.dry_run {
        return None;
    }
    let pointer = "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";
    let from = match &request.client_side_manager {
        Some(manager) => manager.clone(),
        None => live.get(pointer).map(|_| KUBECTL.to_owned())?,
    };
    Some(Action::Adopt { task: task.id(), from, live: live.clone() })
}

/// The manner in which this task's object is applied.
pub(crate) fn manner(task: &Task, request: &Request) -> Manner {
    let live = task.live.known().map(|live| &live.object);
    let states = [task.target.as_ref().map(Object::meta), live.map(Object::meta)];
    let own = |option| any_has_option(states, option);
    if own("Replace=true") || request.options.replace {
        let force = request.force || own("Force=true");
        // Compat: what holds other objects is never deleted to be replaced.
        let holds_others = matches!(&*task.key.kind, "CustomResourceDefinition" | "Namespace");
        return match (live, holds_others, force) {
            (None, _, _) => Manner::Create,
            (Some(_), true, _) => Manner::Update,
            (Some(_), false, true) => Manner::Recreate,
            (Some(_), false, false) => Manner::Replace,
        };
    }
    let target_says = |option| any_has_option([states[0], None], option);
    let server_side = target_says("ServerSideApply=true")
        || (request.options.server_side && !target_says("ServerSideApply=false"))
        // A namespace with managed metadata shares its object with others: only its own fields are applied.
        || (task.makes_namespace && live.is_some());
    match server_side {
        true => Manner::ServerSide,
        false if request.force || own("Force=true") => Manner::ClientSideForced,
        false => Manner::ClientSide,
    }
}
