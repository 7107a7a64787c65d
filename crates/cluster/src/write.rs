//! One change to one object as a value: what kubectl would do with it, and under which condition.

use crate::Target;
use object::Object;
use serde_json::Value;
use std::fmt;

/// One change to one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The object.
    pub target: Target,
    /// What to do with it.
    pub change: Change,
    /// What must hold for it to happen.
    pub precondition: Precondition,
    /// Whether to do it or only to ask what would happen.
    pub dry_run: DryRun,
    /// The user to act as; `None` for whoever the client is.
    pub act_as: Option<Box<str>>,
}

/// What to do with an object.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Make it. With `metadata.generateName` and no name, the server names it.
    Create(Object),
    /// `kubectl apply`: create it, or change what differs between the last manifest, this one and the live object.
    ApplyClientSide {
        /// The manifest.
        desired: Object,
        /// In whose name.
        manager: Manager,
        /// What to do when the server refuses the change.
        when_refused: WhenRefused,
    },
    /// `kubectl apply --server-side`.
    ApplyServerSide {
        /// The fields this manager wants, and their values.
        desired: Object,
        /// In whose name.
        manager: Manager,
        /// What to do where somebody else owns a field.
        conflicts: Conflicts,
    },
    /// Hand the fields that one manager set by updates, as `kubectl apply` does, to one that applies on the server.
    Adopt {
        /// Whose fields.
        from: Manager,
        /// Who gets them.
        to: Manager,
    },
    /// `kubectl replace`: put it in place of the live one; create it when there is none.
    Replace(Object),
    /// `kubectl replace --force`: delete the live one, wait until it is gone, create it.
    Recreate(Object),
    /// Put it in place of the live one, which must exist.
    Update(Object),
    /// A patch.
    Patch {
        /// Which form of patch.
        kind: PatchKind,
        /// The patch itself.
        body: Value,
        /// Which part of the object.
        part: Part,
    },
    /// Delete it.
    Delete(Propagation),
    /// Delete a pod unless a disruption budget forbids it for now.
    Evict,
}

/// The field manager in whose name fields are set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manager(pub Box<str>);

/// What `kubectl apply` does when the server refuses the change as invalid or in conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenRefused {
    /// Report it.
    Fail,
    /// Delete the object and create it anew, as `--force` does.
    Recreate,
}

/// What server-side apply does where somebody else owns a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflicts {
    /// Take the field over.
    Force,
    /// Refuse.
    Refuse,
}

/// Which form of patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchKind {
    /// RFC 6902. A `test` that fails is reported as a conflict.
    Json,
    /// RFC 7386.
    Merge,
    /// Kubernetes' own: lists merge by key.
    Strategic,
}

/// Which part of an object is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The object itself.
    Whole,
    /// Its `status` subresource.
    Status,
    /// Its `scale` subresource.
    Scale,
}

/// What becomes of what an object owns when it is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Propagation {
    /// Dependents first.
    Foreground,
    /// The object first, dependents later.
    Background,
    /// Dependents stay.
    Orphan,
}

/// What must hold for a write to happen. Empty parts are not checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Precondition {
    /// It must still be the same object.
    pub uid: Option<Box<str>>,
    /// It must not have changed since.
    pub resource_version: Option<Box<str>>,
}

/// Whether a write happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DryRun {
    /// It happens.
    #[default]
    No,
    /// The server tells what would happen.
    Server,
    /// Nothing is sent that changes anything; only what can be told from here is checked.
    Client,
}

/// What came of a write.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// What was done.
    pub effect: Effect,
    /// The object afterwards; of a delete, the object as it is while finalizers run, where the server says.
    pub object: Option<Object>,
    /// What kubectl would print beside its result.
    pub warnings: Vec<String>,
}

/// What a write did. The words are kubectl's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It was made.
    Created,
    /// It was changed.
    Configured,
    /// It was as wanted already.
    Unchanged,
    /// It was applied by the server.
    ServerSideApplied,
    /// It was replaced.
    Replaced,
    /// It was patched.
    Patched,
    /// It is deleted or being deleted.
    Deleted,
    /// It was not there to delete.
    AlreadyGone,
}

impl Write {
    /// An unconditional write.
    #[must_use]
    pub fn new(target: Target, change: Change) -> Self {
        Write { target, change, precondition: Precondition::default(), dry_run: DryRun::No, act_as: None }
    }

    /// The same under a condition.
    #[must_use]
    pub fn only_if(mut self, precondition: Precondition) -> Self {
        self.precondition = precondition;
        self
    }

    /// The same in the name of a user, where one is given.
    #[must_use]
    pub fn acting_as(mut self, user: Option<&str>) -> Self {
        self.act_as = user.map(Box::from);
        self
    }

