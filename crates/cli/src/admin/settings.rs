//! `admin settings`: what the ConfigMaps of a control plane say, asked and checked.

use super::rbac::Rbac;
use crate::connection::Connection;
use crate::failure::Failure;
use clap::{Args, Subcommand};
use clock::Clock;

/// Provides set of commands for settings validation and troubleshooting.
#[derive(Debug, Args)]
pub(super) struct Settings {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Validate and test RBAC configuration
    Rbac(Rbac),
}

impl Settings {
    pub(super) async fn run(&self, connection: &Connection, clock: &Clock, namespace: &str) -> Result<(), Failure> {
        match &self.command {
            Command::Rbac(command) => command.run(connection, clock, namespace).await,
        }
    }
}
