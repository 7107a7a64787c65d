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
    /// Somebody changed what the source says, or that was repaired.
    Drift,
}

impl Kind {
    /// Every kind, with its word in addresses and for people.
    pub const ALL: [(Kind, &'static str, &'static str); 6] = [
        (Kind::Deployed, "deployed", "Deployed"),
        (Kind::Operation, "operation", "Operations"),
        (Kind::Trouble, "trouble", "Trouble"),
        (Kind::Changed, "changed", "Changes"),
        (Kind::Rollout, "rollout", "Rollouts"),
        (Kind::Drift, "drift", "Drift"),
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
    /// What differs now from what its source says.
    pub drift: &'a [Drift],
}

/// A live object that differs from what its source says.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// As it is.
    pub live: Object,
    /// Where it differs.
    pub fields: Vec<String>,
}

/// So many places are told of one object.
const FIELDS_MAX: usize = 8;

/// Who wrote last to an object says when it came to differ.
fn of_drift(drift: &Drift) -> Option<Entry> {
    let managed = drift.live.get("/metadata/managedFields").unwrap_or_default();
    let written = |own: &Value| own["time"].as_str().and_then(|time| time.parse::<Timestamp>().ok());
    let last = managed.as_array().into_iter().flatten().filter(|own| own["subresource"].as_str() != Some("status"));
    let last = last.max_by_key(|own| written(own));
    let at = last.and_then(written).or(drift.live.meta().creation_timestamp)?;
    let mut what = format!("drift found: {}", drift.fields[..drift.fields.len().min(FIELDS_MAX)].join(", "));
    if drift.fields.len() > FIELDS_MAX {
        what.push_str(&format!(" and {} more", drift.fields.len() - FIELDS_MAX));
    }
    Some(Entry {
        at,
        kind: Kind::Drift,
        namespace: drift.live.namespace().unwrap_or_default().to_owned(),
        object_kind: drift.live.gvk().kind.to_string(),
        name: drift.live.name().to_owned(),
        what,
        who: last.and_then(|own| own["manager"].as_str()).unwrap_or_default().to_owned(),
        times: 1,
    })
}

/// What an operation that the application began by itself has repaired: such an operation names its resources.
fn repaired(state: &OperationState) -> Option<String> {
    let sync = state.operation.sync.as_ref().filter(|own| !own.resources.is_empty())?;
    if !state.operation.initiated_by.automated || state.phase != OperationPhase::Succeeded {
        return None;
    }
    let names: Vec<String> =
        sync.resources.iter().take(FIELDS_MAX).map(|own| format!("{} {}", own.kind, own.name)).collect();
    let more = sync.resources.len().saturating_sub(FIELDS_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("drift repaired: {}{more}", names.join(", ")))
}

/// What happened, the newest first.
#[must_use]
pub fn timeline(past: &Past<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = past.applications.iter().flat_map(|own| of_application(own)).collect();
    entries.extend(past.events.iter().filter_map(of_event));
    entries.extend(past.drift.iter().filter_map(of_drift));
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
        if let Some(what) = repaired(state) {
            entries.push(entry(at, Kind::Drift, what, who.clone()));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn drift_is_told_with_its_fields_and_who_wrote_them() {
        let live = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "shop", "managedFields": [
            {"manager": "capstan", "time": "2026-01-01T00:00:00Z"}, {"manager": "kubectl-edit", "time": "2026-01-02T00:00:00Z"},
            {"manager": "kubelet", "time": "2026-01-03T00:00:00Z", "subresource": "status"}]}});
        let live = Object::from_value(&live).expect("an object");
        let drift = [Drift { live, fields: (0..10).map(|own| format!("data.{own}")).collect() }];
        let told = timeline(&Past { applications: &[], events: &[], drift: &drift });
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].who.as_str(), told[0].at.to_string().as_str()), ("kubectl-edit", "2026-01-02T00:00:00Z"));
        assert!(told[0].what.starts_with("drift found: data.0, data.1") && told[0].what.ends_with("and 2 more"));
    }

    #[test]
    fn what_an_application_repaired_by_itself_is_told() {
        let application = |by| {
            let value = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "shop", "namespace": "argocd"},
                "spec": {"project": "default", "source": {"repoURL": "r"}, "destination": {}},
                "status": {"operationState": {"phase": "Succeeded", "startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:00:01Z",
                    "operation": {"initiatedBy": by, "sync": {"resources": [{"kind": "ConfigMap", "name": "settings"}]}}}}});
            Application::read(&Object::from_value(&value).expect("an object")).expect("an application")
        };
        let told = |own: &Application| timeline(&Past { applications: &[own], events: &[], drift: &[] });
        let own = told(&application(json!({"automated": true})));
        assert!(own.iter().any(|own| own.what == "drift repaired: ConfigMap settings" && own.who == "automatically"));
        let by_hand = told(&application(json!({"username": "admin"})));
        assert!(by_hand.iter().all(|own| own.kind != Kind::Drift));
    }
}
