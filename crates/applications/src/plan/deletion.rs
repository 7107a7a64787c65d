//! An application that is being deleted: its resources go first, then its finalizers.

use super::contents::{Contents, contents};
use super::status_write::{AlsoRemove, status_write};
use super::writes::release;
use crate::decided::Decided;
use crate::destinations::NoDestination;
use crate::observed::{Declared, Observed, Query, Whose};
use api::hook::{HookType, delete_hook_types};
use api::names::{
    CONDITION_DELETION_ERROR, FINALIZER_HOOK, FINALIZER_POST_DELETE, FINALIZER_POST_DELETE_CLEANUP,
    FINALIZER_PRE_DELETE, FINALIZER_PRE_DELETE_CLEANUP, FINALIZER_RESOURCES, FINALIZER_RESOURCES_BACKGROUND,
    FINALIZER_RESOURCES_FOREGROUND,
};
use api::{Application, ApplicationCondition, Time, missing_project};
use cluster::{Change, Part, PatchKind, Propagation, Target, Write};
use compare::Targets;
use controller::{Guard, Level, Plan, Planned};
use jiff::{SignedDuration, Timestamp};
use object::{Fetched, Key, Object};
use serde_json::json;
use std::collections::BTreeSet;
use sync::{
    Deletion, DeletionHooks, Due, HooksDue, Live, Options, leftover_delete_hooks, plan_delete_hooks, plan_deletion,
};

/// How soon a deletion is looked at again when nobody tells that something went.
const DELETION_POLL: SignedDuration = SignedDuration::from_secs(30);

/// The finalizers by which resources go with their application.
const CASCADING: [&str; 3] = [FINALIZER_RESOURCES, FINALIZER_RESOURCES_FOREGROUND, FINALIZER_RESOURCES_BACKGROUND];
/// The finalizers that hooks of deletion need: one for their run, one for what is left of them.
const HOOK_FINALIZERS: [(HookType, [&str; 2]); 2] = [
    (HookType::PreDelete, [FINALIZER_PRE_DELETE, FINALIZER_PRE_DELETE_CLEANUP]),
    (HookType::PostDelete, [FINALIZER_POST_DELETE, FINALIZER_POST_DELETE_CLEANUP]),
];
/// What all finalizers of upstream's begin with.
const OURS: [&str; 3] = [
    "resources-finalizer.argocd.argoproj.io",
    "pre-delete-finalizer.argocd.argoproj.io",
    "post-delete-finalizer.argocd.argoproj.io",
];

/// What is due for an application that is being deleted: hooks that go before, its resources, hooks that come after,
/// and what is left of the hooks; each stage takes its own finalizer off when it is done.
///
/// # Errors
/// What must be known first.
pub fn decide_deletion(
    observed: &Observed,
    declared: &Declared,
    application: &Application,
    now: Timestamp,
) -> Result<Decided, Vec<Query>> {
    let object = &declared.object;
    let finalizers: Vec<&str> = object.meta().finalizers.iter().map(|finalizer| &**finalizer).collect();
    let has = |finalizer: &str| finalizers.contains(&finalizer);
    if !finalizers.iter().any(|finalizer| is_ours(finalizer)) {
        return Ok(Decided::plain(Plan::default()));
    }
    // Compat: of a cluster that is not known nothing can be cleaned up, and the application must not stay for ever.
    match &observed.destination {
        Ok(_) => {}
        Err(NoDestination::None(_)) => return Ok(Decided::plain(released(object, is_ours))),
        Err(NoDestination::Unknown(cause)) => {
            return Ok(Decided::plain(held_up(declared, application, cause, now)));
        }
    }
    if let Some(obstacle) = unusable(observed) {
        return Ok(Decided::plain(held_up(declared, application, &obstacle, now)));
    }
    if let Err(obstacle) = &observed.act_as {
        return Ok(Decided::plain(held_up(declared, application, obstacle, now)));
    }
    let stage = Stage { observed, declared, application, now };
    let plan = if has(FINALIZER_PRE_DELETE) {
        stage.run_hooks(HookType::PreDelete, FINALIZER_PRE_DELETE)?
    } else if CASCADING.iter().any(|finalizer| has(finalizer)) {
        stage.cascade(&finalizers)
    } else if has(FINALIZER_POST_DELETE) {
        stage.run_hooks(HookType::PostDelete, FINALIZER_POST_DELETE)?
    } else if has(FINALIZER_POST_DELETE_CLEANUP) {
        stage.clean_up(HookType::PostDelete, FINALIZER_POST_DELETE_CLEANUP)?
    } else if has(FINALIZER_PRE_DELETE_CLEANUP) {
        stage.clean_up(HookType::PreDelete, FINALIZER_PRE_DELETE_CLEANUP)?
    } else {
        released(object, is_ours)
    };
    Ok(Decided::plain(plan))
}

