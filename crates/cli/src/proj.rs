//! `capstan proj …`, as `argocd proj`: projects, straight in the cluster of the control plane.

mod edit;
mod lists;
mod roles;
mod show;
mod windows;

use crate::app::{Format, text};
use crate::connection::Connection;
use crate::control_plane::{At, ControlPlane, is_confirmed};
use crate::failure::Failure;
use crate::terminal;
use clap::{Args, Subcommand};
use clock::Clock;
use cluster::{Change, Target, Write};
use edit::{find, projects};
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
    /// Project description
    #[arg(long, default_value = "")]
    description: String,
    /// Permitted destination server and namespace (e.g. https://192.168.99.100:8443,default)
    #[arg(short, long = "dest", value_name = "SERVER,NAMESPACE")]
    destinations: Vec<String>,
    /// Permitted source repository URL
    #[arg(short, long = "src", value_name = "URL")]
    sources: Vec<String>,
    /// List of source namespaces for applications
    #[arg(long, value_delimiter = ',')]
    source_namespaces: Vec<String>,
    /// List of allowed cluster level resources, as [GROUP/]KIND[/NAME]
    #[arg(long = "allow-cluster-resource", value_name = "KIND")]
    cluster_resources: Vec<String>,
    /// List of denied namespaced resources, as [GROUP/]KIND
    #[arg(long = "deny-namespaced-resource", value_name = "KIND")]
    denied: Vec<String>,
    /// Enables orphaned resources monitoring
    #[arg(long)]
    orphaned_resources: bool,
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
            Command::Lists(command) => command.run(&control_plane).await,
            Command::Windows(command) => command.run(&control_plane, clock).await,
            Command::Role(command) => command.run(&control_plane).await,
        }
    }
}

impl Create {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let spec = self.spec()?;
        let value = json!({
            "apiVersion": api::names::API_VERSION, "kind": api::names::APP_PROJECT, "spec": spec,
            "metadata": {"name": self.project, "namespace": control_plane.namespace},
        });
        let made = Object::from_value(&value).map_err(|error| Failure::new(error.to_string()))?;
        let known = projects(control_plane).await?.into_iter().find(|own| own.name() == self.project);
        match known {
            None => control_plane.write(Write::new(Target::of(&made), Change::Create(made))).await,
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

    fn spec(&self) -> Result<Value, Failure> {
        let destination = |text: &String| match text.split(',').collect::<Vec<_>>().as_slice() {
            [server, namespace] => Ok(json!({"server": server, "namespace": namespace})),
            _ => Err(Failure::new(format!("Expected destination of the form: server,namespace. Received: {text}"))),
        };
        let destinations = self.destinations.iter().map(destination).collect::<Result<Vec<_>, _>>()?;
        let kinds = |texts: &[String]| texts.iter().map(|text| lists::kind(text)).collect::<Vec<_>>();
        let all = [
            ("description", json!(self.description)),
            ("destinations", json!(destinations)),
            ("sourceRepos", json!(self.sources)),
            ("sourceNamespaces", json!(self.source_namespaces)),
            ("clusterResourceWhitelist", json!(kinds(&self.cluster_resources))),
            ("namespaceResourceBlacklist", json!(kinds(&self.denied))),
        ];
        let is_said = |value: &Value| *value != json!("") && *value != json!([]);
        let mut spec: serde_json::Map<String, Value> =
            all.into_iter().filter(|(_, value)| is_said(value)).map(|(key, value)| (key.to_owned(), value)).collect();
        if self.orphaned_resources {
            spec.insert("orphanedResources".to_owned(), json!({}));
        }
        Ok(Value::Object(spec))
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
        let all = projects(control_plane).await?;
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
