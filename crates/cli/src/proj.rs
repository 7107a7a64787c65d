//! `capstan proj …`, as `argocd proj`: projects of a control plane.

mod edit;
mod lists;
mod roles;
mod set;
mod show;
mod tokens;
mod windows;

use crate::app::{Format, text};
use crate::connection::Connection;
use crate::control_plane::{At, ControlPlane, is_confirmed};
use crate::failure::Failure;
use crate::terminal;
use clap::{Args, Subcommand};
use clock::Clock;
use edit::find;
use object::Object;
use serde_json::{Value, json};
use show::{Output, details, read, shown, table};

/// Manage projects.
#[derive(Debug, Args)]
pub(crate) struct Proj {
    #[command(flatten)]
    at: At,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create a project
    Create(Box<Create>),
    /// Get project details
    Get(Get),
    /// List projects
    List(List),
    /// Delete projects
    Delete(Delete),
    /// Set project parameters
    Set(Box<set::Set>),
    /// Edit project
    Edit(set::EditSpec),
    #[command(flatten)]
    Lists(lists::Lists),
    /// Manage a project's sync windows
    #[command(subcommand)]
    Windows(windows::Windows),
    /// Manage a project's roles
    #[command(subcommand)]
    Role(roles::Roles),
}

#[derive(Debug, Args)]
struct Create {
    /// The project
    project: String,
    #[command(flatten)]
    said: set::Said,
    /// Allows to override a project with the same name even if supplied project spec is different from existing spec
    #[arg(long)]
    upsert: bool,
}

#[derive(Debug, Args)]
struct Get {
    /// The project
    project: String,
    /// Output format
    #[arg(short, long, default_value = "wide")]
    output: Output,
}

#[derive(Debug, Args)]
struct List {
    /// Output format
    #[arg(short, long, default_value = "wide")]
    output: Output,
}

#[derive(Debug, Args)]
struct Delete {
    /// The projects
    #[arg(required = true)]
    projects: Vec<String>,
    /// Turn off prompting to confirm
    #[arg(short, long)]
    yes: bool,
}

impl Proj {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        let control_plane = self.at.open(connection, clock).await?;
        match &self.command {
            Command::Create(command) => command.run(&control_plane).await,
            Command::Get(command) => command.run(&control_plane).await,
            Command::List(command) => command.run(&control_plane).await,
            Command::Delete(command) => command.run(&control_plane).await,
            Command::Set(command) => command.run(&control_plane).await,
            Command::Edit(command) => command.run(&control_plane).await,
            Command::Lists(command) => command.run(&control_plane).await,
            Command::Windows(command) => command.run(&control_plane, clock).await,
            Command::Role(command) => command.run(&control_plane, clock).await,
        }
    }
}

impl Create {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let spec = Value::Object(self.said.spec()?);
        let value = json!({
            "apiVersion": api::names::API_VERSION, "kind": api::names::APP_PROJECT, "spec": spec,
            "metadata": {"name": self.project, "namespace": control_plane.namespace},
        });
        let made = Object::from_value(&value).map_err(|error| Failure::new(error.to_string()))?;
        let known = control_plane.projects().await?.into_iter().find(|own| own.name() == self.project);
        match known {
            None => control_plane.create(made).await,
            Some(known) if known.get("/spec").unwrap_or_default() == spec => Ok(()),
            Some(known) if self.upsert => {
                // What the new spec does not name goes.
                let mut body = json!({"spec": spec});
                for key in known.get("/spec").iter().filter_map(Value::as_object).flat_map(|spec| spec.keys()) {
                    if body["spec"].get(key).is_none() {
                        body["spec"][key] = Value::Null;
                    }
                }
                control_plane.patch(&known, body).await
            }
            Some(_) => Err(Failure::new("existing project spec is different, use upsert flag to force update")),
        }
    }
}

impl Get {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let found = find(control_plane, &self.project).await?;
        terminal::print(&match self.output {
            Output::Json => text(&shown(&found), Format::Json),
            Output::Yaml => text(&shown(&found), Format::Yaml),
            Output::Name => format!("{}\n", found.name()),
            Output::Wide => details(&read(&found)?),
        })
    }
}

impl List {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let all = control_plane.projects().await?;
        terminal::print(&match self.output {
            Output::Json => text(&Value::Array(all.iter().map(shown).collect()), Format::Json),
            Output::Yaml => text(&Value::Array(all.iter().map(shown).collect()), Format::Yaml),
            Output::Name => all.iter().map(|own| format!("{}\n", own.name())).collect(),
            Output::Wide => table(&all.iter().map(read).collect::<Result<Vec<_>, _>>()?),
        })
    }
}

impl Delete {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        for name in &self.projects {
            let found = find(control_plane, name).await?;
            if is_confirmed(self.yes, &format!("Are you sure you want to delete {name}? [y/n] "))? {
                control_plane.delete(&found).await?;
            } else {
                terminal::print(&format!("The command to delete {name} was cancelled.\n"))?;
            }
        }
        Ok(())
    }
}
