//! `capstan admin …`: the data of a control plane written out and read back, as `argocd admin export` and `import`.

mod export;
mod import;
mod objects;

use crate::connection::Connection;
use crate::control_plane::ControlPlane;
use crate::failure::Failure;
use api::names::DEFAULT_NAMESPACE;
use clap::{Args, Subcommand};
use clock::Clock;

/// Contains a set of commands useful for administrators.
#[derive(Debug, Args)]
pub(crate) struct Admin {
    /// Namespace of the control plane
    #[arg(short, long, default_value = DEFAULT_NAMESPACE, global = true)]
    namespace: String,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Export all data of the control plane to stdout (default) or a file; it holds secrets
    Export(export::Export),
    /// Import data of a control plane from stdin (specify `-') or a file
    Import(import::Import),
}

impl Admin {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        let client = connection.client(clock).await?;
        let control_plane = ControlPlane { client, namespace: self.namespace.clone() };
        match &self.command {
            Command::Export(command) => command.run(&control_plane).await,
            Command::Import(command) => command.run(&control_plane).await,
        }
    }
}