/// The write that gives an application the finalizers its hooks of deletion need, or takes those away that it no longer
/// needs; `None` when they are as they should be. Made before anything else, so that no hook is missed.
#[must_use]
pub fn finalizers_due(declared: &Declared, targets: &Targets) -> Option<Plan> {
    let object = &declared.object;
    let types: BTreeSet<HookType> =
        targets.delete_hooks.iter().flat_map(|hook| delete_hook_types(hook.object.meta())).collect();
    let mut wanted: Vec<&str> = object.meta().finalizers.iter().map(|finalizer| &**finalizer).collect();
    for (hook, finalizers) in HOOK_FINALIZERS {
        for finalizer in finalizers {
            match (types.contains(&hook), wanted.contains(&finalizer)) {
                (true, false) => wanted.push(finalizer),
                (false, true) => wanted.retain(|own| *own != finalizer),
                _ => {}
            }
        }
    }
    let is_same = wanted.iter().copied().eq(object.meta().finalizers.iter().map(|finalizer| &**finalizer));
    (!is_same).then(|| with_finalizers(object, &wanted))
}

/// A stage of a deletion and what it goes by.
struct Stage<'a> {
    observed: &'a Observed,
    declared: &'a Declared,
    application: &'a Application,
    now: Timestamp,
}

impl Stage<'_> {
    fn wait(&self, what: String) -> Plan {
        let plan = Plan { waiting: vec![what], ..Plan::default() };
        plan.wake_at(self.now.checked_add(DELETION_POLL).unwrap_or(self.now), Level::LOWEST)
    }

    fn delete(&self, objects: &[Object], propagation: Propagation, waiting: String) -> Plan {
        let delete = |object: &Object| {
            let write = Write::new(Target::of(object), Change::Delete(propagation));
            self.observed.there(Planned::new(write, Guard::same(object.meta())))
        };
        Plan { writes: objects.iter().map(delete).collect(), ..self.wait(waiting) }
    }

    /// The application's resources, one wave after the other.
    fn cascade(&self, finalizers: &[&str]) -> Plan {
        let Stage { observed, declared, application, now } = *self;
        let object = &declared.object;
        let live = match deletable(observed, application) {
            Ok(live) => live,
            Err(obstacle) => return held_up(declared, application, &obstacle, now),
        };
        // Nobody looks at a hook's outcome any more.
        let is_held = |object: &&Object| object.meta().finalizers.iter().any(|own| **own == *FINALIZER_HOOK);
        let writes: Vec<Planned> = live.iter().filter(is_held).map(|hook| observed.there(release(hook))).collect();
        if !writes.is_empty() {
            return Plan { writes, ..self.wait("hooks that are let go".to_owned()) };
        }
        let policy = application.spec.sync_policy.as_ref();
        let options = policy
            .map_or_else(Options::default, |policy| Options::parse(policy.sync_options.iter().map(String::as_str)).0);
        let due = plan_deletion(&Deletion {
            live: &live,
            itself: &object.key(),
            options: &options,
            deleted_at: self.deleted_at(),
            approved_at: super::request::approved_at(application),
        });
        match due {
            Due::Nothing => released(object, |finalizer| CASCADING.contains(&finalizer)),
            Due::Wait(what) => self.wait(what),
            Due::Delete(objects) => {
                let is_background = finalizers.contains(&FINALIZER_RESOURCES_BACKGROUND);
                let propagation = if is_background { Propagation::Background } else { Propagation::Foreground };
                self.delete(&objects, propagation, format!("deletion of {} objects", objects.len()))
            }
        }
    }

    fn deleted_at(&self) -> Timestamp {
        self.declared.object.meta().deletion_timestamp.unwrap_or(self.now)
    }

    /// Hooks of one type, each ended well before the stage is over.
    fn run_hooks(&self, when: HookType, finalizer: &str) -> Result<Plan, Vec<Query>> {
        let observed = self.observed;
        let desired = match self.hooks()? {
            Ok(desired) => desired,
            Err(plan) => return Ok(plan),
        };
        let live = |key: &Key| self.live(key);
        let hooks = DeletionHooks { when, desired: &desired, live: &live, deleted_at: self.deleted_at() };
        Ok(match plan_delete_hooks(&hooks) {
            HooksDue::Create(hooks) => {
                let create = |hook: &Object| {
                    let write = Write::new(Target::of(hook), Change::Create(hook.clone()));
                    observed.there(Planned::new(write, Guard::Absent))
                };
                let waiting = format!("{when} hooks to be made");
                Plan { writes: hooks.iter().map(create).collect(), ..self.wait(waiting) }
            }
            HooksDue::Wait(what) => self.wait(what),
            HooksDue::Again { failed, message } => {
                let told = held_up(self.declared, self.application, &message, self.now);
                let deletions = self.delete(&failed, Propagation::Foreground, message.clone());
                Plan { writes: deletions.writes, ..told }
            }
            HooksDue::Done => released(&self.declared.object, |own| own == finalizer),
        })
    }

    /// What is left of the hooks of one type.
    fn clean_up(&self, when: HookType, finalizer: &str) -> Result<Plan, Vec<Query>> {
        let desired = match self.hooks()? {
            Ok(desired) => desired,
            Err(plan) => return Ok(plan),
        };
        let live = |key: &Key| self.live(key);
        let hooks = DeletionHooks { when, desired: &desired, live: &live, deleted_at: self.deleted_at() };
        let left = leftover_delete_hooks(&hooks);
        if left.is_empty() {
            return Ok(released(&self.declared.object, |own| own == finalizer));
        }
        Ok(self.delete(&left, Propagation::Foreground, format!("deletion of {} {when} hooks", left.len())))
    }

    /// The hooks as the source names them, or what is to be done as long as that is not known.
    fn hooks(&self) -> Result<Result<Vec<Object>, Plan>, Vec<Query>> {
        let told = |why: &str| {
            let obstacle = format!(
                "hooks of the deletion cannot be told: {why}; to give them up, take the finalizers {FINALIZER_PRE_DELETE} \
                 and {FINALIZER_POST_DELETE} off the application"
            );
            held_up(self.declared, self.application, &obstacle, self.now)
        };
        match contents(&self.observed.spec, Whose::Spec) {
            // A hook is run like anything else: not from what nobody vouches for.
            Contents::Ready(desired) if !desired.distrust.is_empty() => {
                let texts: Vec<&str> = desired.distrust.iter().map(|own| own.message.as_str()).collect();
                Ok(Err(told(&texts.join("; "))))
            }
            Contents::Ready(desired) => {
                let objects = desired.targets.delete_hooks.iter().map(|hook| hook.object.clone());
                Ok(Ok(objects.collect()))
            }
            Contents::Ask(queries) => Err(queries),
            Contents::Wait(what) => Ok(Err(self.wait(what))),
            Contents::Unreachable(failure) => Ok(Err(told(&failure.message))),
            Contents::Wrong(message) => Ok(Err(told(&message))),
        }
    }

    fn live(&self, key: &Key) -> Fetched<Live> {
        match self.observed.live(key) {
            Some(found) => found.map(|live| super::request::with_health(self.observed, live)),
            None if self.observed.may_be_old(key) => Fetched::Unknown("its kind cannot be listed".to_owned()),
            None => Fetched::Absent,
        }
    }
}

