//! What an application is waiting for, since when, and what happens next: for every waiting or refused state there is.
//!
//! Pure: objects in, lines out; the command and pages show the same.

use crate::dependencies::Standing;
use crate::destinations::Destination;
use api::names::{
    ANNOTATION_DELETION_APPROVED, ANNOTATION_SKIP_RECONCILE, CONDITION_SYNC_ERROR, CONDITION_WAITING_INFO,
};
use api::{Application, HealthStatusCode, OperationState, ResourceStatus, SyncStatusCode};
use jiff::Timestamp;
use object::Meta;
use sync::{Content, Decision, Situation, Turn, decide_automatic_sync, turn};
use windows::{Asked, Subject, Verdict, Windows};

/// How many resources that are not well are named.
const RESOURCES_MAX: usize = 5;

/// What is known of an application.
pub struct Facts<'a> {
    /// The Application.
    pub application: &'a Application,
    /// Its metadata.
    pub meta: &'a Meta,
    /// When its project lets it be synced.
    pub windows: &'a Windows,
    /// How it stands towards those it depends on.
    pub dependencies: &'a Standing,
    /// The cluster it goes to, where there is one.
    pub destination: Option<&'a Destination>,
    /// The time.
    pub now: Timestamp,
}

/// One thing an application waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What it waits for, or why it is refused.
    pub what: String,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
    /// What happens next, and when.
    pub next: String,
}

/// Everything an application waits for, the most pressing first; empty when it waits for nothing.
#[must_use]
pub fn explain(facts: &Facts<'_>) -> Vec<Reason> {
    let application = facts.application;
    if application.annotation(ANNOTATION_SKIP_RECONCILE) == Some("true") {
        let next = format!("nothing, until the annotation {ANNOTATION_SKIP_RECONCILE} is taken off");
        return vec![Reason { what: "it is left alone on request".to_owned(), since: None, next }];
    }
    let mut reasons = Vec::new();
    if facts.meta.is_terminating() {
        reasons.push(deletion(facts));
    }
    reasons.extend(errors(application));
    match operation(facts) {
        Some(reason) => reasons.push(reason),
        None if !facts.meta.is_terminating() => reasons.extend(sync(facts)),
        None => {}
    }
    reasons.extend(health(application));
    reasons
}

fn deletion(facts: &Facts<'_>) -> Reason {
    let finalizers: Vec<&str> = facts.meta.finalizers.iter().map(|own| &**own).collect();
    let first = finalizers.first().copied().unwrap_or_default();
    let stage = match first {
        _ if finalizers.contains(&api::names::FINALIZER_PRE_DELETE) => "its PreDelete hooks run",
        _ if finalizers.iter().any(|own| own.starts_with(api::names::FINALIZER_RESOURCES)) => {
            "its resources go, the highest wave first"
        }
        _ if finalizers.contains(&api::names::FINALIZER_POST_DELETE) => "its PostDelete hooks run",
        "" => "it goes",
        _ => "what is left of its hooks goes",
    };
    let confirmation = facts.application.status.resources.iter().any(|own| own.requires_deletion_confirmation);
    let next = match confirmation {
        true => format!("resources that ask for it go once the annotation {ANNOTATION_DELETION_APPROVED} is set"),
        false => format!("it is gone when nobody holds it any longer: {}", finalizers.join(", ")),
    };
    Reason { what: format!("it is being deleted: {stage}"), since: facts.meta.deletion_timestamp, next }
}

/// What is wrong, as its conditions say.
fn errors(application: &Application) -> impl Iterator<Item = Reason> + '_ {
    let is_error = |kind: &str| kind.ends_with("Error") && kind != CONDITION_SYNC_ERROR;
    let errors = application.status.conditions.iter().filter(move |own| is_error(&own.condition_type));
    errors.map(|condition| Reason {
        what: format!("{}: {}", condition.condition_type, condition.message),
        since: condition.last_transition_time.map(|at| at.timestamp()),
        next: "it is looked at again when the application, its project, its repository or its cluster changes"
            .to_owned(),
    })
}

fn operation(facts: &Facts<'_>) -> Option<Reason> {
    let application = facts.application;
    let state = application.status.operation_state.as_ref().filter(|state| !state.phase.is_completed());
    let Some(state) = state else {
        application.operation.as_ref()?;
        let next = "it begins as soon as the controller gets to it".to_owned();
        return Some(Reason { what: "an operation is asked for".to_owned(), since: None, next });
    };
    let since = Some(state.started_at.timestamp());
    let (what, next) = match turn(Some(state), facts.now) {
        Turn::WaitUntil(at) => {
            (format!("its next try: {}", state.message), format!("try {} at {at:.0}", state.retry_count))
        }
        Turn::Terminate => ("its operation to end".to_owned(), "running hooks are deleted".to_owned()),
        _ => (running(state), next_of_running(facts, state)),
    };
    Some(Reason { what, since, next })
}

