//! What is to be done for an application, decided from what was observed. Pure.
//!
//! Start reading at [`decide`]: it is the list of questions, in order; each has a file of its own.

pub mod assess;
mod contents;
mod deletion;
pub mod events;
pub mod gate;
pub mod hold;
pub mod operation;
mod patch;
mod request;
mod results;
mod status;
mod status_write;
mod writes;

pub use contents::{Contents, Desired, contents};
pub use operation::operation_sources;
pub use patch::merge_patch;
pub use results::{from_wire, to_wire};

use crate::decided::{Decided, OperationStep};
use crate::level::{CHANGED, RENAMED};
use crate::memory::Settled;
use crate::observed::{Declared, Observed, Query, Whose};
use crate::project::default_project;
use api::names::{ANNOTATION_REFRESH, ANNOTATION_SKIP_RECONCILE};
use api::{Application, ApplicationStatus, SyncStatusCode};
use assess::{Assessment, Ground};
use controller::{Done, Guard, Plan, Planned};
use gate::{Gate, gate};
use jiff::{SignedDuration, Timestamp};
use object::{Fetched, Key, Object};
use operation::{Due, Work, begin, conclude_step, current, settle};
use status::{Draft, Grounds};
use status_write::{AlsoRemove, status_write};
use std::collections::BTreeMap;
use sync::{Attempt, Attempts, Content, Decision, Situation, decide_automatic_sync};

/// How soon an operation that writes is looked at again if nobody tells that something changed.
const OPERATION_POLL: SignedDuration = SignedDuration::from_secs(5);

/// How long a cluster may neither make nor refuse an operation's writes before that counts as refused: an API server is
/// started anew in less.
const UNANSWERED_MAX: SignedDuration = SignedDuration::from_secs(60);

/// Decides what is to be done, or what must be known first.
///
/// # Errors
/// What must be known first.
pub fn decide(observed: &Observed, now: Timestamp) -> Result<Decided, Vec<Query>> {
    let declared = match &observed.application {
        Fetched::Known(declared) => declared,
        Fetched::Absent => return Ok(Decided::plain(Plan::default())),
        Fetched::Unknown(cause) => return Ok(waiting(format!("the application: {cause}"))),
    };
    let application = match &declared.application {
        Ok(application) => application,
        Err(problem) => return Ok(Decided::plain(status::unreadable(declared, problem, now))),
    };
    if application.annotation(ANNOTATION_SKIP_RECONCILE) == Some("true") {
        return Ok(Decided::plain(Plan::default()));
    }
    if let Some(why) = &observed.stands_back {
        return Ok(waiting(why.clone()));
    }
    let told = observed.told().map(|before| events::news(declared, application, before)).unwrap_or_default();
    let mut decided = if declared.object.meta().is_terminating() {
        deletion::decide_deletion(observed, declared, application, now)?
    } else {
        reconcile(observed, declared, application, now)?
    };
    if let Some(at) = observed.retry() {
        decided.plan = decided.plan.wake_at(at, CHANGED);
    }
    decided.plan.events = told;
    Ok(decided)
}

fn waiting(what: String) -> Decided {
    Decided::plain(Plan { waiting: vec![what], ..Plan::default() })
}

