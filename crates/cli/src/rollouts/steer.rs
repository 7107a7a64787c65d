//! The commands that set one field: abort, pause, restart, retry, terminate.

use super::arguments;
use super::ending::failed;
use super::session::{Named, Session};
use crate::failure::Failure;
use crate::terminal;
use api::rollouts::{ANALYSIS_RUN, EXPERIMENT, ROLLOUT};
use clap::{Args, Subcommand};
use jiff::SignedDuration;
use serde_json::json;

/// The flags of `abort`.
#[derive(Debug, Args)]
pub(super) struct Abort {
    #[arg(value_name = "ROLLOUT_NAME", required = true)]
    names: Vec<String>,
}

/// The flags of `pause`.
#[derive(Debug, Args)]
pub(super) struct Pause {
    #[arg(value_name = "ROLLOUT_NAME", required = true)]
    names: Vec<String>,
}

/// The flags of `restart`.
#[derive(Debug, Args)]
pub(super) struct Restart {
    #[arg(value_name = "ROLLOUT_NAME")]
    name: String,
    /// Amount of time before a restart. (e.g. 30s, 5m, 1h)
    #[arg(short, long = "in", value_name = "DURATION")]
    in_time: Option<String>,
}

/// What can be tried again.
#[derive(Debug, Subcommand)]
pub(super) enum Retry {
    /// Retry an aborted rollout
    #[command(visible_aliases = ["ro", "rollouts"])]
    Rollout {
        #[arg(value_name = "ROLLOUT_NAME", required = true)]
        names: Vec<String>,
    },
    /// Retry an experiment
    #[command(visible_aliases = ["exp", "experiments"])]
    Experiment {
        #[arg(value_name = "EXPERIMENT_NAME", required = true)]
        names: Vec<String>,
    },
}

/// What can be ended.
#[derive(Debug, Subcommand)]
pub(super) enum Terminate {
    /// Terminate an AnalysisRun
    #[command(visible_aliases = ["ar", "analysisruns"])]
    Analysisrun {
        #[arg(value_name = "ANALYSISRUN_NAME", required = true)]
        names: Vec<String>,
    },
    /// Terminate an experiment
    #[command(visible_aliases = ["exp", "experiments"])]
    Experiment {
        #[arg(value_name = "EXPERIMENT_NAME", required = true)]
        names: Vec<String>,
    },
}

impl Abort {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        for name in &self.names {
            let object = session.merge_status(name, steering::abort()).await?;
            terminal::print(&format!("rollout '{}' aborted\n", object.name()))?;
        }
        Ok(())
    }
}

impl Pause {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        for name in &self.names {
            let object = session.merge(Named { kind: ROLLOUT, name }, steering::pause()).await?;
            terminal::print(&format!("rollout '{}' paused\n", object.name()))?;
        }
        Ok(())
    }
}

impl Restart {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let text = self.in_time.as_deref().unwrap_or("0s");
        let pause = arguments::duration(text).map_err(failed)?;
        let pause = SignedDuration::try_from(pause).map_err(|error| failed(error.to_string()))?;
        let at = session.clock.now().checked_add(pause).map_err(|error| failed(error.to_string()))?;
        let body = steering::restart(api::Time::new(at));
        let object = session.merge(Named { kind: ROLLOUT, name: &self.name }, body).await?;
        terminal::print(&format!("rollout '{}' restarts in {text}\n", object.name()))
    }
}

impl Retry {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        match self {
            Retry::Rollout { names } => {
                for name in names {
                    let object = session.merge_status(name, steering::retry()).await?;
                    terminal::print(&format!("rollout '{}' retried\n", object.name()))?;
                }
            }
            Retry::Experiment { names } => {
                for name in names {
                    let object = session.merge(Named { kind: EXPERIMENT, name }, json!({"status": null})).await?;
                    terminal::print(&format!("experiment '{}' retried\n", object.name()))?;
                }
            }
        }
        Ok(())
    }
}

impl Terminate {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        // Upstream says of an experiment that it was retried.
        let (kind, word, names) = match self {
            Terminate::Analysisrun { names } => (ANALYSIS_RUN, "analysisRun", names),
            Terminate::Experiment { names } => (EXPERIMENT, "experiment", names),
        };
        for name in names {
            let object = session.merge(Named { kind, name }, json!({"spec": {"terminate": true}})).await?;
            terminal::print(&format!("{word} '{}' terminated\n", object.name()))?;
        }
        Ok(())
    }
}