fn running(state: &OperationState) -> String {
    match &*state.message {
        "" => "its operation, which has just begun".to_owned(),
        message => format!("its operation: {message}"),
    }
}

fn next_of_running(facts: &Facts<'_>, state: &OperationState) -> String {
    let asked = if state.operation.initiated_by.automated { Asked::Automatically } else { Asked::ByHand };
    if let Verdict::Blocked { by, until } = window(facts, asked, Some(state.started_at.timestamp())) {
        return until.map_or_else(|| format!("nothing: {by}"), |until| format!("{by}; looked at again at {until:.0}"));
    }
    if state.message.contains("pruning confirmation") {
        return format!(
            "it goes on once the annotation {ANNOTATION_DELETION_APPROVED} is set to a time after its start"
        );
    }
    "it goes on as soon as that is so; `capstan app terminate-op` ends it".to_owned()
}

fn window(facts: &Facts<'_>, asked: Asked, began: Option<Timestamp>) -> Verdict {
    let spec = &facts.application.spec;
    let subject = Subject {
        application: &facts.application.metadata.name,
        namespace: &spec.destination.namespace,
        server: facts.destination.map_or(&spec.destination.server, |destination| &destination.server),
        cluster: facts.destination.map_or(&spec.destination.name, |destination| &destination.name),
    };
    facts.windows.verdict(&subject, asked, began, facts.now)
}

/// Why it is out of sync and nothing is under way.
fn sync(facts: &Facts<'_>) -> Option<Reason> {
    let application = facts.application;
    let status = &application.status;
    if status.sync_code() != SyncStatusCode::OutOfSync {
        return None;
    }
    let told = |kind: &str| status.conditions.iter().find(|own| own.condition_type == kind);
    let since = |kind: &str| told(kind).and_then(|own| own.last_transition_time).map(|at| at.timestamp());
    if application.spec.automated().is_none() {
        let next = "nothing, until somebody syncs it: `capstan app sync`".to_owned();
        return Some(Reason {
            what: "a sync, for it is OutOfSync and automated sync is off".to_owned(),
            since: None,
            next,
        });
    }
    if let Some(obstacle) = facts.dependencies.obstacle() {
        let next = "it syncs as soon as they are synced and healthy".to_owned();
        return Some(Reason { what: obstacle, since: since(CONDITION_WAITING_INFO), next });
    }
    let sync = status.sync.as_ref();
    let revisions: Vec<String> = sync
        .map(|sync| if sync.revisions.is_empty() { vec![sync.revision.clone()] } else { sync.revisions.clone() })
        .unwrap_or_default();
    let decision = decide_automatic_sync(&Situation {
        spec: &application.spec,
        sync: status.sync_code(),
        resources: &status.resources,
        revisions: &revisions,
        content: Content::MayDiffer,
        last: status.operation_state.as_ref(),
        was_deployed: !status.history.is_empty(),
        now: facts.now,
    });
    Some(match decision {
        Decision::No => undecided(&status.resources),
        Decision::Refused(message) => Reason {
            what: message,
            since: since(CONDITION_SYNC_ERROR),
            next: "nothing, until the source or the application changes, or somebody syncs it".to_owned(),
        },
        Decision::NotBefore(at) => Reason {
            what: "its next repair, for the last one did not last".to_owned(),
            since: status.operation_state.as_ref().and_then(|state| state.finished_at).map(|at| at.timestamp()),
            next: format!("it is repaired at {at:.0}"),
        },
        Decision::Sync(_) => match window(facts, Asked::Automatically, None) {
            Verdict::Allowed => Reason { what: "a sync".to_owned(), since: None, next: "it begins at once".to_owned() },
            Verdict::Blocked { by, until } => Reason {
                what: format!("a sync, which is blocked by {by}"),
                since: since(CONDITION_WAITING_INFO),
                next: until.map_or_else(
                    || "nothing, until the window changes".to_owned(),
                    |until| format!("looked at again at {until:.0}"),
                ),
            },
        },
    })
}

fn undecided(resources: &[ResourceStatus]) -> Reason {
    let mut differing = resources.iter().filter(|own| own.status == Some(SyncStatusCode::OutOfSync)).peekable();
    let only_prunes = differing.peek().is_some() && differing.all(|own| own.requires_pruning);
    let (what, next) = if only_prunes {
        ("resources that the source no longer names, and pruning is off", "`capstan app sync --prune` deletes them")
    } else {
        ("drift, and self-healing is off", "nothing, until the source changes or somebody syncs it")
    };
    Reason { what: what.to_owned(), since: None, next: next.to_owned() }
}