/// An application that is there to stay: compared, and synced where that is due.
fn reconcile(
    observed: &Observed,
    declared: &Declared,
    application: &Application,
    now: Timestamp,
) -> Result<Decided, Vec<Query>> {
    let rules = match gate(observed, application) {
        Gate::Open(rules) => rules,
        Gate::Wait(what) => return Ok(waiting(what)),
        Gate::NoDefaultProject => {
            let writes = vec![default_project(&observed.settings.namespace)];
            return Ok(Decided::plain(Plan {
                writes,
                waiting: vec!["the default project".to_owned()],
                ..Plan::default()
            }));
        }
        Gate::Closed(conditions) => {
            let draft = Draft::closed(observed, application, conditions, now);
            return Ok(Decided::plain(draft.plan(declared, application)));
        }
    };
    if let Some(outage) = &observed.outage {
        let draft = Draft::cut_off(observed, application, outage, now);
        return Ok(Decided::plain(draft.plan(declared, application)));
    }
    let served = match &observed.served {
        Fetched::Known(served) => served,
        Fetched::Absent => return Ok(waiting("the kinds the cluster serves".to_owned())),
        Fetched::Unknown(cause) => return Ok(waiting(format!("the kinds the cluster serves: {cause}"))),
    };
    let desired = match contents(&observed.spec, Whose::Spec) {
        Contents::Ready(desired) => desired,
        Contents::Ask(queries) => return Err(queries),
        Contents::Wait(what) => return Ok(waiting(what)),
        Contents::Unreachable(failure) => {
            let draft = Draft::unreachable(observed, application, &failure, now);
            return Ok(Decided::plain(draft.plan(declared, application)));
        }
        Contents::Wrong(message) => {
            let draft = Draft::wrong(observed, application, &message, now);
            return Ok(Decided::plain(draft.plan(declared, application)));
        }
    };
    if let Some(plan) = deletion::finalizers_due(declared, &desired.targets) {
        return Ok(Decided::plain(plan));
    }
    if let Some(plan) = renamed(observed, declared, application, &desired) {
        return Ok(Decided::plain(plan));
    }
    let ground = Ground { application, rules: &rules, served, observed };
    let lookups = ground.missing_lookups(&desired.targets);
    if !lookups.is_empty() {
        return Err(vec![Query::Live(lookups)]);
    }
    let predictions = ground.missing_predictions(&desired.targets);
    if !predictions.is_empty() {
        return Err(vec![Query::Predict(predictions)]);
    }
    compared(&ground, declared, &desired, now)
}

/// A commit that touched nothing of this application: its revision gets the new name, and that is all.
fn renamed(observed: &Observed, declared: &Declared, application: &Application, desired: &Desired) -> Option<Plan> {
    let settled = observed.memory.notes().settled.clone()?;
    let is_same = settled.contents == desired.numbers && settled.spec == application.spec;
    let is_quiet = observed.level == RENAMED && application.operation.is_none() && !is_running(application);
    let wants_refresh = application.annotation(ANNOTATION_REFRESH).is_some();
    if !is_same
        || !is_quiet
        || wants_refresh
        || desired.stale.is_some()
        || desired.awaited.is_some()
        || !desired.distrust.is_empty()
    {
        return None;
    }
    let mut status = application.status.clone();
    let sync = status.sync.as_mut()?;
    status::set_revisions(sync, application, &desired.revisions);
    let guard = Guard::unchanged(declared.object.meta());
    let write = status_write(&declared.object, &application.status, &status, AlsoRemove::default(), guard);
    Some(Plan { status: write, ..Plan::default() })
}

fn is_running(application: &Application) -> bool {
    application.status.operation_state.as_ref().is_some_and(|state| !state.phase.is_completed())
}

/// Desired and live are known: compare, then sync where that is due.
fn compared(
    ground: &Ground<'_>,
    declared: &Declared,
    desired: &Desired,
    now: Timestamp,
) -> Result<Decided, Vec<Query>> {
    let (observed, application) = (ground.observed, ground.application);
    let assessment = ground.assess(&desired.targets, &BTreeMap::new());
    let mut draft = Draft::compared(observed, application, &Grounds { desired, assessment: &assessment }, now);
    let due = match current(application, observed.settings.operation_limit, now) {
        Some(state) => match hold::running(ground, &state, now).filter(|_| !is_terminating(&state)) {
            Some(hold) => held(state, &hold),
            None => operate(ground, desired, &assessment, state, &draft.status, now),
        },
        None => automatic(ground, desired, &assessment, &mut draft, now),
    };
    match due {
        Due::Ask(queries) => Err(queries),
        Due::Nothing => {
            let plan = draft.plan(declared, application);
            note_settled(observed, application, desired, &plan);
            Ok(Decided::plain(plan))
        }
        Due::Stands { state, wake, waiting } => {
            let ended = state.phase.is_completed();
            settle(&mut draft.status, *state, application, now);
            draft.also.operation = ended && application.operation.is_some();
            let mut plan = draft.plan(declared, application);
            plan.waiting.extend(waiting);
            Ok(Decided::plain(match wake {
                Some(at) => plan.wake_at(at, CHANGED),
                None => plan,
            }))
        }
        Due::Writes(step) => Ok(writing(ground, declared, *step, &draft, now)),
    }
}

