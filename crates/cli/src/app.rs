//! `capstan app …`, speaking as `argocd app …` does: the same flags, outputs and exit codes, straight to the cluster.

mod actions;
mod confirm;
mod delete;
mod desired;
mod destination;
mod diff;
mod explain;
mod found;
mod get;
mod history;
mod list;
mod managed;
mod manifests;
mod output;
mod refresh;
mod resource_filter;
mod resource_states;
mod rollback;
mod server;
mod show;
mod store;
mod sync;
mod terminate;
mod text_diff;
mod time;
mod wait;

pub(crate) use desired::commit_of;
pub(crate) use managed::{Managed, veil};
pub(crate) use output::{Format, text};
pub(crate) use store::{AppName, Store, by_server_only, explain, read as found};

use crate::connection::Connection;
use crate::failure::Failure;
use crate::session::ServerFlags;
use crate::signals::interruptible;
use clap::{Args, Subcommand};
use clock::Clock;

/// Look at applications and act on them.
#[derive(Debug, Args)]
pub(crate) struct App {
    #[command(flatten)]
    server: ServerFlags,
    #[command(subcommand)]
    command: Command,
}

/// The commands below `app`.
#[derive(Debug, Subcommand)]
enum Command {
    /// List applications
    List(list::List),
    /// Get application details
    Get(get::Get),
    /// Sync an application to its target state
    Sync(sync::Sync),
    /// Wait for an application to reach a synced and healthy state
    Wait(wait::Wait),
    /// Show application deployment history
    History(history::History),
    /// Rollback application to a previous deployed version by History ID
    Rollback(rollback::Rollback),
    /// Delete an application
    Delete(delete::Delete),
    /// Perform a diff against the target and live state
    Diff(diff::Diff),
    /// Print manifests of an application
    Manifests(manifests::Manifests),
    /// Say what an application is waiting for, since when, and what happens next
    Explain(explain::Explain),
    /// Terminate running operation of an application
    TerminateOp(terminate::TerminateOp),
    /// Confirm the deletion and pruning of resources that ask for it
    ConfirmDeletion(confirm::ConfirmDeletion),
    /// Manage resource actions
    #[command(subcommand)]
    Actions(actions::Actions),
}

impl App {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        let store = match self.server.api(connection)? {
            Some(api) => Store::of_server(api, clock),
            None => Store::of(connection.client(clock).await?),
        };
        match &self.command {
            Command::List(command) => command.run(&store).await,
            Command::Get(command) => command.run(&store).await,
            Command::Sync(command) => command.run(&store).await,
            Command::Wait(command) => command.run(&store).await,
            Command::History(command) => command.run(&store).await,
            Command::Rollback(command) => command.run(&store).await,
            Command::Delete(command) => command.run(&store).await,
            Command::Diff(command) => interruptible(command.run(&store)).await,
            Command::Manifests(command) => interruptible(command.run(&store)).await,
            Command::Explain(command) => command.run(&store, clock).await,
            Command::TerminateOp(command) => command.run(&store).await,
            Command::ConfirmDeletion(command) => command.run(&store, clock).await,
            Command::Actions(command) => command.run(&store, clock).await,
        }
    }
}
