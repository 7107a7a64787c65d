//! From actions of the sync engine to writes.

use crate::observed::Observed;
use api::names::FIELD_MANAGER;
use cluster::{Change, Conflicts, Manager as FieldManager, Part, PatchKind, Propagation, Target, WhenRefused, Write};
use controller::{Guard, Planned};
use object::Object;
use serde_json::json;
use sync::{Action, HOOK_FINALIZER, Manner, Request};

/// The writes of these actions, in order: objects of one kind side by side, kinds one after the other.
#[must_use]
pub fn writes(actions: &[Action], request: &Request, observed: &Observed, first_group: u32) -> Vec<Planned> {
    let mut group = first_group;
    let mut planned: Vec<Planned> = Vec::with_capacity(actions.len());
    let mut last_kind: Option<String> = None;
    for action in actions {
        let kind = batch(action);
        if last_kind.as_ref().is_some_and(|last| *last != kind) {
            group += 1;
        }
        last_kind = Some(kind);
        planned.push(observed.there(write(action, request).in_group(group)));
    }
    planned
}

/// What is written side by side: equal kinds, and prunes.
fn batch(action: &Action) -> String {
    match action {
        Action::Apply { target, .. } => format!("apply {}", target.gvk().kind),
        Action::Adopt { .. } => "adopt".to_owned(),
        Action::Prune { .. } => "prune".to_owned(),
        Action::ReleaseHook { .. } => "release".to_owned(),
        Action::DeleteHook { .. } => "delete".to_owned(),
    }
}

fn write(action: &Action, request: &Request) -> Planned {
    match action {
        Action::Apply { task, manner, target, live } => {
            let mut at = Target::new(target.gvk().clone(), task.key.namespace.as_deref(), target.name());
            if target.name().is_empty() {
                at.name = "".into();
            }
            let change = change(*manner, target, request);
            // A replacement must not undo what it has not seen.
            let guard = match (manner, live) {
                (Manner::Update | Manner::Replace, Some(live)) => Guard::unchanged(live.meta()),
                _ => Guard::Manner,
            };
            Planned::new(Write::new(at, change), guard).recorded()
        }
        Action::Adopt { from, live, .. } => {
            let change =
                Change::Adopt { from: FieldManager(from.as_str().into()), to: FieldManager(FIELD_MANAGER.into()) };
            Planned::new(Write::new(Target::of(live), change), Guard::Manner).recorded()
        }
        Action::Prune { live, propagation, .. } => {
            let propagation = match propagation {
                sync::Propagation::Foreground => Propagation::Foreground,
                sync::Propagation::Background => Propagation::Background,
                sync::Propagation::Orphan => Propagation::Orphan,
            };
            delete(live, propagation).recorded()
        }
        Action::DeleteHook { live } => delete(live, Propagation::Foreground).recorded(),
        Action::ReleaseHook { live } => release(live).recorded(),
    }
}

fn delete(live: &Object, propagation: Propagation) -> Planned {
    Planned::new(Write::new(Target::of(live), Change::Delete(propagation)), Guard::same(live.meta()))
}

/// Takes our finalizer off, whoever else changed the object meanwhile.
pub fn release(live: &Object) -> Planned {
    let kept: Vec<&str> =
        live.meta().finalizers.iter().map(|finalizer| &**finalizer).filter(|own| *own != HOOK_FINALIZER).collect();
    let body = json!({"metadata": {"finalizers": kept}});
    let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
    Planned::new(Write::new(Target::of(live), change), Guard::unchanged(live.meta()))
}

fn change(manner: Manner, target: &Object, request: &Request) -> Change {
    let manager = || FieldManager(FIELD_MANAGER.into());
    match manner {
        Manner::ClientSide | Manner::ClientSideForced => Change::ApplyClientSide {
            desired: target.clone(),
            manager: manager(),
            when_refused: if manner == Manner::ClientSide && !request.force {
                WhenRefused::Fail
            } else {
                WhenRefused::Recreate
            },
        },
        Manner::ServerSide => {
            Change::ApplyServerSide { desired: target.clone(), manager: manager(), conflicts: Conflicts::Force }
        }
        Manner::Create => Change::Create(target.clone()),
        Manner::Replace => Change::Replace(target.clone()),
        Manner::Update => Change::Update(target.clone()),
        Manner::Recreate => Change::Recreate(target.clone()),
    }
}
