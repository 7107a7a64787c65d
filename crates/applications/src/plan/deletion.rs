//! An application that is being deleted: its resources go first, then its finalizers.

use super::gate::{HOME, destination};
use super::status_write::{AlsoRemove, status_write};
use super::writes::release;
use crate::decided::Decided;
use crate::observed::{Declared, Observed};
use api::names::{
    CONDITION_DELETION_ERROR, FINALIZER_HOOK, FINALIZER_RESOURCES, FINALIZER_RESOURCES_BACKGROUND,
    FINALIZER_RESOURCES_FOREGROUND,
};
use api::{Application, ApplicationCondition, Time, missing_project};
use cluster::{Change, Part, PatchKind, Propagation, Target, Write};
use controller::{Guard, Level, Plan, Planned};
use jiff::{SignedDuration, Timestamp};
use object::{Fetched, Key, Object};
use serde_json::json;
use sync::{Deletion, Due, Options, plan_deletion};

/// How soon a deletion is looked at again when nobody tells that something went.
const DELETION_POLL: SignedDuration = SignedDuration::from_secs(30);

/// The finalizers by which resources go with their application.
const CASCADING: [&str; 3] = [FINALIZER_RESOURCES, FINALIZER_RESOURCES_FOREGROUND, FINALIZER_RESOURCES_BACKGROUND];
/// What all finalizers of upstream's begin with.
const OURS: [&str; 3] = [
    "resources-finalizer.argocd.argoproj.io",
    "pre-delete-finalizer.argocd.argoproj.io",
    "post-delete-finalizer.argocd.argoproj.io",
];

/// What is due for an application that is being deleted.
#[must_use]
pub fn decide_deletion(observed: &Observed, declared: &Declared, application: &Application, now: Timestamp) -> Decided {
    let object = &declared.object;
    let own = |finalizer: &str| OURS.iter().any(|prefix| finalizer.starts_with(prefix));
    let finalizers: Vec<&str> = object.meta().finalizers.iter().map(|finalizer| &**finalizer).collect();
    if !finalizers.iter().any(|finalizer| own(finalizer)) {
        return Decided::plain(Plan::default());
    }
    let cascades = finalizers.iter().any(|finalizer| CASCADING.contains(finalizer));
    // Compat: of a cluster that is not known nothing can be cleaned up, and the application must not stay for ever.
    let is_known = destination(&application.spec.destination).is_ok();
    if !cascades || !is_known {
        return Decided::plain(released(object, &finalizers, own));
    }
    let live = match deletable(observed, application) {
        Ok(live) => live,
        Err(obstacle) => return Decided::plain(held_up(declared, application, &obstacle, now)),
    };
    // Nobody looks at a hook's outcome any more.
    let is_held = |object: &&Object| object.meta().finalizers.iter().any(|own| **own == *FINALIZER_HOOK);
    let writes: Vec<Planned> = live.iter().filter(is_held).map(release).collect();
    if !writes.is_empty() {
        let plan = Plan { writes, waiting: vec!["hooks that are let go".to_owned()], ..Plan::default() };
        return Decided::plain(plan.wake_at(now.checked_add(DELETION_POLL).unwrap_or(now), Level::LOWEST));
    }
    let policy = application.spec.sync_policy.as_ref();
    let options =
        policy.map_or_else(Options::default, |policy| Options::parse(policy.sync_options.iter().map(String::as_str)).0);
    let due = plan_deletion(&Deletion {
        live: &live,
        itself: &object.key(),
        options: &options,
        deleted_at: object.meta().deletion_timestamp.unwrap_or(now),
        approved_at: super::request::approved_at(application),
    });
    Decided::plain(match due {
        Due::Nothing => released(object, &finalizers, own),
        Due::Wait(what) => {
            let plan = Plan { waiting: vec![what], ..Plan::default() };
            plan.wake_at(now.checked_add(DELETION_POLL).unwrap_or(now), Level::LOWEST)
        }
        Due::Delete(objects) => {
            let is_background = finalizers.contains(&FINALIZER_RESOURCES_BACKGROUND);
            let propagation = if is_background { Propagation::Background } else { Propagation::Foreground };
            let delete = |object: &Object| {
                let write = Write::new(Target::of(object), Change::Delete(propagation));
                Planned::new(write, Guard::same(object.meta()))
            };
            let waiting = vec![format!("deletion of {} objects", objects.len())];
            let plan = Plan { writes: objects.iter().map(delete).collect(), waiting, ..Plan::default() };
            plan.wake_at(now.checked_add(DELETION_POLL).unwrap_or(now), Level::LOWEST)
        }
    })
}

/// The live objects that go with the application.
///
/// # Errors
/// What must be known first, in words: the finalizer stays until it is.
fn deletable(observed: &Observed, application: &Application) -> Result<Vec<Object>, String> {
    let project = application.spec.project_name();
    let rules = match &observed.project {
        Fetched::Known(Ok(rules)) => rules,
        Fetched::Known(Err(problem)) => return Err(problem.clone()),
        Fetched::Absent => return Err(missing_project(project).message),
        Fetched::Unknown(cause) => return Err(format!("project {project}: {cause}")),
    };
    let was_listed = |group: &str, kind: &str| {
        application.status.resources.iter().any(|resource| resource.group == group && resource.kind == kind)
    };
    for (kind, cause) in &observed.unknown_kinds {
        if was_listed(&kind.group, &kind.kind) {
            return Err(format!("objects of kind {kind} cannot be listed: {cause}"));
        }
    }
    let permitted = |key: &&Key| rules.permits_live(key, HOME);
    let keys = observed.roots.keys().filter(permitted);
    let tracking = &observed.settings.tracking;
    let objects = keys.filter_map(|key| observed.roots.get(key)).map(|root| root.object.clone());
    // A mark that was copied from another object makes nothing the application's.
    Ok(objects.filter(|object| tracking.is_self_referenced(Some(object.meta()), None)).collect())
}

/// The finalizers that are ours go, and with them, if none is left, the application.
fn released(object: &Object, finalizers: &[&str], own: impl Fn(&str) -> bool) -> Plan {
    let kept: Vec<&str> = finalizers.iter().copied().filter(|finalizer| !own(finalizer)).collect();
    let body = json!({"metadata": {"finalizers": kept}});
    let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
    let write = Planned::new(Write::new(Target::of(object), change), Guard::unchanged(object.meta()));
    Plan { writes: vec![write], ..Plan::default() }
}

/// The reason is told on the object, once.
fn held_up(declared: &Declared, application: &Application, obstacle: &str, now: Timestamp) -> Plan {
    let mut status = application.status.clone();
    let condition = ApplicationCondition::new(CONDITION_DELETION_ERROR, obstacle);
    status.set_conditions(vec![condition], &[CONDITION_DELETION_ERROR], Time::new(now));
    let guard = Guard::unchanged(declared.object.meta());
    let write = status_write(&declared.object, &application.status, &status, AlsoRemove::default(), guard);
    let plan = Plan { status: write, waiting: vec![obstacle.to_owned()], ..Plan::default() };
    plan.wake_at(now.checked_add(DELETION_POLL).unwrap_or(now), Level::LOWEST)
}
