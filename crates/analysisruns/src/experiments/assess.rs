//! What versions and analyses come to: the Experiment's phase. Pure.

use api::rollouts::{AnalysisPhase, Experiment, ExperimentStatus};
use jiff::{SignedDuration, Timestamp};

/// Whether everything is to come to an end.
pub fn is_ending(experiment: &Experiment) -> bool {
    let status = &experiment.status;
    let is_bad = |phase: &str| matches!(phase, "Failed" | "Error" | "Inconclusive");
    experiment.spec.terminate
        || status.phase().is_some_and(AnalysisPhase::is_completed)
        || status.template_statuses.iter().any(|template| matches!(template.status.as_str(), "Failed" | "Error"))
        || status.analysis_runs.iter().any(|run| is_bad(&run.phase))
        || required_have_succeeded(experiment, status)
}

/// Whether there are analyses that are required, and all of them ended well.
pub fn required_have_succeeded(experiment: &Experiment, status: &ExperimentStatus) -> bool {
    let mut required = experiment.spec.analyses.iter().filter(|it| it.required_for_completion).peekable();
    let has_succeeded =
        |name: &str| status.analysis_runs.iter().any(|run| run.name == name && run.phase == "Successful");
    required.peek().is_some() && required.all(|it| has_succeeded(&it.name))
}

/// When its duration is over, if it has begun.
pub fn ends_at(experiment: &Experiment) -> Option<Timestamp> {
    let spec = &experiment.spec;
    let available = experiment.status.available_at?.timestamp();
    let duration = Some(&spec.duration).filter(|text| !text.is_empty())?;
    let nanos = parsed(duration)?;
    available.checked_add(nanos).ok()
}

fn parsed(text: &str) -> Option<SignedDuration> {
    sprig::duration::parse(text).ok().map(SignedDuration::from_nanos)
}

/// From best to worst.
fn rank_of_template(status: &str) -> usize {
    ["Successful", "Running", "Progressing", "Error", "Failed"].iter().position(|it| *it == status).unwrap_or(0)
}

/// From best to worst.
fn rank(phase: &str) -> usize {
    let order = ["Successful", "Running", "Pending", "Inconclusive", "Error", "Failed"];
    order.iter().position(|it| *it == phase).unwrap_or(0)
}

/// Brings the phase up to date.
pub fn assess(experiment: &Experiment, status: &mut ExperimentStatus, now: Timestamp) {
    match status.phase() {
        None => {
            status.phase_word = AnalysisPhase::Pending.to_string();
            return;
        }
        Some(phase) if phase.is_completed() => return,
        Some(_) => {}
    }
    let (versions, version_message) = of_versions(experiment, status);
    let (analyses, analysis_message) = of_analyses(experiment, status);
    if versions == AnalysisPhase::Running && status.available_at.is_none() {
        status.available_at = Some(now.into());
    }
    let has_required = experiment.spec.analyses.iter().any(|it| it.required_for_completion);
    let analyses_decide = if versions.is_completed() {
        versions == AnalysisPhase::Successful && (analyses.is_completed() || has_required)
    } else {
        let is_bad = analyses.is_completed() && analyses != AnalysisPhase::Successful;
        is_bad || required_have_succeeded(experiment, status)
    };
    let (phase, message) = if analyses_decide { (analyses, analysis_message) } else { (versions, version_message) };
    status.phase_word = phase.to_string();
    status.message = message;
}

fn of_versions(experiment: &Experiment, status: &ExperimentStatus) -> (AnalysisPhase, String) {
    let (mut worst, mut message) = ("Successful", String::new());
    for template in &experiment.spec.templates {
        let known = status.template_statuses.iter().find(|it| it.name == template.name);
        let (state, why) = known.map_or(("Progressing", ""), |it| (it.status.as_str(), it.message.as_str()));
        if rank_of_template(state) > rank_of_template(worst) {
            worst = state;
            why.clone_into(&mut message);
        }
    }
    let phase = match worst {
        "Progressing" => AnalysisPhase::Pending,
        "Failed" => AnalysisPhase::Failed,
        "Error" => AnalysisPhase::Error,
        "Successful" => AnalysisPhase::Successful,
        _ => AnalysisPhase::Running,
    };
    (phase, message)
}

fn of_analyses(experiment: &Experiment, status: &ExperimentStatus) -> (AnalysisPhase, String) {
    let (mut worst, mut message) = ("Successful", String::new());
    for analysis in &experiment.spec.analyses {
        let known = status.analysis_runs.iter().find(|it| it.name == analysis.name);
        // One that has not begun is nothing to go by.
        let Some(run) = known.filter(|run| !run.phase.is_empty()) else { continue };
        if rank(&run.phase) > rank(worst) {
            worst = run.phase.as_str();
            run.message.clone_into(&mut message);
        }
    }
    let is_under_way = matches!(worst, "Pending" | "Running" | "Successful");
    if required_have_succeeded(experiment, status) && is_under_way {
        return (AnalysisPhase::Successful, "Required AnalysisRuns completed".to_owned());
    }
    let phase = AnalysisPhase::parse(worst).unwrap_or(AnalysisPhase::Running);
    (if phase == AnalysisPhase::Pending { AnalysisPhase::Running } else { phase }, message)
}
