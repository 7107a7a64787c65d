//! What is the matter with an application, in one sentence, and the one step that fits.

use api::{Application, HealthStatusCode, OperationPhase, ResourceStatus, SyncStatusCode};
use jiff::Timestamp;

/// So many characters of a message stand in a sentence.
const WORDS_MAX: usize = 300;

/// One thing an application waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// What it waits for, or why it is refused.
    pub what: String,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
    /// What happens next, and when.
    pub next: String,
}

/// The step that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// None is needed.
    Nothing,
    /// Make it as its source says.
    Sync,
    /// Look again.
    Refresh,
    /// End what goes on.
    Terminate,
}

/// What is the matter with an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// In one sentence.
    pub sentence: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What happens next.
    pub next: String,
    /// The step that fits.
    pub step: NextStep,
}

/// What is the matter; `whys` are the things it waits for, the most pressing first.
#[must_use]
pub fn verdict(application: &Application, whys: &[Why]) -> Verdict {
    let status = &application.status;
    let is_running = status.operation_state.as_ref().is_some_and(|own| own.phase == OperationPhase::Running);
    let sync = status.sync_code();
    let Some(why) = whys.first() else {
        let sentence = match (sync, status.health_code()) {
            (SyncStatusCode::Synced, HealthStatusCode::Healthy) => {
                "Everything is as its source says, and well.".to_owned()
            }
            (SyncStatusCode::Unknown, _) => "It has not been compared with its source yet.".to_owned(),
            (_, health) => format!("It is as its source says; its health is {health}."),
        };
        return Verdict { sentence, since: None, next: String::new(), step: NextStep::Nothing };
    };
    let differing = (sync == SyncStatusCode::OutOfSync && !is_running).then(|| differing(&status.resources)).flatten();
    let step = match () {
        () if application.metadata.deletion_timestamp.is_some() => NextStep::Nothing,
        () if is_running => NextStep::Terminate,
        () if application.operation.is_some() => NextStep::Nothing,
        () if status.conditions.iter().any(api::ApplicationCondition::is_error) => NextStep::Refresh,
        () if sync == SyncStatusCode::OutOfSync => NextStep::Sync,
        () => NextStep::Nothing,
    };
    let reason = phrase(&cut(&why.what));
    let sentence = match differing {
        Some(differing) => format!("{differing}; {}", lower(&reason)),
        None => reason,
    };
    Verdict { sentence: closed(sentence), since: why.since, next: cut(&why.next), step }
}

/// Which resources are not as declared: the first by name, of the others the number.
fn differing(resources: &[ResourceStatus]) -> Option<String> {
    let mut found = resources.iter().filter(|own| own.status == Some(SyncStatusCode::OutOfSync));
    let first = found.next()?;
    let name = format!("{} {}", first.kind, first.name);
    Some(match found.count() {
        0 if first.requires_pruning => format!("{name} is no longer in the source"),
        0 => format!("{name} is not as the source says"),
        1 => format!("{name} and another are not as the source says"),
        more => format!("{name} and {more} more are not as the source says"),
    })
}

fn phrase(what: &str) -> String {
    let is_waited_for =
        ["a ", "an ", "its ", "application "].iter().any(|own| what.starts_with(own)) || what.contains(", which is ");
    match what {
        "a sync" => "A sync begins at once".to_owned(),
        "an operation is asked for" => "A sync is asked for".to_owned(),
        _ if what.starts_with("a sync, for it is OutOfSync") => "It waits for somebody to sync it".to_owned(),
        _ if is_waited_for => format!("It waits for {what}"),
        _ => upper(what),
    }
}

fn cut(text: &str) -> String {
    let one_line = text.replace(['\n', '\t'], " ");
    match one_line.char_indices().nth(WORDS_MAX) {
        Some((end, _)) => format!("{}…", &one_line[..end]),
        None => one_line,
    }
}

fn closed(sentence: String) -> String {
    if sentence.ends_with(['.', '…', '!', '?']) { sentence } else { format!("{sentence}.") }
}

fn upper(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

fn lower(text: &str) -> String {
    let is_word = ["It ", "A ", "Drift, ", "Resources "].iter().any(|own| text.starts_with(own));
    let mut rest = text.chars();
    match rest.next() {
        Some(first) if is_word => first.to_lowercase().chain(rest).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::Object;
    use serde_json::{Value, json};

    fn said(status: Value, what: &str) -> (String, NextStep) {
        let value = json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "shop", "namespace": "argocd"},
            "spec": {"destination": {"namespace": "shop"}, "project": "default"}, "status": status,
        });
        let application = Application::read(&Object::from_value(&value).expect("an object")).expect("an application");
        let why = Why { what: what.to_owned(), since: None, next: String::new() };
        let whys: Vec<Why> = (!what.is_empty()).then_some(why).into_iter().collect();
        let verdict = verdict(&application, &whys);
        (verdict.sentence, verdict.step)
    }

    #[test]
    fn one_sentence_says_what_is_the_matter() {
        let well = json!({"sync": {"status": "Synced"}, "health": {"status": "Healthy"}});
        assert_eq!(said(well, ""), ("Everything is as its source says, and well.".into(), NextStep::Nothing));
        let differing = |count: usize| {
            let one = |at: usize| json!({"kind": "ConfigMap", "name": format!("c{at}"), "status": "OutOfSync"});
            json!({"sync": {"status": "OutOfSync"}, "resources": (0..count).map(one).collect::<Vec<_>>()})
        };
        let waits = "a sync, for it is OutOfSync and automated sync is off";
        assert_eq!(
            said(differing(1), waits),
            ("ConfigMap c0 is not as the source says; it waits for somebody to sync it.".into(), NextStep::Sync)
        );
        assert_eq!(
            said(differing(3), "drift, and self-healing is off").0,
            "ConfigMap c0 and 2 more are not as the source says; drift, and self-healing is off."
        );
        let running = json!({"sync": {"status": "OutOfSync"}, "operationState": {"operation": {}, "phase": "Running", "startedAt": "2026-01-01T00:00:00Z"}});
        assert_eq!(
            said(running, "its operation: waiting for healthy state of apps/Deployment/web"),
            (
                "It waits for its operation: waiting for healthy state of apps/Deployment/web.".into(),
                NextStep::Terminate
            )
        );
        let wrong = json!({"conditions": [{"type": "ComparisonError", "message": "no such path"}]});
        assert_eq!(
            said(wrong, "ComparisonError: no such path"),
            ("ComparisonError: no such path.".into(), NextStep::Refresh)
        );
        assert_eq!(said(json!({}), &"x".repeat(9_000)).0.chars().count(), WORDS_MAX + 1);
    }
}
