//! The operation of an application: begun, stepped, retried, ended; by request or by itself.

use super::assess::{Assessment, Ground};
use super::contents::{Contents, Desired, contents};
use super::request::{live_hooks, request, resources};
use super::results::{from_wire, to_wire};
use super::status::{images_of, runs_containers};
use crate::decided::OperationStep;
use crate::observed::{Gathered, Query, Signed, Whose};
use api::names::{CONDITION_COMPARISON_ERROR, CONDITION_INVALID_SPEC_ERROR, CONDITION_SHARED_RESOURCE_WARNING};
use api::{
    Application, ApplicationCondition, ApplicationStatus, Operation, OperationPhase, OperationState, SyncOperation,
    SyncOperationResult, Time,
};
use budget::Budget;
use jiff::Timestamp;
use object::{Key, Object};
use std::collections::BTreeMap;
use std::sync::Arc;
use sync::{Attempts, Input, Step, TIMED_OUT, Turn, is_overdue, record, remember, retried, step, terminate, turn};

/// Compat: upstream's words.
const NO_LOCAL: &str = "Cannot use local manifests when source integrity is enforced";

/// What is due for the operation.
#[derive(Debug, Clone)]
pub enum Due {
    /// There is none.
    Nothing,
    /// It must be known first.
    Ask(Vec<Query>),
    /// It stands like this, and writes nothing now.
    Stands {
        /// Its state.
        state: Box<OperationState>,
        /// When to look again.
        wake: Option<Timestamp>,
        /// What is waited for.
        waiting: Option<String>,
    },
    /// It writes.
    Writes(Box<OperationStep>),
}

/// The operation that is under way or asked for, with its state, brought to this moment: begun, retried, overdue.
#[must_use]
pub fn current(
    application: &Application,
    limit: Option<jiff::SignedDuration>,
    now: Timestamp,
) -> Option<OperationState> {
    let recorded = application.status.operation_state.as_ref().filter(|state| !state.phase.is_completed());
    match (recorded, &application.operation) {
        (None, None) => None,
        (None, Some(operation)) => Some(begin(operation.clone(), now)),
        (Some(state), _) if is_overdue(state, limit, now) => Some(OperationState {
            phase: OperationPhase::Terminating,
            message: TIMED_OUT.to_owned(),
            finished_at: None,
            ..state.clone()
        }),
        (Some(state), _) => Some(match turn(Some(state), now) {
            Turn::Retry => retried(state),
            _ => state.clone(),
        }),
    }
}

/// The state of an operation that begins.
#[must_use]
pub fn begin(operation: Operation, now: Timestamp) -> OperationState {
    OperationState {
        operation,
        phase: OperationPhase::Running,
        started_at: Time::new(now),
        ..OperationState::default()
    }
}

/// What an operation works on.
pub struct Work<'a> {
    /// What it goes by.
    pub ground: &'a Ground<'a>,
    /// Its sources.
    pub gathered: &'a Gathered,
    /// What was found of them already, where they are the spec's.
    pub found: Option<(&'a Desired, &'a Assessment)>,
    /// Whose sources these are.
    pub whose: Whose,
    /// The time.
    pub now: Timestamp,
}

