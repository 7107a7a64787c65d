//! What one pass over an Experiment does, as writes. Pure.

use super::draft::{Draft, event, merge_whole};
use super::seen::{Observed, Seen, What};
use super::templates::PROGRESS_DEADLINE_SECONDS;
use super::{analyses, assess, conditions, templates};
use api::rollouts::{AnalysisPhase, ExperimentCondition};
use controller::{Plan, Severity};
use jiff::Timestamp;
use object::Object;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Decides.
#[must_use]
pub fn decide(observed: &Observed, now: Timestamp) -> Plan {
    match &observed.what {
        What::Nothing => Plan::default(),
        What::Unreadable(object, problem) => refused(object, problem, now),
        What::Experiment(seen) => go_on(seen, now),
    }
}

fn go_on(seen: &Seen, now: Timestamp) -> Plan {
    let experiment = &seen.experiment;
    if let Some(problem) = invalid(seen) {
        return refused(&seen.object, &problem, now);
    }
    let is_ending = assess::is_ending(experiment);
    let mut draft = Draft::new(seen, now, is_ending);
    for template in &experiment.spec.templates {
        templates::reconcile(&mut draft, template);
    }
    for analysis in &experiment.spec.analyses {
        analyses::reconcile(&mut draft, analysis);
    }
    assess::assess(experiment, &mut draft.status, now);
    conditions::settle(experiment, &mut draft.status, now);
    if let Some(end) = assess::ends_at(experiment).filter(|end| *end >= now && !is_ending) {
        draft.wake_after(end);
    }
    draft.finish()
}

/// What is wrong with the spec.
fn invalid(seen: &Seen) -> Option<String> {
    let (spec, name) = (&seen.experiment.spec, seen.object.name());
    let mut names = BTreeSet::new();
    for (at, template) in spec.templates.iter().enumerate() {
        // Compat: upstream names the kind wrongly.
        let Some(selector) = &template.selector else {
            return Some(format!("Rollout has missing field '.Spec.Templates[{at}].Selector'"));
        };
        if selector.match_labels.is_empty() && selector.match_expressions.is_empty() {
            return Some(format!(
                "This experiment is selecting all pods at index {at}. A non-empty selector is required."
            ));
        }
        if template.min_ready_seconds > spec.progress_deadline_seconds.unwrap_or(PROGRESS_DEADLINE_SECONDS) {
            return Some(format!(
                "MinReadySeconds cannot be longer than ProgressDeadlineSeconds. Check template index {at}"
            ));
        }
        if template.name.is_empty() {
            return Some(format!("Experiment {name} has empty template name at index {at}"));
        }
        if !names.insert(&template.name) {
            return Some(format!("Experiment {name} has repeated template name '{}' in templates", template.name));
        }
    }
    if spec.templates.is_empty() {
        return Some("Experiment has missing field '.spec.templates'".to_owned());
    }
    let duration = Some(&spec.duration).filter(|text| !text.is_empty())?;
    sprig::duration::parse(duration).err().map(|error| format!("invalid duration: {error}"))
}

/// An Experiment that cannot be carried out: it ends, saying so.
fn refused(object: &Object, problem: &str, now: Timestamp) -> Plan {
    let value = object.value();
    let phase = value.pointer("/status/phase").and_then(Value::as_str).and_then(AnalysisPhase::parse);
    if phase.is_some_and(AnalysisPhase::is_completed) {
        return Plan::default();
    }
    let message = format!("InvalidSpec: {problem}");
    let known = value.pointer("/status/conditions").cloned().unwrap_or_default();
    let known: Vec<ExperimentCondition> = serde_json::from_value(known).unwrap_or_default();
    let conditions = conditions::refused(&known, problem, now);
    let status = json!({"phase": AnalysisPhase::Error.to_string(), "message": message, "conditions": conditions});
    let told = event(object, Severity::Warning, "InvalidSpec", problem.to_owned());
    Plan { status: Some(merge_whole(object, json!({ "status": status })).telling(vec![told])), ..Plan::default() }
}