fn is_terminating(state: &api::OperationState) -> bool {
    state.phase == api::OperationPhase::Terminating
}

/// An operation that a window of the project stopped: it says so, and goes on when the window lets it.
fn held(mut state: api::OperationState, hold: &hold::Hold) -> Due {
    let text = hold.text();
    state.message = format!("Sync operation blocked by sync window: {text}");
    Due::Stands { state: Box::new(state), wake: hold.until, waiting: Some(text) }
}

fn note_settled(observed: &Observed, application: &Application, desired: &Desired, plan: &Plan) {
    let settled = Settled { contents: desired.numbers.clone(), spec: application.spec.clone() };
    observed.memory.notes().settled = (plan.status.is_none() && plan.waiting.is_empty()).then_some(settled);
}

fn operate(
    ground: &Ground<'_>,
    desired: &Desired,
    assessment: &Assessment,
    state: api::OperationState,
    status: &ApplicationStatus,
    now: Timestamp,
) -> Due {
    let observed = ground.observed;
    let own = observed.operation.as_ref().filter(|own| own.numbers() != desired.numbers || own.targets.is_none());
    match own {
        Some(gathered) => Work { ground, gathered, found: None, whose: Whose::Operation, now }.due(state, status),
        None => {
            let found = Some((desired, assessment));
            Work { ground, gathered: &observed.spec, found, whose: Whose::Spec, now }.due(state, status)
        }
    }
}

/// Whether the application syncs by itself, and how far that gets.
fn automatic(
    ground: &Ground<'_>,
    desired: &Desired,
    assessment: &Assessment,
    draft: &mut Draft,
    now: Timestamp,
) -> Due {
    let application = ground.application;
    // What nobody vouches for would be refused; a new commit, key or rule is looked at anew.
    if !desired.distrust.is_empty() {
        return Due::Nothing;
    }
    let status = &application.status;
    let synced = status.operation_state.as_ref().and_then(|state| state.sync_result.as_ref());
    let is_same = synced.is_some() && is_content_synced(ground.observed, application, desired);
    let situation = Situation {
        spec: &application.spec,
        sync: assessment.sync(),
        resources: &draft.status.resources,
        revisions: &desired.revisions,
        content: if is_same { Content::SameAsSynced } else { Content::MayDiffer },
        last: status.operation_state.as_ref(),
        was_deployed: !status.history.is_empty(),
        now,
    };
    match decide_automatic_sync(&situation) {
        Decision::No => Due::Nothing,
        Decision::Refused(message) => {
            draft.refuse(message, now);
            Due::Nothing
        }
        Decision::NotBefore(at) => {
            draft.wake(at, "the next repair".to_owned());
            Due::Nothing
        }
        Decision::Sync(operation) => {
            if let Some(hold) = hold::automatic(ground, now) {
                draft.hold(&hold, now);
                return Due::Nothing;
            }
            let found = Some((desired, assessment));
            let work = Work { ground, gathered: &ground.observed.spec, found, whose: Whose::Spec, now };
            work.due(begin(*operation, now), &draft.status)
        }
    }
}

/// Whether what is desired now is what the last comparison found under the revision that was synced.
fn is_content_synced(observed: &Observed, application: &Application, desired: &Desired) -> bool {
    let settled = observed.memory.notes().settled.clone();
    let state = application.status.operation_state.as_ref();
    let is_settled = settled.is_some_and(|settled| settled.contents == desired.numbers);
    is_settled
        && state.is_some_and(|state| state.phase.is_completed())
        && application.status.sync_code() == SyncStatusCode::Synced
}

