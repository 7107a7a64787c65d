//! `capstan cluster …`: the clusters that applications go to, as `argocd cluster`; and the embedded one alone.

mod account;
mod add;
mod change;
mod kubeconfig;
mod load;
mod manifests;
mod running;
mod snapshot;
mod state;

use crate::app::{Format, text};
use crate::connection::Connection;
use crate::control_plane::{At, ControlPlane, is_confirmed};
use crate::failure::Failure;
use crate::tabs::{Layout, align};
use crate::terminal;
use crate::up;
use clap::{Args, Subcommand, ValueEnum};
use clock::Clock;
use serde_json::Value;
use state::{State, all, details, find, shown};

/// The commands below `cluster`.
#[derive(Debug, Subcommand)]
pub(crate) enum Cluster {
    /// Start an embedded cluster without the controllers
    Up(up::ClusterUp),
    /// Print the embedded cluster's kubeconfig
    Kubeconfig(snapshot::PrintKubeconfig),
    /// Put manifests of files and folders into the embedded cluster, running or not
    Load(load::Load),
    /// Write everything the embedded cluster holds, running or not, into one file
    Snapshot(snapshot::TakeSnapshot),
    /// Make a new embedded cluster of a snapshot
    Restore(snapshot::Restore),
    /// Register a cluster by a context of a kubeconfig
    Add(Box<add::Add>),
    /// Get cluster information
    Get(Get),
    /// List configured clusters
    List(List),
    /// Set cluster information
    Set(change::Set),
    /// Make the token of the control plane's account in a cluster anew
    RotateAuth(change::RotateAuth),
    /// Remove cluster credentials
    Rm(Rm),
}

/// The flags of `cluster get`.
#[derive(Debug, Args)]
pub(crate) struct Get {
    #[command(flatten)]
    at: At,
    /// The clusters, each by SERVER or NAME
    #[arg(required = true)]
    clusters: Vec<String>,
    /// Output format
    #[arg(short, long, default_value = "yaml")]
    output: Output,
}

/// The flags of `cluster list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    at: At,
    /// Output format
    #[arg(short, long, default_value = "wide")]
    output: Output,
}

/// The flags of `cluster rm`.
#[derive(Debug, Args)]
pub(crate) struct Rm {
    #[command(flatten)]
    at: At,
    /// The clusters, each by SERVER or NAME
    #[arg(required = true)]
    clusters: Vec<String>,
    /// Turn off prompting to confirm remove of cluster resources
    #[arg(short, long)]
    yes: bool,
}

/// What `-o` may say here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Json,
    Yaml,
    Wide,
    Server,
}

impl Cluster {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        match self {
            Cluster::Up(command) => command.run(clock).await,
            Cluster::Kubeconfig(command) => command.run(),
            Cluster::Load(command) => command.run(clock).await,
            Cluster::Snapshot(command) => command.run(clock).await,
            Cluster::Restore(command) => command.run(),
            Cluster::Add(command) => command.run(connection, clock).await,
            Cluster::Get(command) => command.run(&command.at.open(connection, clock).await?).await,
            Cluster::List(command) => command.run(&command.at.open(connection, clock).await?).await,
            Cluster::Set(command) => command.run(&command.at.open(connection, clock).await?).await,
            Cluster::RotateAuth(command) => command.run(&command.at.open(connection, clock).await?).await,
            Cluster::Rm(command) => command.run(&command.at.open(connection, clock).await?).await,
        }
    }
}

impl Get {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let known = all(control_plane).await?;
        let mut found = Vec::new();
        for selector in &self.clusters {
            found.push(find(&known, selector)?);
        }
        let format = if self.output == Output::Json { Format::Json } else { Format::Yaml };
        terminal::print(&match (self.output, &*found) {
            (Output::Wide, _) => found.iter().map(|own| details(own)).collect(),
            (Output::Server, _) => found.iter().map(|own| format!("{}\n", own.server)).collect(),
            (_, [one]) => text(&shown(one), format),
            _ => text(&Value::Array(found.iter().map(|own| shown(own)).collect()), format),
        })
    }
}

impl List {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let known = all(control_plane).await?;
        terminal::print(&match self.output {
            Output::Wide => table(&known),
            Output::Server => known.iter().map(|own| format!("{}\n", own.server)).collect(),
            Output::Json => text(&Value::Array(known.iter().map(shown).collect()), Format::Json),
            Output::Yaml => text(&Value::Array(known.iter().map(shown).collect()), Format::Yaml),
        })
    }
}

impl Rm {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let known = all(control_plane).await?;
        for selector in &self.clusters {
            let question = format!(
                "Are you sure you want to remove '{selector}'? Any Apps deploying to this cluster will go to health status Unknown.[y/n] "
            );
            let found = find(&known, selector)?;
            let Some(secret) = &found.secret else {
                return Err(Failure::new(format!(
                    "{selector} is the control plane's own cluster: no Secret declares it"
                )));
            };
            if is_confirmed(self.yes, &question)? {
                control_plane.delete(secret).await?;
                terminal::print(&format!("Cluster '{selector}' removed\n"))?;
            } else {
                terminal::print(&format!("The command to remove '{selector}' was cancelled.\n"))?;
            }
        }
        Ok(())
    }
}

fn table(all: &[State]) -> String {
    let mut rows = "SERVER\tNAME\tVERSION\tSTATUS\tMESSAGE\tPROJECT\n".to_owned();
    for own in all {
        let server = match own.namespaces.len() {
            0 => own.server.clone(),
            more => format!("{} ({more} namespaces)", own.server),
        };
        let (version, status, message) = (&own.version, own.status, own.message.replace(['\n', '\t'], " "));
        rows.push_str(&format!("{server}\t{}\t{version}\t{status}\t{message}\t{}\n", own.name, own.project));
    }
    align(&rows, Layout::TABLE)
}