/// Why nothing can be said of what is in the application's cluster.
fn unusable(observed: &Observed) -> Option<String> {
    let server = observed.cluster("").server;
    let cause = match (&observed.outage, &observed.served) {
        (Some(outage), _) => outage,
        (None, Fetched::Unknown(cause)) if !observed.cluster_id().is_home() => cause,
        _ => return None,
    };
    Some(format!(
        "the cluster {server} cannot be used, so its objects cannot be deleted: {cause}; to leave them there, delete the \
         Secret that declares the cluster"
    ))
}

fn is_ours(finalizer: &str) -> bool {
    OURS.iter().any(|prefix| finalizer.starts_with(prefix))
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
    let cluster = observed.cluster(project);
    let permitted = |key: &&Key| rules.permits_live(key, cluster);
    let keys = observed.roots.keys().filter(permitted);
    let tracking = &observed.settings.tracking;
    let objects = keys.filter_map(|key| observed.roots.get(key)).map(|root| root.object.clone());
    // A mark that was copied from another object makes nothing the application's.
    let is_own = |object: &Object| tracking.is_self_referenced(Some(object.meta()), None);
    // Hooks of the deletion itself go with a stage of their own.
    Ok(objects.filter(|object| is_own(object) && delete_hook_types(object.meta()).is_empty()).collect())
}

/// Some finalizers go, and with the last one the application.
fn released(object: &Object, goes: impl Fn(&str) -> bool) -> Plan {
    let all = object.meta().finalizers.iter().map(|finalizer| &**finalizer);
    let kept: Vec<&str> = all.filter(|finalizer| !goes(finalizer)).collect();
    with_finalizers(object, &kept)
}

fn with_finalizers(object: &Object, finalizers: &[&str]) -> Plan {
    let body = json!({"metadata": {"finalizers": finalizers}});
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