/// The plan of an operation's step: a record that it runs, where that must survive, then its writes, then the status.
fn writing(
    ground: &Ground<'_>,
    declared: &Declared,
    mut step: OperationStep,
    draft: &Draft,
    now: Timestamp,
) -> Decided {
    let application = ground.application;
    let guard = Guard::unchanged(declared.object.meta());
    // A first sync is begun anew after a crash, for the application was never deployed; any other must leave a trace,
    // lest a deployment be missing from the history. What is asked for in `operation` is a trace itself.
    let is_first = application.status.history.is_empty() && application.status.operation_state.is_none();
    let needs_trace = !is_first && application.operation.is_none();
    let also = AlsoRemove { refresh: draft.also.refresh, operation: false };
    let trace = status_write(&declared.object, &application.status, &step.status, also, guard).filter(|_| needs_trace);
    if trace.is_none() {
        step.status = application.status.clone();
    }
    let mut writes: Vec<Planned> = trace.into_iter().collect();
    step.first = writes.len();
    writes.extend(writes::writes(&step.actions, &step.request, ground.observed, 1));
    let wake = now.checked_add(OPERATION_POLL).unwrap_or(now);
    let plan = Plan { writes, waiting: vec!["the writes of the operation".to_owned()], ..Plan::default() };
    Decided { plan: plan.wake_at(wake, CHANGED), step: Some(step) }
}

/// The status after a plan's writes: what came of them is in it.
#[must_use]
pub fn conclude(observed: &Observed, plan: &Plan, done: &[Done], now: Timestamp) -> Option<Planned> {
    let decided = observed.decided.get()?;
    let Some(step) = &decided.step else { return plan.status.clone() };
    let (Fetched::Known(declared), Fetched::Known(Ok(rules)), Fetched::Known(served)) =
        (&observed.application, &observed.project, &observed.served)
    else {
        return None;
    };
    let application = declared.application.as_ref().ok()?;
    conclude_writes(&Ground { application, rules, served, observed }, declared, step, done, now)
}

fn conclude_writes(
    ground: &Ground<'_>,
    declared: &Declared,
    step: &OperationStep,
    done: &[Done],
    now: Timestamp,
) -> Option<Planned> {
    let (observed, application) = (ground.observed, ground.application);
    let (attempts, changed, trouble) = outcomes(step, done, patience(observed, step, now));
    if !attempts.is_empty() {
        observed.memory.notes().last_write = Some((step.state.started_at, now));
    }
    note_trouble(observed, step, trouble.is_some(), now);
    let resources: Vec<sync::Resource> =
        step.resources.iter().map(|resource| updated(ground.observed, resource, &changed)).collect();
    let hooks = request::live_hooks(ground, &changed);
    let mut state = conclude_step(step, &attempts, &resources, &hooks, now);
    if let Some(trouble) = trouble.filter(|_| !state.phase.is_completed()) {
        state.message = format!("{}; tried again: {trouble}", state.message);
    }
    let mut draft = match contents(&observed.spec, Whose::Spec) {
        Contents::Ready(desired) => {
            let assessment = ground.assess(&desired.targets, &changed);
            Draft::compared(observed, application, &Grounds { desired: &desired, assessment: &assessment }, now)
        }
        _ => Draft::unchanged(observed, &step.status),
    };
    let ended = state.phase.is_completed();
    draft.status.operation_state.clone_from(&step.status.operation_state);
    settle(&mut draft.status, state, application, now);
    let also = AlsoRemove {
        operation: ended && application.operation.is_some(),
        refresh: draft.also.refresh && step.first == 0,
    };
    let guard = if step.first == 0 { Guard::unchanged(declared.object.meta()) } else { Guard::After(0) };
    status_write(&declared.object, &step.status, &draft.status, also, guard)
}

/// Whether the cluster may still leave a write of the operation undecided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Patience {
    Left,
    Over,
}

fn patience(observed: &Observed, step: &OperationStep, now: Timestamp) -> Patience {
    let since = observed.memory.notes().unanswered.filter(|(of, _)| *of == step.state.started_at);
    match since {
        Some((_, since)) if now.duration_since(since) >= UNANSWERED_MAX => Patience::Over,
        _ => Patience::Left,
    }
}

