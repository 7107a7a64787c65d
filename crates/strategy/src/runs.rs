//! The AnalysisRuns of a Rollout: which are due, what their verdicts come to, which end and which are forgotten.

use crate::arguments::resolve;
use crate::counts::current_step;
use crate::pass::{Flow, Halt, Pass};
use crate::plan::{Action, NewRun};
use crate::promotion::is_fast_rollback;
use crate::run_roles::{ROLES, Role, beyond_limits, current, is_current, skips_post_analysis};
use crate::scale::is_saturated;
use crate::world::{Run, Targets};
use api::rollouts::names::{
    ANNOTATION_REVISION, LABEL_INSTANCE_ID, LABEL_POD_TEMPLATE_HASH, LABEL_ROLLOUT_TYPE, LABEL_STEP_INDEX,
    PAUSE_BLUE_GREEN, PAUSE_CANARY_STEP, PAUSE_INCONCLUSIVE_ANALYSIS,
};
use api::rollouts::{AnalysisPhase, RolloutAnalysis, RolloutAnalysisRunStatus};
use std::collections::BTreeMap;

/// Starts, ends and judges runs.
pub fn reconcile(pass: &mut Pass<'_>) -> Flow {
    let before = pass.before();
    let is_canary = pass.rollout().spec.strategy.canary.is_some();
    let ends_all = before.is_fully_promoted()
        || pass.is_aborted()
        || before.promote_full
        || is_fast_rollback(pass)
        || before.stable_rs.is_empty();
    let mut kept: Vec<(Role, Run)> = Vec::new();
    for role in ROLES {
        let run = current(pass, role);
        if ends_all {
            end(pass, run);
            // Compat: a blue-green rollout keeps showing its last runs.
            let shows = matches!(role, Role::PrePromotion | Role::PostPromotion);
            kept.extend(run.filter(|_| shows && !is_canary).map(|run| (role, run.clone())));
        } else if is_canary == matches!(role, Role::Step | Role::Background) {
            let run = match role {
                Role::Step => step(pass, run)?,
                Role::Background => background(pass, run)?,
                Role::PrePromotion => pre_promotion(pass, run)?,
                Role::PostPromotion => post_promotion(pass, run)?,
            };
            kept.extend(run.map(|run| (role, run)));
        }
    }
    for (role, run) in &kept {
        tell_change(pass, *role, run);
        let shown = RolloutAnalysisRunStatus {
            name: run.name.clone(),
            status: run.phase.clone(),
            message: run.message.clone(),
            ..RolloutAnalysisRunStatus::default()
        };
        role.record(&mut pass.status, Some(shown));
    }
    forget(pass, &kept);
    Ok(())
}

fn end(pass: &mut Pass<'_>, run: Option<&Run>) {
    if let Some(run) = run.filter(|run| !run.is_terminated && !is_completed(run)) {
        pass.act(Action::EndRun(run.name.clone()));
    }
}

fn is_completed(run: &Run) -> bool {
    AnalysisPhase::parse(&run.phase).is_some_and(AnalysisPhase::is_completed)
}

fn step(pass: &mut Pass<'_>, run: Option<&Run>) -> Result<Option<Run>, Halt> {
    if !pass.before().pause_conditions.is_empty() || pass.before().abort {
        return Ok(run.cloned());
    }
    let current = current_step(pass.rollout());
    let analysis = current.and_then(|current| current.step?.analysis.as_ref()).filter(|it| !it.templates.is_empty());
    let index = current.map_or(0, |current| current.index).to_string();
    let is_of_other = run.is_some_and(|run| run.step_index.as_ref() != Some(&index));
    let Some(analysis) = analysis.filter(|_| !is_of_other) else {
        end(pass, run);
        return Ok(None);
    };
    start_or_judge(pass, Role::Step, run, analysis, &index).map(Some)
}

fn background(pass: &mut Pass<'_>, run: Option<&Run>) -> Result<Option<Run>, Halt> {
    let analysis = pass.rollout().spec.strategy.canary.as_ref().and_then(|canary| canary.analysis.as_ref());
    let Some(analysis) = analysis.filter(|analysis| !analysis.templates.is_empty()) else {
        end(pass, run);
        return Ok(None);
    };
    let index = current_step(pass.rollout()).map(|current| current.index);
    let starts_at = analysis.starting_step.and_then(|step| usize::try_from(step).ok()).unwrap_or(0);
    if pass.before().current_pod_hash.is_empty() || index.is_some_and(|index| index < starts_at) {
        return Ok(None);
    }
    if pass.before().pause(PAUSE_INCONCLUSIVE_ANALYSIS).is_some() {
        return Ok(run.cloned());
    }
    start_or_judge(pass, Role::Background, run, &analysis.to_analysis(), "").map(Some)
}

