//! `get rollout` and `get experiment`.

use super::arguments::integer;
use super::ending::failed;
use super::live::{self, Live};
use super::read;
use super::session::Session;
use super::watch::{self, Again, EVERY_SECOND};
use crate::failure::Failure;
use crate::terminal;
use clap::{Args, Subcommand};
use rolloutview::{ExperimentView, RolloutView, experiment_text, rollout_text};
use std::time::Duration;

/// What can be looked at.
#[derive(Debug, Subcommand)]
pub(super) enum Get {
    /// Get details about a rollout
    #[command(visible_aliases = ["ro", "rollouts"])]
    Rollout(GetRollout),
    /// Get details about an Experiment
    #[command(visible_aliases = ["exp", "experiments"])]
    Experiment(GetExperiment),
}

/// How it is shown.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Showing {
    /// Watch live updates
    #[arg(short, long)]
    pub watch: bool,
    /// Do not colorize output
    #[arg(long)]
    pub no_color: bool,
}

/// The flags of `get rollout`.
#[derive(Debug, Args)]
pub(super) struct GetRollout {
    #[arg(value_name = "ROLLOUT_NAME")]
    pub name: String,
    #[command(flatten)]
    pub showing: Showing,
    /// Timeout after specified seconds
    #[arg(long, default_value = "0", value_parser = integer)]
    pub timeout_seconds: i64,
    /// Only this revision below the rollout
    #[arg(long, value_name = "N", value_parser = integer)]
    pub revision: Option<i64>,
}

/// The flags of `get experiment`.
#[derive(Debug, Args)]
pub(super) struct GetExperiment {
    #[arg(value_name = "EXPERIMENT_NAME")]
    pub name: String,
    #[command(flatten)]
    pub showing: Showing,
}

impl Get {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        match self {
            Get::Rollout(command) => command.run(session).await,
            Get::Experiment(command) => command.run(session).await,
        }
    }
}

impl GetRollout {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        if !self.showing.watch {
            return terminal::print(&self.text(session).await?);
        }
        let seconds = u64::try_from(self.timeout_seconds).unwrap_or(0);
        let limit = (seconds > 0).then(|| Duration::from_secs(seconds));
        // What is not there is said before anything is followed.
        read::rollout(session, &self.name).await?;
        let live = Live::follow(&session.client, live::TREES, Some(&session.namespace)).await;
        let session = &session.reading(&live);
        let look = || async {
            terminal::print(&watch::frame(&self.text(session).await?))?;
            Ok(false)
        };
        let again = Again { live: &live, at_most: EVERY_SECOND };
        // Compat: the end of the time is no failure.
        watch::until(&session.clock, again, limit, look).await.map(|_| ())
    }

    async fn text(&self, session: &Session) -> Result<String, Failure> {
        let looked = read::look(session, &self.name).await?;
        let mut view = RolloutView::of(&looked.seen());
        if let Some(revision) = self.revision {
            view.keep_revision(revision);
            if view.revisions().is_empty() {
                return Err(failed(format!("unable to find specified revision {revision} in history")));
            }
        }
        Ok(rollout_text(&view, watch::paint(self.showing.no_color), session.clock.now()))
    }
}

impl GetExperiment {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        if !self.showing.watch {
            return terminal::print(&self.text(session).await?);
        }
        read::experiment(session, &self.name).await?;
        let live = Live::follow(&session.client, live::TREES, Some(&session.namespace)).await;
        let session = &session.reading(&live);
        let look = || async {
            terminal::print(&watch::frame(&self.text(session).await?))?;
            Ok(false)
        };
        let again = Again { live: &live, at_most: EVERY_SECOND };
        watch::until(&session.clock, again, None, look).await.map(|_| ())
    }

    async fn text(&self, session: &Session) -> Result<String, Failure> {
        let experiment = read::experiment(session, &self.name).await?;
        let below = read::below(session).await?;
        let view = ExperimentView::of(&experiment, &below.sets, &below.pods, &below.runs);
        Ok(experiment_text(&view, watch::paint(self.showing.no_color), session.clock.now()))
    }
}
