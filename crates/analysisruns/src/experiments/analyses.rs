//! The analyses of an Experiment: their runs, and what is known of them. Pure.

use super::assess::ends_at;
use super::draft::Draft;
use super::manifests::analysis_run;
use api::rollouts::{AnalysisPhase, Argument, ExperimentAnalysis, ExperimentAnalysisRunStatus};
use serde_json::json;
use std::collections::BTreeMap;

/// Brings one analysis up to date.
pub fn reconcile(draft: &mut Draft<'_>, analysis: &ExperimentAnalysis) {
    let known = draft.seen.experiment.status.analysis_runs.iter().find(|run| run.name == analysis.name);
    let new = || ExperimentAnalysisRunStatus { name: analysis.name.clone(), ..ExperimentAnalysisRunStatus::default() };
    let before = known.cloned().unwrap_or_else(new);
    let mut status = before.clone();
    go_on(draft, analysis, &mut status);
    tell(draft, analysis, &before, &status);
    let all = &mut draft.status.analysis_runs;
    match all.iter_mut().find(|known| known.name == analysis.name) {
        Some(known) => *known = status,
        // One that has not begun is not shown.
        None if status.phase.is_empty() => {}
        None => all.push(status),
    }
}

fn failed(status: &mut ExperimentAnalysisRunStatus, message: String) {
    status.phase = AnalysisPhase::Error.to_string();
    status.message = message;
}

fn is_completed(phase: &str) -> bool {
    AnalysisPhase::parse(phase).is_some_and(AnalysisPhase::is_completed)
}

fn go_on(draft: &mut Draft<'_>, analysis: &ExperimentAnalysis, status: &mut ExperimentAnalysisRunStatus) {
    let seen = draft.seen;
    if seen.experiment.status.available_at.is_none() {
        if let Some(Err(why)) = seen.specs.get(&analysis.name) {
            let kind =
                if analysis.cluster_scope == Some(true) { "ClusterAnalysisTemplate" } else { "AnalysisTemplate" };
            failed(status, format!("{kind} verification failed for analysis '{}': {why}", analysis.name));
        }
        return;
    }
    if status.analysis_run.is_empty() {
        if !draft.is_ending {
            start(draft, analysis, status);
        }
        return;
    }
    if is_completed(&status.phase) {
        return;
    }
    let Some((object, run)) = seen.runs.get(&status.analysis_run) else {
        let name = status.analysis_run.clone();
        return failed(status, format!("analysisruns.argoproj.io {name:?} not found"));
    };
    if draft.is_ending {
        if !is_completed(&run.status.phase_word) && !run.spec.terminate {
            draft.patch(object, json!({"spec": {"terminate": true}}));
            draft.tell("AnalysisRunTerminating", format!("Terminating {} ({})", analysis.name, object.name()));
        }
        return;
    }
    if !run.status.phase_word.is_empty() {
        run.status.phase_word.clone_into(&mut status.phase);
        run.status.message.clone_into(&mut status.message);
    }
    if !is_completed(&status.phase) {
        draft.plan.waiting.push(format!("AnalysisRun {}", object.name()));
    }
}

fn start(draft: &mut Draft<'_>, analysis: &ExperimentAnalysis, status: &mut ExperimentAnalysisRunStatus) {
    let seen = draft.seen;
    let spec = arguments(draft, analysis).and_then(|args| seen.run_spec(&analysis.name, &args));
    let spec = match spec {
        Ok(spec) => spec,
        Err(why) => {
            return failed(status, format!("Failed to create AnalysisRun for analysis '{}': {why}", analysis.name));
        }
    };
    let base = format!("{}-{}", seen.object.name(), analysis.name);
    let mut name = base.clone();
    for count in 0..=seen.runs.len() {
        name = if count == 0 { base.clone() } else { format!("{base}.{count}") };
        match seen.runs.get(&name) {
            None => {
                let value = analysis_run(seen, &name, &spec);
                draft.create(&value);
                break;
            }
            // Made before, and not recorded.
            Some((_, run)) if !is_completed(&run.status.phase_word) && !run.spec.terminate => break,
            Some(_) => {}
        }
    }
    status.phase = AnalysisPhase::Pending.to_string();
    status.analysis_run = name;
}

/// The arguments, what they say of the versions in place.
fn arguments(draft: &Draft<'_>, analysis: &ExperimentAnalysis) -> Result<Vec<Argument>, String> {
    let seen = draft.seen;
    let mut values = BTreeMap::new();
    if let Some(available) = seen.experiment.status.available_at {
        values.insert("experiment.availableAt".to_owned(), available.to_string());
    }
    if let Some(end) = ends_at(&seen.experiment) {
        values.insert("experiment.finishedAt".to_owned(), format!("{end:.0}"));
    }
    for (name, version) in &seen.versions {
        values.insert(format!("templates.{name}.podTemplateHash"), version.set.hash.clone());
        values.insert(format!("templates.{name}.replicaset.name"), version.set.name.clone());
    }
    let one = |arg: &Argument| {
        let value = arg.value.as_deref().map(|text| filled(text, &values)).transpose()?;
        Ok(Argument { name: arg.name.clone(), value, ..Argument::default() })
    };
    analysis.args.iter().map(one).collect()
}

/// A text with the values of its tags in place.
fn filled(text: &str, values: &BTreeMap<String, String>) -> Result<String, String> {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once("{{") {
        let Some((tag, behind)) = behind.split_once("}}") else {
            return Err("Cannot find end tag=\"}}\" behind \"{{\": close it".to_owned());
        };
        let value = values.get(tag.trim()).ok_or_else(|| format!("failed to resolve {{{{{tag}}}}}"))?;
        out.push_str(before);
        out.push_str(value);
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

fn tell(
    draft: &mut Draft<'_>,
    analysis: &ExperimentAnalysis,
    before: &ExperimentAnalysisRunStatus,
    status: &ExperimentAnalysisRunStatus,
) {
    if before.phase == status.phase || status.phase.is_empty() {
        return;
    }
    let why = if status.message.is_empty() { String::new() } else { format!(": {}", status.message) };
    let message =
        format!("AnalysisRun '{}' transitioned from {} -> {}{why}", analysis.name, before.phase, status.phase);
    let reason = format!("AnalysisRun{}", status.phase);
    // Compat: always as a warning.
    draft.warn_rollout(&reason, message.clone());
    if matches!(status.phase.as_str(), "Failed" | "Error" | "Inconclusive") {
        draft.warn(&reason, message);
    } else {
        draft.tell(&reason, message);
    }
}
