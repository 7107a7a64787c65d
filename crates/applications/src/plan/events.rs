//! What people are told: changes of status, operations that began or ended. Told when they are seen on the object, so
//! that what is told has happened.

use crate::memory::Told;
use crate::observed::Declared;
use api::{Application, OperationPhase, OperationState};
use cluster::{ClusterId, Target};
use controller::{Event, Severity};

/// The statuses of an application, to tell news from.
#[must_use]
pub fn told(application: &Application) -> Told {
    let state = application.status.operation_state.as_ref();
    Told {
        sync: application.status.sync_code(),
        health: application.status.health_code(),
        operation: state.map(|state| (state.started_at, state.finished_at.filter(|_| state.phase.is_completed()))),
    }
}

/// What is new since `before`.
#[must_use]
pub fn news(declared: &Declared, application: &Application, before: &Told) -> Vec<Event> {
    let now = told(application);
    let mut events = Vec::new();
    let mut tell = |severity, reason: &str, message: String, dedupe: String| {
        events.push(Event {
            cluster: ClusterId::home(),
            regarding: Target::of(&declared.object),
            uid: declared.object.meta().uid.clone(),
            severity,
            reason: reason.into(),
            message,
            dedupe: dedupe.into(),
        });
    };
    let revision = application.status.sync.as_ref().map(|sync| sync.revision.clone()).unwrap_or_default();
    if now.sync != before.sync {
        let message = format!("Updated sync status: {} -> {}", before.sync, now.sync);
        tell(Severity::Normal, "ResourceUpdated", message.clone(), format!("{message} {revision}"));
    }
    if now.health != before.health {
        let message = format!("Updated health status: {} -> {}", before.health, now.health);
        tell(Severity::Normal, "ResourceUpdated", message.clone(), message);
    }
    let Some(state) = application.status.operation_state.as_ref() else { return events };
    let (started, ended) = (Some(state.started_at), now.operation.and_then(|(_, ended)| ended));
    if before.operation.map(|(started, _)| started) != started {
        tell(Severity::Normal, "OperationStarted", started_message(state), state.started_at.to_string());
    }
    if ended.is_some() && before.operation.and_then(|(of, ended)| ended.filter(|_| Some(of) == started)) != ended {
        let severity = if state.phase.is_successful() { Severity::Normal } else { Severity::Warning };
        tell(severity, "OperationCompleted", completed_message(state), state.started_at.to_string());
    }
    events
}

fn started_message(state: &OperationState) -> String {
    let initiator = &state.operation.initiated_by;
    let revision = revision(state);
    if initiator.automated {
        return format!("Initiated automated sync to '{revision}'");
    }
    let who = if initiator.username.is_empty() { String::new() } else { format!("{} ", initiator.username) };
    format!("{who}initiated sync to '{revision}'")
}

fn completed_message(state: &OperationState) -> String {
    let partial = state.operation.sync.as_ref().is_some_and(|sync| !sync.resources.is_empty());
    let what = if partial { "Partial sync operation" } else { "Sync operation" };
    let revision = revision(state);
    match state.phase {
        OperationPhase::Succeeded => format!("{what} to {revision} succeeded"),
        _ => format!("{what} to {revision} failed: {}", state.message),
    }
}

fn revision(state: &OperationState) -> String {
    let result = state.sync_result.as_ref();
    let of_result = result
        .map(|result| if result.revisions.is_empty() { result.revision.clone() } else { result.revisions.join(", ") });
    let of_request = state.operation.sync.as_ref().map(|sync| sync.revision.clone());
    of_result.filter(|revision| !revision.is_empty()).or(of_request).unwrap_or_default()
}