fn pre_promotion(pass: &mut Pass<'_>, run: Option<&Run>) -> Result<Option<Run>, Halt> {
    let blue_green = pass.rollout().spec.strategy.blue_green.as_ref();
    let analysis = blue_green.and_then(|it| it.pre_promotion_analysis.as_ref()).filter(|it| !it.templates.is_empty());
    let Some(analysis) = analysis else {
        end(pass, run);
        return Ok(None);
    };
    if skips_pre_analysis(pass, run.is_some()) {
        end(pass, run);
        return Ok(judged(pass, Role::PrePromotion, run));
    }
    if pass.before().pause(PAUSE_INCONCLUSIVE_ANALYSIS).is_some() {
        return Ok(judged(pass, Role::PrePromotion, run));
    }
    start_or_judge(pass, Role::PrePromotion, run, analysis, "pre").map(Some)
}

fn post_promotion(pass: &mut Pass<'_>, run: Option<&Run>) -> Result<Option<Run>, Halt> {
    let blue_green = pass.rollout().spec.strategy.blue_green.as_ref();
    let analysis = blue_green.and_then(|it| it.post_promotion_analysis.as_ref()).filter(|it| !it.templates.is_empty());
    let Some(analysis) = analysis else {
        end(pass, run);
        return Ok(None);
    };
    if skips_post_analysis(pass, run.is_some()) || pass.world.targets == Targets::Unverified {
        end(pass, run);
        return Ok(judged(pass, Role::PostPromotion, run));
    }
    if pass.before().pause(PAUSE_INCONCLUSIVE_ANALYSIS).is_some() {
        return Ok(judged(pass, Role::PostPromotion, run));
    }
    start_or_judge(pass, Role::PostPromotion, run, analysis, "post").map(Some)
}

fn skips_pre_analysis(pass: &Pass<'_>, has_begun: bool) -> bool {
    let (hash, before) = (pass.new_hash(), pass.before());
    let active = before.blue_green.active_selector.as_str();
    if before.stable_rs == hash || active.is_empty() || active == hash || hash.is_empty() {
        return true;
    }
    let blue_green = pass.rollout().spec.strategy.blue_green.as_ref();
    match (pass.new, blue_green.and_then(|it| it.preview_replica_count).map(i64::from)) {
        _ if has_begun => false,
        (Some(new), Some(preview)) => new.size.spec != preview || new.size.available != preview,
        (Some(new), None) => !is_saturated(pass, new),
        (None, _) => true,
    }
}

fn judged(pass: &mut Pass<'_>, role: Role, run: Option<&Run>) -> Option<Run> {
    if let Some(run) = run {
        judge(pass, role, run);
    }
    run.cloned()
}

/// A new run is due when there is none, when a user went on after one without a verdict, and after an abort.
fn is_due(pass: &Pass<'_>, run: Option<&Run>) -> bool {
    let Some(run) = run else { return true };
    let before = pass.before();
    if before.controller_pause && before.pause(PAUSE_CANARY_STEP).is_none() && before.pause(PAUSE_BLUE_GREEN).is_none()
    {
        return run.phase == "Inconclusive";
    }
    before.aborted_at.is_some()
}

fn start_or_judge(
    pass: &mut Pass<'_>,
    role: Role,
    run: Option<&Run>,
    analysis: &RolloutAnalysis,
    suffix: &str,
) -> Result<Run, Halt> {
    match run {
        Some(run) if !is_due(pass, Some(run)) => {
            judge(pass, role, run);
            Ok(run.clone())
        }
        _ => start(pass, role, analysis, suffix),
    }
}

fn judge(pass: &mut Pass<'_>, role: Role, run: &Run) {
    match run.phase.as_str() {
        "Inconclusive" => pass.pause.add(PAUSE_INCONCLUSIVE_ANALYSIS),
        "Error" | "Failed" => {
            let why = if run.message.is_empty() { String::new() } else { format!(": {}", run.message) };
            pass.pause.abort(format!("{} analysis phase error/failed{why}", role.words()));
        }
        "Successful" => {}
        _ => pass.wait(format!("{} analysis {}", role.words(), run.name), Some(run.created), "its verdict"),
    }
}