fn note_trouble(observed: &Observed, step: &OperationStep, is_trouble: bool, now: Timestamp) {
    let started_at = step.state.started_at;
    let mut notes = observed.memory.notes();
    let known = notes.unanswered.filter(|(of, _)| *of == started_at);
    notes.unanswered = is_trouble.then(|| known.unwrap_or((started_at, now)));
}

/// What came of the step's writes: for the engine, as live objects, and what is undecided first of all.
fn outcomes(
    step: &OperationStep,
    done: &[Done],
    patience: Patience,
) -> (Attempts, BTreeMap<Key, Fetched<Object>>, Option<String>) {
    let mut attempts = Attempts::new();
    let mut changed = BTreeMap::new();
    let mut trouble = None;
    for done in done.iter().filter(|done| done.index >= step.first) {
        let Some(action) = step.actions.get(done.index - step.first) else { continue };
        match &done.result {
            // Handed over: what is applied next counts.
            Ok(_) if matches!(action, sync::Action::Adopt { .. }) => {}
            Ok(written) => {
                let word = written.effect.word().to_owned();
                if let Some(task) = action.task() {
                    // A task whose fields could not be handed over has failed, although it was applied.
                    attempts.entry(task.clone()).or_insert(Attempt::Done(word));
                }
                let (key, live) = after(action, written);
                changed.insert(key, live);
            }
            Err(error) if error.class == cluster::ErrorClass::NotSent => {}
            Err(error) if is_undecided(error.class) && patience == Patience::Left => {
                trouble.get_or_insert_with(|| format!("{}: {error}", done.target));
            }
            Err(error) => {
                attempts.extend(action.task().map(|task| (task.clone(), Attempt::Refused(refusal(action, error)))));
            }
        }
    }
    (attempts, changed, trouble)
}

/// What is said of a write that was refused.
fn refusal(action: &sync::Action, error: &cluster::ClusterError) -> String {
    let message = &error.message;
    match action {
        sync::Action::Adopt { task, .. } => {
            let Key { group, kind, namespace, name } = &task.key;
            let namespace = namespace.as_deref().unwrap_or_default();
            let object = format!("{group}/{kind}/{namespace}/{name}");
            format!("Failed to perform client-side apply migration for {object}: {message}")
        }
        _ => message.clone(),
    }
}

/// Whether a failed write says nothing about the object: the next pass tries it again.
fn is_undecided(class: cluster::ErrorClass) -> bool {
    use cluster::ErrorClass::{AlreadyExists, Conflict, ServerError, TimedOut, TooManyRequests, Unreachable};
    matches!(class, AlreadyExists | Conflict | ServerError | TimedOut | TooManyRequests | Unreachable)
}

fn after(action: &sync::Action, written: &cluster::Written) -> (Key, Fetched<Object>) {
    let object = written.object.clone();
    match action {
        sync::Action::Apply { task, .. } | sync::Action::Adopt { task, .. } => {
            (task.key.clone(), object.map_or(Fetched::Absent, Fetched::Known))
        }
        sync::Action::ReleaseHook { live } => (live.key(), object.map_or(Fetched::Absent, Fetched::Known)),
        sync::Action::Prune { live, .. } | sync::Action::DeleteHook { live } => {
            let going = object.filter(|object| object.meta().is_terminating());
            (live.key(), going.map_or(Fetched::Absent, Fetched::Known))
        }
    }
}

fn updated(observed: &Observed, resource: &sync::Resource, changed: &BTreeMap<Key, Fetched<Object>>) -> sync::Resource {
    let Some(answer) = changed.get(&resource.key) else { return resource.clone() };
    // A prune is a task as long as something is there to prune: what it was is kept.
    if resource.target.is_none() && matches!(answer, Fetched::Absent) {
        return resource.clone();
    }
    let live = answer.clone().map(|live| request::with_health(observed, live));
    sync::Resource { live, differs: false, ..resource.clone() }
}