/// Resources that are not well.
fn health(application: &Application) -> Vec<Reason> {
    let is_unwell = |own: &&ResourceStatus| {
        let status = own.health.as_ref().and_then(|health| health.status);
        status.is_some_and(|status| !matches!(status, HealthStatusCode::Healthy | HealthStatusCode::Missing))
    };
    let unwell = application.status.resources.iter().filter(is_unwell);
    let reason = |own: &ResourceStatus| {
        let health = own.health.clone().unwrap_or_default();
        let status = health.status.map(|status| status.to_string()).unwrap_or_default();
        let message = if health.message.is_empty() { String::new() } else { format!(": {}", health.message) };
        let group = if own.group.is_empty() { String::new() } else { format!("{}/", own.group) };
        Reason {
            what: format!("{group}{} {}, which is {status}{message}", own.kind, own.name),
            since: application
                .status
                .health
                .as_ref()
                .and_then(|health| health.last_transition_time)
                .map(|at| at.timestamp()),
            next: "its controller moves it; the application follows each change".to_owned(),
        }
    };
    unwell.take(RESOURCES_MAX).map(reason).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::Object;
    use serde_json::{Value, json};

    fn lines(spec: Value, status: Value, more: Value) -> Vec<String> {
        let mut value = json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "shop", "namespace": "argocd"},
            "spec": {"destination": {"server": "https://kubernetes.default.svc", "namespace": "shop"}, "project": "default", "source": {"repoURL": "r", "path": "p"}},
            "status": status,
        });
        value["spec"].as_object_mut().expect("a map").extend(spec.as_object().cloned().expect("a map"));
        for (key, own) in more.as_object().expect("a map") {
            value["metadata"][key] = own.clone();
        }
        let object = Object::from_value(&value).expect("an object");
        let application = Application::read(&object).expect("an application");
        let windows =
            more.get("windows").map(|own| serde_json::from_value(own.clone()).expect("windows")).unwrap_or_default();
        let facts = Facts {
            application: &application,
            meta: object.meta(),
            windows: &Windows::new(&Vec::<api::SyncWindow>::clone(&windows)),
            dependencies: &Standing::default(),
            destination: Some(&Destination::home()),
            now: "2026-01-01T12:00:00Z".parse().expect("a time"),
        };
        explain(&facts).into_iter().map(|reason| format!("{} | {}", reason.what, reason.next)).collect()
    }

    #[test]
    fn every_waiting_state_says_what_comes_next() {
        let out = json!({"sync": {"status": "OutOfSync", "revision": "abc"}, "resources": [{"kind": "ConfigMap", "name": "a", "status": "OutOfSync"}]});
        let automated = json!({"syncPolicy": {"automated": {}}});
        let with = |more: Value| {
            let mut value = out.clone();
            value.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
            value
        };
        let state = |phase: &str, more: Value| {
            let mut state = json!({"operation": {"sync": {"revision": "abc"}}, "phase": phase, "startedAt": "2026-01-01T11:59:00Z", "message": "waiting for healthy state of apps/Deployment/web"});
            state.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
            with(json!({"operationState": state}))
        };
        let result = json!({"revision": "abc", "source": {"repoURL": "r", "path": "p"}});
        let cases = [
            (json!({}), json!({"sync": {"status": "Synced"}}), json!({}), ""),
            (
                json!({}),
                out.clone(),
                json!({}),
                "a sync, for it is OutOfSync and automated sync is off | nothing, until somebody syncs it: `capstan app sync`",
            ),
            (automated.clone(), out.clone(), json!({}), "a sync | it begins at once"),
            (
                automated.clone(),
                out.clone(),
                json!({"windows": [{"kind": "deny", "schedule": "0 11 * * *", "duration": "2h", "applications": ["*"]}]}),
                "a sync, which is blocked by deny window '0 11 * * *' for 2h (UTC) | looked at again at 2026-01-01T13:00:00Z",
            ),
            (
                automated.clone(),
                state("Running", json!({})),
                json!({}),
                "its operation: waiting for healthy state of apps/Deployment/web | it goes on as soon as that is so; `capstan app terminate-op` ends it",
            ),
            (
                automated.clone(),
                state("Failed", json!({"message": "no", "syncResult": result})),
                json!({}),
                "Failed last sync attempt to [abc]: no | nothing, until the source or the application changes, or somebody syncs it",
            ),
            (
                automated.clone(),
                state("Succeeded", json!({"syncResult": result})),
                json!({}),
                "drift, and self-healing is off | nothing, until the source changes or somebody syncs it",
            ),
            (
                automated,
                out,
                json!({"annotations": {"argocd.argoproj.io/skip-reconcile": "true"}}),
                "it is left alone on request | nothing, until the annotation argocd.argoproj.io/skip-reconcile is taken off",
            ),
        ];
        for (spec, status, more, expected) in cases {
            assert_eq!(lines(spec, status, more).join("\n"), expected);
        }
    }
}