impl Work<'_> {
    /// What is due for an operation in this state. `status` is what the Application's will be but for the operation.
    #[must_use]
    pub fn due(&self, state: OperationState, status: &ApplicationStatus) -> Due {
        if let Turn::WaitUntil(at) = turn(Some(&state), self.now) {
            return stands(state, Some(at), Some("the next try of the operation".to_owned()));
        }
        let Some(sync) = state.operation.sync.clone() else {
            return self.ended(state, OperationPhase::Error, "Invalid operation request: no operation specified");
        };
        if !sync.manifests.is_empty() {
            if self.gathered.sources.iter().any(|source| !matches!(source.signed, Signed::Undemanded)) {
                return self.ended(state, OperationPhase::Error, NO_LOCAL);
            }
            return self.local(state, &sync, status);
        }
        match self.found {
            Some((desired, assessment)) => self.step(state, &sync, desired, assessment, status),
            None => match contents(self.gathered, self.whose) {
                Contents::Ready(desired) => {
                    let assessment = self.ground.assess(&desired.targets, &BTreeMap::new());
                    let lookups = self.ground.missing_lookups(&desired.targets);
                    if !lookups.is_empty() {
                        return Due::Ask(vec![Query::Live(lookups)]);
                    }
                    self.step(state, &sync, &desired, &assessment, status)
                }
                Contents::Ask(queries) => Due::Ask(queries),
                Contents::Wait(what) => stands(state, None, Some(what)),
                Contents::Unreachable(failure) => self.ended(
                    state,
                    OperationPhase::Error,
                    &format!("Failed to load target state: {}", failure.message),
                ),
                Contents::Wrong(message) => {
                    self.ended(state, OperationPhase::Error, &format!("Failed to load target state: {message}"))
                }
            },
        }
    }

    /// The next step of a sync of manifests that somebody handed in instead of the source's.
    fn local(&self, state: OperationState, sync: &SyncOperation, status: &ApplicationStatus) -> Due {
        let mut manifests = Vec::new();
        for (index, text) in sync.manifests.iter().enumerate() {
            match local_manifest(text) {
                Ok(manifest) => manifests.push(manifest),
                Err(why) => {
                    let message = format!("operation.sync.manifests[{index}]: {why}");
                    return self.ended(state, OperationPhase::Error, &message);
                }
            }
        }
        let found = match self.found {
            Some((desired, _)) => Contents::Ready(desired.clone()),
            None => contents(self.gathered, self.whose),
        };
        let Contents::Ready(mut desired) = found else {
            return stands(state, None, Some("the sources of the application".to_owned()));
        };
        desired.targets = Arc::new(self.ground.targets(manifests));
        let lookups = self.ground.missing_lookups(&desired.targets);
        if !lookups.is_empty() {
            return Due::Ask(vec![Query::Live(lookups)]);
        }
        let assessment = self.ground.assess(&desired.targets, &BTreeMap::new());
        self.step(state, sync, &desired, &assessment, status)
    }

    fn step(
        &self,
        state: OperationState,
        sync: &SyncOperation,
        desired: &Desired,
        assessment: &Assessment,
        status: &ApplicationStatus,
    ) -> Due {
        let mut state = with_result(state, sync, desired, self.ground.application);
        if let Some(message) = obstacle(desired, assessment, sync) {
            return self.ended(state, OperationPhase::Error, &message);
        }
        if let Err(message) = &self.ground.observed.act_as {
            return self.ended(state, OperationPhase::Error, message);
        }
        let results: Vec<_> = state.sync_result.iter().flat_map(|result| &result.resources).map(from_wire).collect();
        let request = request(self.ground, &state, sync, desired.revisions.first().map_or("", String::as_str));
        let resources = resources(self.ground, assessment, &desired.targets, &request.options);
        let hooks = live_hooks(self.ground, &BTreeMap::new());
        let notes = self.ground.observed.memory.notes();
        let last_write = notes.last_write.filter(|(of, _)| *of == state.started_at).map(|(_, at)| at);
        drop(notes);
        let input = Input {
            resources: &resources,
            hooks: &hooks,
            request: &request,
            results: &results,
            attempts: &Attempts::new(),
            last_write,
            now: self.now,
        };
        let is_terminating = state.phase == OperationPhase::Terminating;
        let Step { phase, message, results: reached, actions, wake } =
            if is_terminating { terminate(&input) } else { step(&input) };
        // An operation that has ended and has hooks to clean up ends once they are.
        if actions.is_empty() {
            set_results(&mut state, &reached, &resources);
            record(&mut state, phase, &message, self.now);
            let waiting = (!phase.is_completed()).then_some(message);
            return stands(state, wake, waiting);
        }
        // What was said of a cluster that does not answer holds until it does.
        let message = if state.message.starts_with(&*message) { state.message.clone() } else { message };
        let mut running = status.clone();
        running.operation_state = Some(OperationState { message: message.clone(), ..state.clone() });
        Due::Writes(Box::new(OperationStep {
            state,
            request,
            resources,
            hooks,
            results,
            actions,
            first: 0,
            status: running,
        }))
    }

    fn ended(&self, mut state: OperationState, phase: OperationPhase, message: &str) -> Due {
        record(&mut state, phase, message, self.now);
        stands(state, None, None)
    }
}

fn stands(state: OperationState, wake: Option<Timestamp>, waiting: Option<String>) -> Due {
    Due::Stands { state: Box::new(state), wake, waiting }
}

/// The state after these results, and what the operation's end leaves in the history.
pub fn conclude_step(
    operation: &OperationStep,
    attempts: &Attempts,
    resources: &[sync::Resource],
    hooks: &sync::LiveHooks,
    now: Timestamp,
) -> OperationState {
    let input = Input {
        resources,
        hooks,
        request: &operation.request,
        results: &operation.results,
        attempts,
        last_write: None,
        now,
    };
    let mut state = operation.state.clone();
    let is_terminating = state.phase == OperationPhase::Terminating;
    let reached = if is_terminating { terminate(&input) } else { step(&input) };
    set_results(&mut state, &reached.results, resources);
    // What is still to be written is the next pass's.
    let phase = if reached.actions.is_empty() || !reached.phase.is_completed() {
        reached.phase
    } else {
        OperationPhase::Running
    };
    record(&mut state, phase, &reached.message, now);
    state
}

/// Puts the operation's state into the status; one that ended well goes into the history.
pub fn settle(status: &mut ApplicationStatus, state: OperationState, application: &Application, now: Timestamp) {
    // Times are whole seconds: two operations within one of them are told apart by what was asked for.
    let is_known = status.operation_state.as_ref().is_some_and(|known| {
        let is_same_time = known.started_at == state.started_at && known.finished_at == state.finished_at;
        known.phase.is_completed() && is_same_time && known.operation == state.operation
    });
    if !is_known {
        remember(&mut status.history, &state, application.spec.history_limit(), Time::new(now));
    }
    status.operation_state = Some(state);
}