    /// The same as a trial.
    #[must_use]
    pub fn dry_run(mut self, dry_run: DryRun) -> Self {
        self.dry_run = dry_run;
        self
    }
}

impl Written {
    /// That was done, to this object.
    #[must_use]
    pub fn new(effect: Effect, object: Option<Object>) -> Self {
        Written { effect, object, warnings: Vec::new() }
    }
}

impl Effect {
    /// The word kubectl prints after the object's name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Effect::Created => "created",
            Effect::Configured => "configured",
            Effect::Unchanged => "unchanged",
            Effect::ServerSideApplied => "serverside-applied",
            Effect::Replaced => "replaced",
            Effect::Patched => "patched",
            Effect::Deleted => "deleted",
            Effect::AlreadyGone => "not found",
        }
    }
}

impl Change {
    /// The object it carries, if it carries a whole one.
    #[must_use]
    pub fn desired(&self) -> Option<&Object> {
        match self {
            Change::Create(object)
            | Change::Replace(object)
            | Change::Recreate(object)
            | Change::Update(object)
            | Change::ApplyClientSide { desired: object, .. }
            | Change::ApplyServerSide { desired: object, .. } => Some(object),
            Change::Adopt { .. } | Change::Patch { .. } | Change::Delete(_) | Change::Evict => None,
        }
    }

    /// The verb that begins its text.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Change::Create(_) => "create",
            Change::ApplyClientSide { .. } => "apply",
            Change::ApplyServerSide { .. } => "apply-server-side",
            Change::Adopt { .. } => "adopt",
            Change::Replace(_) => "replace",
            Change::Recreate(_) => "recreate",
            Change::Update(_) => "update",
            Change::Patch { kind: PatchKind::Json, .. } => "json-patch",
            Change::Patch { kind: PatchKind::Merge, .. } => "merge-patch",
            Change::Patch { kind: PatchKind::Strategic, .. } => "strategic-patch",
            Change::Delete(_) => "delete",
            Change::Evict => "evict",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Whole => "",
            Part::Status => "status",
            Part::Scale => "scale",
        })
    }
}

impl fmt::Display for Propagation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Propagation::Foreground => "foreground",
            Propagation::Background => "background",
            Propagation::Orphan => "orphan",
        })
    }
}

impl fmt::Display for Write {
    /// One line: verb, object, manner, and a patch's body unless the object is a Secret. The form is stable: plans are
    /// compared by it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.change.verb(), self.target)?;
        match &self.change {
            Change::ApplyClientSide { manager, when_refused, .. } => {
                write!(f, " as {}", manager.0)?;
                if *when_refused == WhenRefused::Recreate {
                    f.write_str(" force")?;
                }
            }
            Change::ApplyServerSide { manager, conflicts, .. } => {
                write!(f, " as {}", manager.0)?;
                if *conflicts == Conflicts::Force {
                    f.write_str(" force")?;
                }
            }
            Change::Patch { body, part, .. } => {
                if *part != Part::Whole {
                    write!(f, " {part}")?;
                }
                let is_secret = self.target.gvk.group.is_empty() && &*self.target.gvk.kind == "Secret";
                if is_secret { f.write_str(" <hidden>")? } else { write!(f, " {body}")? }
            }
            Change::Adopt { from, to } => write!(f, " from {} for {}", from.0, to.0)?,
            Change::Delete(propagation) => write!(f, " {propagation}")?,
            _ => {}
        }
        match self.dry_run {
            DryRun::No => Ok(()),
            DryRun::Server => f.write_str(" (server dry run)"),
            DryRun::Client => f.write_str(" (client dry run)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::Gvk;
    use serde_json::json;

    fn patch(kind: &str) -> Write {
        let target = Target::new(Gvk::new("", "v1", kind), Some("shop"), "x");
        let body = json!({"data": {"password": "c2VjcmV0"}});
        Write::new(target, Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole })
    }

    #[test]
    fn writes_print_in_one_line() {
        assert_eq!(
            patch("ConfigMap").to_string(),
            r#"merge-patch v1 ConfigMap shop/x {"data":{"password":"c2VjcmV0"}}"#
        );
        let delete = Write { change: Change::Delete(Propagation::Foreground), ..patch("ConfigMap") };
        assert_eq!(
            delete.dry_run(DryRun::Server).to_string(),
            "delete v1 ConfigMap shop/x foreground (server dry run)"
        );
    }

    #[test]
    fn secrets_never_print() {
        assert_eq!(patch("Secret").to_string(), "merge-patch v1 Secret shop/x <hidden>");
    }
}
