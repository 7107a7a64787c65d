//! `capstan rollouts …`, and the same binary as kubectl's plugin `kubectl-argo-rollouts`: upstream's commands, flags,
//! outputs and exit codes, straight to the cluster.
//!
//! What is shown is made by the crate `rolloutview`. Start reading at [`Rollouts`], then [`Session`](session::Session).

mod admission;
mod binary;
mod ending;

mod flags;
mod live;
mod session;

mod arguments;
mod read;

mod create;
mod create_run;
mod dashboard;
mod explain;
mod get;
mod lint;
mod list;
mod name_completion;
mod notifications;
mod promote;
mod scripts;
mod set_image;
mod status;
mod steer;
mod strict;
mod undo;
mod version;
mod watch;

pub(crate) use admission::RolloutAdmission;
pub(crate) use binary::{BINARY, COMPLETE, COMPLETER};

use crate::connection::Connection;
use crate::failure::Failure;
use clap::{Args, Subcommand};
use clock::Clock;

/// The commands as a description of themselves.
fn description() -> clap::Command {
    Rollouts::augment_args(Connection::augment_args(clap::Command::new(BINARY)))
}

/// What stands below `rollouts`.
#[derive(Debug, Args)]
pub(crate) struct Rollouts {
    #[command(flatten)]
    flags: flags::Flags,
    #[command(subcommand)]
    command: Command,
}

/// The commands below `rollouts`.
#[derive(Debug, Subcommand)]
enum Command {
    /// Abort a rollout
    Abort(steer::Abort),
    /// Generate completion script
    Completion(scripts::Completion),
    /// Create a Rollout, Experiment, AnalysisTemplate, ClusterAnalysisTemplate, or AnalysisRun resource
    Create(create::Create),
    /// Start UI dashboard
    Dashboard(dashboard::Dashboard),
    /// Explain in plain words what a rollout is waiting for, since when, and what would unblock it
    Explain(explain::Explain),
    /// Get details about rollouts and experiments
    #[command(subcommand)]
    Get(get::Get),
    /// Lint and validate a Rollout
    Lint(lint::Lint),
    /// List rollouts or experiments
    #[command(subcommand)]
    List(list::List),
    /// Set of CLI commands that helps manage notifications settings
    Notifications(notifications::Notifications),
    /// Pause a rollout
    Pause(steer::Pause),
    /// Promote a rollout
    Promote(promote::Promote),
    /// Restart the pods of a rollout
    Restart(steer::Restart),
    /// Retry a rollout or experiment
    #[command(subcommand)]
    Retry(steer::Retry),
    /// Update various values on resources
    #[command(subcommand)]
    Set(set_image::Set),
    /// Show the status of a rollout
    Status(status::Status),
    /// Terminate an AnalysisRun or Experiment
    #[command(subcommand)]
    Terminate(steer::Terminate),
    /// Undo a rollout
    Undo(undo::Undo),
    /// Print version
    Version(version::Version),
    /// What could stand at the end of a command line, for shells
    #[command(name = "__complete", hide = true)]
    Complete(name_completion::Complete),
}

impl Rollouts {
    /// Runs the command; what went wrong is told in upstream's form.
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        ending::told(self.run_alone(connection, clock).await)
    }

    async fn run_alone(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        match &self.command {
            Command::Completion(command) => return command.run(),
            Command::Lint(command) => return command.run(),
            Command::Version(command) => return command.run(),
            Command::Dashboard(command) => return command.run(connection, &self.flags, clock).await,
            Command::Complete(command) => {
                let around = name_completion::Around { connection, flags: &self.flags, clock };
                return command.run(description(), &around).await;
            }
            _ => {}
        }
        let session = session::Session::open(connection, &self.flags, clock).await?;
        match &self.command {
            Command::Abort(command) => command.run(&session).await,
            Command::Create(command) => command.run(&session).await,
            Command::Explain(command) => command.run(&session).await,
            Command::Get(command) => command.run(&session).await,
            Command::List(command) => command.run(&session).await,
            Command::Notifications(command) => command.run(&session).await,
            Command::Pause(command) => command.run(&session).await,
            Command::Promote(command) => command.run(&session).await,
            Command::Restart(command) => command.run(&session).await,
            Command::Retry(command) => command.run(&session).await,
            Command::Set(command) => command.run(&session).await,
            Command::Status(command) => command.run(&session).await,
            Command::Terminate(command) => command.run(&session).await,
            Command::Undo(command) => command.run(&session).await,
            Command::Completion(_)
            | Command::Lint(_)
            | Command::Version(_)
            | Command::Dashboard(_)
            | Command::Complete(_) => Ok(()),
        }
    }
}