fn set_results(state: &mut OperationState, results: &[sync::TaskResult], resources: &[sync::Resource]) {
    let Some(result) = &mut state.sync_result else { return };
    let images = |key: &Key| {
        let resource = resources.iter().find(|resource| resource.key == *key)?;
        let target = resource.target.as_ref().filter(|_| runs_containers(&key.kind))?;
        Some(images_of(target))
    };
    let with_images = |own: &sync::TaskResult| {
        let images = images(&own.id.key).unwrap_or_default();
        api::ResourceResult { images, ..to_wire(own) }
    };
    result.resources = results.iter().map(with_images).collect();
}

/// A manifest as a client hands it in: one object, as JSON or YAML.
fn local_manifest(text: &str) -> Result<Object, String> {
    let read = yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, &mut Budget::default());
    let value = read.map_err(|error| error.to_string())?;
    Object::from_value(&value).map_err(|error| error.to_string())
}

/// The state with the concrete revisions and sources it works on.
fn with_result(
    mut state: OperationState,
    sync: &SyncOperation,
    desired: &Desired,
    application: &Application,
) -> OperationState {
    if state.sync_result.is_some() {
        return state;
    }
    let spec = &application.spec;
    let is_many = if sync.source.is_none() && sync.sources.is_empty() {
        spec.has_multiple_sources()
    } else {
        !sync.sources.is_empty()
    };
    let sources: Vec<_> = if is_many && !sync.sources.is_empty() {
        sync.sources.clone()
    } else if let Some(source) = &sync.source {
        vec![source.clone()]
    } else {
        spec.effective_sources().into_iter().map(std::borrow::Cow::into_owned).collect()
    };
    let managed = spec.sync_policy.as_ref().and_then(|policy| policy.managed_namespace_metadata.clone());
    let mut result = SyncOperationResult { managed_namespace_metadata: managed, ..SyncOperationResult::default() };
    if is_many {
        (result.sources, result.revisions) = (sources, desired.revisions.clone());
    } else {
        (result.source, result.revision) =
            (sources.into_iter().next(), desired.revisions.first().cloned().unwrap_or_default());
    }
    state.sync_result = Some(result);
    state
}

/// What keeps the operation from being carried out at all.
fn obstacle(desired: &Desired, assessment: &Assessment, sync: &SyncOperation) -> Option<String> {
    let conditions = || {
        let all = desired.targets.conditions.iter().chain(&assessment.pairs.conditions);
        all.chain(&assessment.comparison.conditions).chain(&desired.distrust)
    };
    let of = |types: &[&str]| -> Vec<&ApplicationCondition> {
        conditions().filter(|condition| types.contains(&condition.condition_type.as_str())).collect()
    };
    let errors = of(&[CONDITION_COMPARISON_ERROR, CONDITION_INVALID_SPEC_ERROR]);
    if !errors.is_empty() {
        let texts: Vec<String> = errors.iter().map(|error| error.message.clone()).collect();
        return Some(texts.join("; "));
    }
    let shared = of(&[CONDITION_SHARED_RESOURCE_WARNING]);
    let fails = super::results::options(sync).fail_on_shared;
    shared.first().filter(|_| fails).map(|first| format!("Shared resource found: {}", first.message))
}

/// The sources of an operation and the revisions to read them at, where they may differ from the spec's.
#[must_use]
pub fn operation_sources(application: &Application) -> Option<Vec<(api::ApplicationSource, String)>> {
    let recorded = application.status.operation_state.as_ref().filter(|state| !state.phase.is_completed());
    let operation = recorded.map(|state| &state.operation).or(application.operation.as_ref())?;
    let sync = operation.sync.as_ref()?;
    // Once begun, an operation works on what it resolved then, unless a retry is to take what is newest.
    let takes_newest = recorded.is_some_and(|state| state.finished_at.is_some() && state.operation.retry.refresh);
    let resolved = recorded.filter(|_| !takes_newest).and_then(|state| state.sync_result.as_ref());
    let asked = Some(sync).filter(|_| !takes_newest);
    let sources: Vec<api::ApplicationSource> = if !sync.sources.is_empty() {
        sync.sources.clone()
    } else if let Some(source) = &sync.source {
        vec![source.clone()]
    } else {
        application.spec.effective_sources().into_iter().map(std::borrow::Cow::into_owned).collect()
    };
    let revision = |index: usize, source: &api::ApplicationSource| -> String {
        let pinned = [
            resolved.and_then(|result| result.revisions.get(index)),
            resolved.filter(|_| index == 0).map(|result| &result.revision),
            asked.and_then(|sync| sync.revisions.get(index)),
            asked.filter(|_| index == 0).map(|sync| &sync.revision),
            Some(&source.target_revision),
        ];
        pinned.into_iter().flatten().find(|revision| !revision.is_empty()).cloned().unwrap_or_default()
    };
    Some(sources.iter().enumerate().map(|(index, source)| (source.clone(), revision(index, source))).collect())
}
