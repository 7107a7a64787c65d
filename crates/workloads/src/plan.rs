//! What a controller decided: writes in order, and when to look again. A plan is a value that prints; nothing here
//! reads or writes anything.

use apiserver::{GroupResource, Propagation};
use jiff::Timestamp;
use serde_json::Value;
use std::fmt;

/// Who writes, as `managedFields` names it.
pub const CONTROLLER_MANAGER: &str = "kube-controller-manager";
/// The scheduler's name in `managedFields`.
pub const SCHEDULER: &str = "kube-scheduler";
/// The simulated nodes' name in `managedFields`.
pub const KUBELET: &str = "kubelet";

/// One pass's decisions, carried out in order until one is refused.
#[derive(Debug, Default)]
pub struct Plan {
    /// The writes.
    pub actions: Vec<Action>,
    /// When to look again although nothing changed.
    pub wake: Option<Timestamp>,
}

/// Which object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Its resource.
    pub resource: GroupResource,
    /// Its namespace; empty when it has none.
    pub namespace: Box<str>,
    /// Its name.
    pub name: Box<str>,
}

/// Which part of an object a patch goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The object itself.
    Main,
    /// Its status.
    Status,
}

/// The object an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// `apiVersion` of the object.
    pub api_version: Box<str>,
    /// Its kind.
    pub kind: Box<str>,
    /// Its namespace.
    pub namespace: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// Its uid.
    pub uid: Box<str>,
    /// The version the controller saw.
    pub resource_version: Box<str>,
}

/// Whether an event tells of something usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It does.
    Normal,
    /// It tells of a problem.
    Warning,
}

/// An event to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is about.
    pub about: About,
    /// Who tells, such as `deployment-controller`.
    pub source: &'static str,
    /// Whether it is a problem.
    pub severity: Severity,
    /// Machine-readable reason.
    pub reason: &'static str,
    /// Words.
    pub message: String,
    /// The scheduler's events are of the newer API: they name an action and carry no count.
    pub action: Option<&'static str>,
}

/// What is told when something was created, or could not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Birth {
    /// The owner the events are about.
    pub about: About,
    /// Who tells.
    pub source: &'static str,
    /// Told before the name of what was created.
    pub created: &'static str,
}

/// A write that the API server refused for good: trying again at once would not help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The server's words.
    pub message: String,
    /// When to try again.
    pub retry_at: Timestamp,
}

/// One write.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Creates an object.
    Create {
        /// Where; the name is empty when the server makes it.
        target: Target,
        /// What.
        object: Value,
        /// Who.
        manager: &'static str,
        /// What to tell about it.
        birth: Option<Birth>,
    },
    /// Merges a change into an object, if it is still the one that was observed.
    Patch {
        /// Which.
        target: Target,
        /// Which part.
        part: Part,
        /// The change, as a JSON merge patch.
        change: Value,
        /// Who.
        manager: &'static str,
        /// The version that was observed; `None` when only the identity matters.
        resource_version: Option<Box<str>>,
    },
    /// Deletes an object.
    Delete {
        /// Which.
        target: Target,
        /// Only the one observed.
        uid: Box<str>,
        /// Zero when it is to go at once.
        grace_seconds: Option<i64>,
        /// What happens to what it owns; `None`: the kind's default.
        propagation: Option<Propagation>,
        /// Who.
        manager: &'static str,
    },
    /// Puts a pod on a node.
    Bind {
        /// The pod.
        pod: Target,
        /// The node's name.
        node: Box<str>,
    },
    /// Takes the last finalizer from a namespace's spec.
    FinalizeNamespace {
        /// The namespace without it.
        namespace: Value,
    },
    /// Sets how many replicas there are to be, through the scale subresource.
    Scale {
        /// Of what.
        target: Target,
        /// How many.
        replicas: i32,
    },
    /// Records an event.
    Tell(Note),
}

impl Plan {
    /// A plan that does nothing until something changes.
    #[must_use]
    pub fn nothing() -> Self {
        Plan::default()
    }

    /// Looks again at `time`, or earlier if that was asked for before.
    pub fn wake_at(&mut self, time: Timestamp) {
        self.wake = Some(self.wake.map_or(time, |earlier| earlier.min(time)));
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { "?" } else { &self.name };
        if self.namespace.is_empty() {
            write!(f, "{}/{name}", self.resource.resource)
        } else {
            write!(f, "{}/{}/{name}", self.resource.resource, self.namespace)
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Create { target, .. } => write!(f, "create {target}"),
            Action::Patch { target, part: Part::Main, change, .. } => write!(f, "patch {target} {change}"),
            Action::Patch { target, part: Part::Status, change, .. } => write!(f, "patch {target}/status {change}"),
            Action::Delete { target, grace_seconds: Some(0), .. } => write!(f, "delete {target} now"),
            Action::Delete { target, .. } => write!(f, "delete {target}"),
            Action::Bind { pod, node } => write!(f, "bind {pod} to {node}"),
            Action::FinalizeNamespace { namespace } => {
                write!(f, "finalize {}", namespace["metadata"]["name"].as_str().unwrap_or_default())
            }
            Action::Scale { target, replicas } => write!(f, "scale {target} to {replicas}"),
            Action::Tell(note) => write!(f, "tell {} {}: {}", note.about.name, note.reason, note.message),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for action in &self.actions {
            writeln!(f, "{action}")?;
        }
        if let Some(wake) = self.wake {
            writeln!(f, "wake {wake}")?;
        }
        Ok(())
    }
}