fn start(pass: &mut Pass<'_>, role: Role, analysis: &RolloutAnalysis, suffix: &str) -> Result<Run, Halt> {
    let stable = pass.stable.map_or("", |set| set.hash.as_str());
    let args = match resolve(pass.rollout(), &analysis.args, stable, pass.new_hash()) {
        Ok(args) => args,
        Err(message) => {
            pass.wait(format!("arguments of the {} analysis: {message}", role.words()), None, "repair the spec");
            return Err(Halt);
        }
    };
    let hash = pass.new_hash().to_owned();
    let mut base = format!("{}-{hash}-{}", pass.rollout().metadata.name, pass.revision);
    if !suffix.is_empty() {
        base = format!("{base}-{suffix}");
    }
    let (name, is_there) = free_name(pass, &base);
    if !is_there {
        let new = new_run(pass, role, analysis, args, name.clone(), suffix);
        pass.act(Action::StartRun(Box::new(new)));
    }
    let step_index = (role == Role::Step).then(|| suffix.to_owned());
    Ok(Run { name, hash: Some(hash), step_index, created: pass.now, ..Run::default() })
}

/// The name of a new run, and whether an unfinished one bears it already: then that is the one.
fn free_name(pass: &Pass<'_>, base: &str) -> (String, bool) {
    let taken = |name: &str| pass.world.runs.iter().find(|run| run.name == name);
    let names =
        std::iter::once(base.to_owned()).chain((1..=pass.world.runs.len()).map(|count| format!("{base}.{count}")));
    for name in names {
        match taken(&name) {
            None => return (name, false),
            Some(run) if !is_completed(run) && !run.is_terminated => return (name, true),
            Some(_) => {}
        }
    }
    (format!("{base}.{}", pass.world.runs.len() + 1), false)
}

fn new_run(
    pass: &Pass<'_>,
    role: Role,
    analysis: &RolloutAnalysis,
    args: Vec<api::rollouts::Argument>,
    name: String,
    suffix: &str,
) -> NewRun {
    let rollout = pass.rollout();
    let mut labels = BTreeMap::from([
        (LABEL_POD_TEMPLATE_HASH.to_owned(), pass.new_hash().to_owned()),
        (LABEL_ROLLOUT_TYPE.to_owned(), role.label().to_owned()),
    ]);
    if role == Role::Step {
        labels.insert(LABEL_STEP_INDEX.to_owned(), suffix.to_owned());
    }
    if let Some(id) = rollout.metadata.labels.get(LABEL_INSTANCE_ID) {
        labels.insert(LABEL_INSTANCE_ID.to_owned(), id.clone());
    }
    let mut annotations = BTreeMap::from([(ANNOTATION_REVISION.to_owned(), pass.revision.to_string())]);
    if let Some(metadata) = &analysis.analysis_run_metadata {
        labels.extend(metadata.labels.clone());
        annotations.extend(metadata.annotations.clone());
    }
    labels.extend(rollout.spec.selector.as_ref().map(|selector| selector.match_labels.clone()).unwrap_or_default());
    NewRun { name, kind: role.label(), analysis: analysis.clone(), args, labels, annotations }
}

fn tell_change(pass: &mut Pass<'_>, role: Role, run: &Run) {
    if run.phase.is_empty() {
        return;
    }
    let known = role.recorded(pass.before());
    let former = match known {
        None => "NoPreviousStatus",
        Some(known) if known.name == run.name && known.status != run.phase => known.status.as_str(),
        Some(_) => return,
    };
    let message =
        format!("{} Analysis Run '{}' Status New: '{}' Previous: '{former}'", role.label(), run.name, run.phase);
    let reason = format!("AnalysisRun{}", run.phase);
    if matches!(run.phase.as_str(), "Failed" | "Error") {
        pass.warn(reason, message)
    } else {
        pass.tell(reason, message)
    }
}

/// Ends runs nobody waits for, and deletes those that are over beyond what is kept.
fn forget(pass: &mut Pass<'_>, kept: &[(Role, Run)]) {
    let is_kept = |run: &Run| kept.iter().any(|(_, other)| other.name == run.name);
    let others: Vec<&Run> =
        pass.world.runs.iter().filter(|run| !is_current(pass, &run.name) && !is_kept(run)).collect();
    for run in &others {
        end(pass, Some(run));
    }
    for run in beyond_limits(pass, others) {
        pass.act(Action::DeleteRun(run.name.clone()));
    }
}
