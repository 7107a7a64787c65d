//! The AnalysisRuns of a Rollout by the part they play, and which of them are kept. Decides nothing.

use crate::pass::Pass;
use crate::scale::is_saturated;
use crate::world::Run;
use api::rollouts::names::{
    DEFAULT_RUN_HISTORY_LIMIT, TYPE_BACKGROUND, TYPE_POST_PROMOTION, TYPE_PRE_PROMOTION, TYPE_STEP,
};
use api::rollouts::{RolloutAnalysisRunStatus, RolloutStatus};

/// What a run is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Of a step.
    Step,
    /// Of all steps.
    Background,
    /// Of the time before the switch.
    PrePromotion,
    /// Of the time after it.
    PostPromotion,
}

/// All roles.
pub const ROLES: [Role; 4] = [Role::PostPromotion, Role::PrePromotion, Role::Step, Role::Background];

impl Role {
    /// The value of the label.
    pub fn label(self) -> &'static str {
        match self {
            Role::Step => TYPE_STEP,
            Role::Background => TYPE_BACKGROUND,
            Role::PrePromotion => TYPE_PRE_PROMOTION,
            Role::PostPromotion => TYPE_POST_PROMOTION,
        }
    }

    /// What its verdict is called.
    pub fn words(self) -> &'static str {
        match self {
            Role::Step => "Step-based",
            Role::Background => "Background",
            Role::PrePromotion => "Blue/green pre-promotion",
            Role::PostPromotion => "Blue/green post-promotion",
        }
    }

    /// What the status says of it.
    pub fn recorded(self, status: &RolloutStatus) -> Option<&RolloutAnalysisRunStatus> {
        match self {
            Role::Step => status.canary.current_step_analysis_run_status.as_ref(),
            Role::Background => status.canary.current_background_analysis_run_status.as_ref(),
            Role::PrePromotion => status.blue_green.pre_promotion_analysis_run_status.as_ref(),
            Role::PostPromotion => status.blue_green.post_promotion_analysis_run_status.as_ref(),
        }
    }

    /// Says it in the status.
    pub fn record(self, status: &mut RolloutStatus, run: Option<RolloutAnalysisRunStatus>) {
        match self {
            Role::Step => status.canary.current_step_analysis_run_status = run,
            Role::Background => status.canary.current_background_analysis_run_status = run,
            Role::PrePromotion => status.blue_green.pre_promotion_analysis_run_status = run,
            Role::PostPromotion => status.blue_green.post_promotion_analysis_run_status = run,
        }
    }
}

/// The run that the status names for a role, if it is there.
pub fn current<'a>(pass: &Pass<'a>, role: Role) -> Option<&'a Run> {
    let recorded = role.recorded(pass.before())?;
    pass.world.runs.iter().find(|run| run.name == recorded.name)
}

/// Whether the status names this run.
pub fn is_current(pass: &Pass<'_>, name: &str) -> bool {
    ROLES.iter().any(|role| role.recorded(pass.before()).is_some_and(|recorded| recorded.name == name))
}

/// Whether no analysis is due after the switch.
pub fn skips_post_analysis(pass: &Pass<'_>, has_begun: bool) -> bool {
    let (hash, before) = (pass.new_hash(), pass.before());
    if before.stable_rs == hash || before.blue_green.active_selector != hash || hash.is_empty() {
        return true;
    }
    !has_begun && !pass.new.is_some_and(|set| is_saturated(pass, set))
}

/// Those that are over and not among the newest that are kept, or whose version is gone.
pub fn beyond_limits<'a>(pass: &Pass<'_>, mut runs: Vec<&'a Run>) -> Vec<&'a Run> {
    let limits = pass.rollout().spec.analysis.as_ref();
    let limit = |given: Option<i32>| usize::try_from(given.unwrap_or(DEFAULT_RUN_HISTORY_LIMIT)).unwrap_or(0);
    let mut good = limit(limits.and_then(|limits| limits.successful_run_history_limit));
    let mut bad = limit(limits.and_then(|limits| limits.unsuccessful_run_history_limit));
    runs.sort_by(|left, right| right.created.cmp(&left.created).then_with(|| right.name.cmp(&left.name)));
    let is_version_there = |run: &Run| {
        let hash = run.hash.as_deref().unwrap_or_default();
        pass.set_of(hash).is_some_and(|set| !set.is_deleting)
    };
    runs.retain(|run| {
        let budget = match run.phase.as_str() {
            _ if !is_version_there(run) => return !run.is_deleting,
            "Successful" => &mut good,
            "Failed" | "Error" | "Inconclusive" => &mut bad,
            _ => return false,
        };
        let is_kept = *budget > 0;
        *budget = budget.saturating_sub(1);
        !is_kept && !run.is_deleting
    });
    runs
}
