//! The Experiments of a canary's steps.

use crate::counts::current_step;
use crate::pass::Pass;
use crate::plan::Action;
use crate::run_roles::beyond_limits;
use crate::words::REASON_EXPERIMENT;
use crate::world::{ExperimentRun, Run};
use api::rollouts::names::{PAUSE_INCONCLUSIVE_ANALYSIS, PAUSE_INCONCLUSIVE_EXPERIMENT};
use api::rollouts::{AnalysisPhase, ExperimentStep, Rollout};

/// The Experiment that the status names.
pub fn current<'a>(pass: &Pass<'a>) -> Option<&'a ExperimentRun> {
    let name = pass.before().canary.current_experiment.as_str();
    pass.world.experiments.iter().find(|it| !name.is_empty() && it.run.name == name)
}

/// The last experiment step up to the current one.
pub fn current_step_experiment(rollout: &Rollout) -> Option<&ExperimentStep> {
    let current = current_step(rollout)?;
    current.step?;
    let steps = &rollout.spec.strategy.canary.as_ref()?.steps;
    steps.iter().take(current.index + 1).rev().find_map(|step| step.experiment.as_ref())
}

/// Starts, ends and judges them.
pub fn reconcile(pass: &mut Pass<'_>) {
    if pass.is_aborted() || pass.before().promote_full {
        for experiment in pass.world.experiments {
            end(pass, &experiment.run);
        }
        return;
    }
    // Unlike upstream, one without a verdict is not followed by another before somebody went on.
    if [PAUSE_INCONCLUSIVE_ANALYSIS, PAUSE_INCONCLUSIVE_EXPERIMENT].iter().any(|it| pass.before().pause(it).is_some()) {
        return;
    }
    let mut kept = None;
    if let Some(step) = current_step(pass.rollout()).filter(|it| it.step.is_some_and(|step| step.experiment.is_some()))
    {
        kept = match current(pass) {
            Some(experiment) => {
                judge(pass, &experiment.run);
                Some(experiment.run.name.clone())
            }
            None => start(pass, step.index),
        };
    }
    let others: Vec<&Run> =
        pass.world.experiments.iter().map(|it| &it.run).filter(|run| Some(&run.name) != kept.as_ref()).collect();
    for run in &others {
        end(pass, run);
    }
    let shown = pass.before().canary.current_experiment.as_str();
    for run in beyond_limits(pass, others.into_iter().filter(|run| run.name != shown).collect()) {
        pass.act(Action::DeleteExperiment(run.name.clone()));
    }
}

fn judge(pass: &mut Pass<'_>, run: &Run) {
    match run.phase.as_str() {
        "Inconclusive" => pass.pause.add(PAUSE_INCONCLUSIVE_EXPERIMENT),
        "Error" | "Failed" => {
            let why = if run.message.is_empty() { String::new() } else { format!(": {}", run.message) };
            pass.pause.abort(format!("Experiment analysis phase is error/failed{why}"));
        }
        // Unlike upstream, it is known until the step is over: it would be made anew as long as a user pauses the Rollout.
        "Successful" => pass.status.canary.current_experiment.clone_from(&run.name),
        _ => {
            pass.status.canary.current_experiment.clone_from(&run.name);
            pass.wait(format!("experiment {}", run.name), Some(run.created), "its end");
        }
    }
}

fn start(pass: &mut Pass<'_>, step: usize) -> Option<String> {
    if pass.stable.is_none() {
        pass.wait("a stable version to compare with in the experiment", None, "the first version becoming stable");
        return None;
    }
    let base = format!("{}-{}-{}-{step}", pass.rollout().metadata.name, pass.new_hash(), pass.revision);
    let names = std::iter::once(base.clone()).chain((1..).map(|count| format!("{base}-{count}")));
    let of_name = |name: &str| pass.world.experiments.iter().map(|it| &it.run).find(|run| run.name == name);
    // One more name than there are Experiments: one of them is free.
    let mut names = names.take(pass.world.experiments.len() + 1);
    let name = names.find(|name| of_name(name).is_none_or(|run| !is_completed(run) && !run.is_terminated))?;
    if of_name(&name).is_none() {
        pass.act(Action::StartExperiment { name: name.clone(), step });
        pass.tell_done(REASON_EXPERIMENT, format!("Created Experiment '{name}'"));
    }
    pass.status.canary.current_experiment.clone_from(&name);
    Some(name)
}

fn end(pass: &mut Pass<'_>, run: &Run) {
    if !run.is_terminated && !is_completed(run) {
        pass.act(Action::EndExperiment(run.name.clone()));
    }
}

fn is_completed(run: &Run) -> bool {
    AnalysisPhase::parse(&run.phase).is_some_and(AnalysisPhase::is_completed)
}
