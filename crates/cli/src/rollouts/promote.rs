//! `promote`.

use super::ending::failed;
use super::read;
use super::session::{Named, Session};
use crate::failure::Failure;
use crate::terminal;
use api::rollouts::{ROLLOUT, Rollout};
use clap::Args;
use steering::Promotion;

/// The flags of `promote`.
#[derive(Debug, Args)]
pub(super) struct Promote {
    #[arg(value_name = "ROLLOUT_NAME")]
    name: String,
    /// Perform a full promotion, skipping analysis, pauses, and steps
    #[arg(long)]
    full: bool,
    /// Skip currently running canary step
    #[arg(short = 'c', long, hide = true)]
    skip_current_step: bool,
    /// Skip remaining steps
    #[arg(short = 'a', long, hide = true)]
    skip_all_steps: bool,
}

impl Promote {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        self.tell_deprecated();
        if self.skip_current_step && self.skip_all_steps {
            return Err(failed("Cannot use skip-current-step and skip-all-steps flags at the same time"));
        }
        let rollout = session.get(Named { kind: ROLLOUT, name: &self.name }).await?;
        let rollout = Rollout::read(&rollout).map_err(read::unreadable)?;
        let patches = steering::promote(&rollout, self.promotion()).map_err(|refused| failed(refused.to_string()))?;
        if let Some(status) = patches.status {
            session.merge_status(&self.name, status).await?;
        }
        if let Some(spec) = patches.spec {
            session.merge(Named { kind: ROLLOUT, name: &self.name }, spec).await?;
        }
        let how = if self.full { "fully promoted" } else { "promoted" };
        terminal::print(&format!("rollout '{}' {how}\n", self.name))
    }

    fn tell_deprecated(&self) {
        let told = [
            (self.skip_current_step, "skip-current-step", "use without the flag instead ex: promote ROLLOUT_NAME"),
            (self.skip_all_steps, "skip-all-steps", "use --full instead"),
        ];
        for (_, flag, instead) in told.into_iter().filter(|(is_given, ..)| *is_given) {
            terminal::note(&format!("Flag --{flag} has been deprecated, {instead}"));
        }
    }

    fn promotion(&self) -> Promotion {
        match () {
            () if self.skip_all_steps => Promotion::SkipSteps,
            () if self.skip_current_step => Promotion::SkipStep,
            () if self.full => Promotion::Full,
            () => Promotion::Onwards,
        }
    }
}
