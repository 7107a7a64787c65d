//! What happened, the newest first: deployments, operations, conditions, and the events of the cluster.

use api::{Application, OperationPhase, OperationState};
use jiff::Timestamp;
use object::Object;
use serde_json::Value;
use std::cmp::Reverse;

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A revision was deployed.
    Deployed,
    /// An operation goes on, or ended.
    Operation,
    /// Something went wrong.
    Trouble,
    /// A state changed, or something was found.
    Changed,
    /// A Rollout went on.
    Rollout,
}

impl Kind {
    /// Every kind, with its word in addresses and for people.
    pub const ALL: [(Kind, &'static str, &'static str); 5] = [
        (Kind::Deployed, "deployed", "Deployed"),
        (Kind::Operation, "operation", "Operations"),
        (Kind::Trouble, "trouble", "Trouble"),
        (Kind::Changed, "changed", "Changes"),
        (Kind::Rollout, "rollout", "Rollouts"),
    ];

    /// Its word in addresses.
    #[must_use]
    pub fn word(self) -> &'static str {
        Kind::ALL.iter().find(|(own, ..)| *own == self).map_or("", |(_, word, _)| word)
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What kind of thing.
    pub kind: Kind,
    /// Namespace of the object it happened to.
    pub namespace: String,
    /// The object's kind.
    pub object_kind: String,
    /// The object's name.
    pub name: String,
    /// What.
    pub what: String,
    /// Who did it; empty where that is not known.
    pub who: String,
    /// How often.
    pub times: i64,
}

/// What is known of the past.
pub struct Past<'a> {
    /// Applications.
    pub applications: &'a [&'a Application],
    /// Events of the cluster.
    pub events: &'a [Object],
}

/// What happened, the newest first.
#[must_use]
pub fn timeline(past: &Past<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = past.applications.iter().flat_map(|own| of_application(own)).collect();
    entries.extend(past.events.iter().filter_map(of_event));
    entries.sort_by(|a, b| {
        let place =
            |own: &Entry| (Reverse(own.at), own.kind, own.namespace.clone(), own.name.clone(), own.what.clone());
        place(a).cmp(&place(b))
    });
    entries
}

fn of_application(application: &Application) -> Vec<Entry> {
    let entry = |at: Timestamp, kind: Kind, what: String, who: String| Entry {
        at,
        kind,
        namespace: application.metadata.namespace.clone(),
        object_kind: application.kind.clone(),
        name: application.metadata.name.clone(),
        what,
        who,
        times: 1,
    };
    let status = &application.status;
    let mut entries: Vec<Entry> = status
        .history
        .iter()
        .map(|own| {
            let revisions = if own.revisions.is_empty() { vec![own.revision.clone()] } else { own.revisions.clone() };
            let short: Vec<String> = revisions.iter().map(|own| own.chars().take(7).collect()).collect();
            let what = format!("deployed {}", short.join(", "));
            entry(own.deployed_at.timestamp(), Kind::Deployed, what, initiator(&own.initiated_by))
        })
        .collect();
    if let Some(state) = &status.operation_state {
        let who = initiator(&state.operation.initiated_by);
        let at = state.finished_at.unwrap_or(state.started_at).timestamp();
        let kind = match state.phase {
            OperationPhase::Failed | OperationPhase::Error => Kind::Trouble,
            _ => Kind::Operation,
        };
        entries.push(entry(at, kind, operation(state), who));
    }
    for condition in &status.conditions {
        if let Some(at) = condition.last_transition_time {
            let kind = if condition.is_error() { Kind::Trouble } else { Kind::Changed };
            let what = format!("{}: {}", condition.condition_type, condition.message);
            entries.push(entry(at.timestamp(), kind, what, String::new()));
        }
    }
    entries
}

fn initiator(by: &api::OperationInitiator) -> String {
    if by.automated { "automatically".to_owned() } else { by.username.clone() }
}

fn operation(state: &OperationState) -> String {
    let word = match state.phase {
        OperationPhase::Running => "sync goes on",
        OperationPhase::Terminating => "sync is being ended",
        OperationPhase::Succeeded => "sync succeeded",
        OperationPhase::Failed => "sync failed",
        OperationPhase::Error => "sync could not be carried out",
    };
    if state.message.is_empty() { word.to_owned() } else { format!("{word}: {}", state.message) }
}

fn of_event(event: &Object) -> Option<Entry> {
    let value = event.value();
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let moments = ["/lastTimestamp", "/series/lastObservedTime", "/eventTime", "/firstTimestamp"];
    let at = moments.iter().find_map(|own| text(own).parse().ok()).or(event.meta().creation_timestamp)?;
    let reason = text("/reason");
    let object_kind = text("/involvedObject/kind");
    let kind = match () {
        () if text("/type") == "Warning" => Kind::Trouble,
        () if ["Rollout", "AnalysisRun", "Experiment"].contains(&&*object_kind) => Kind::Rollout,
        () if reason.starts_with("Operation") => Kind::Operation,
        () => Kind::Changed,
    };
    let source = text("/source/component");
    let who = if source.is_empty() { text("/reportingComponent") } else { source };
    Some(Entry {
        at,
        kind,
        namespace: text("/involvedObject/namespace"),
        object_kind,
        name: text("/involvedObject/name"),
        what: format!("{reason}: {}", text("/message")),
        who,
        times: value["count"].as_i64().unwrap_or(1).max(1),
    })
}
