//! `capstan admin …`: the data of a control plane written out and read back, as `argocd admin export` and `import`.

mod export;
mod import;
mod objects;
mod rbac;
mod settings;

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
    /// Set of CLI commands that helps manage notifications settings
    Notifications(crate::notifications::Tools),
    /// Provides set of commands for settings validation and troubleshooting
    Settings(settings::Settings),
}

impl Admin {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        if let Command::Settings(command) = &self.command {
            // What a file says needs no cluster.
            return command.run(connection, clock, &self.namespace).await;
        }
        let client = connection.client(clock).await?;
        let control_plane = ControlPlane { client, namespace: self.namespace.clone(), server: None };
        match &self.command {
            Command::Export(command) => command.run(&control_plane).await,
            Command::Import(command) => command.run(&control_plane).await,
            Command::Notifications(command) => {
                let ControlPlane { client, namespace, .. } = control_plane;
                let reach = crate::notifications::Reach::Open(client);
                let product = notifications::Product::Applications;
                command.run(&crate::notifications::Place { product, namespace, reach }).await
            }
            Command::Settings(_) => Ok(()),
        }
    }
}
