//! `capstan repo …` and `capstan repocreds …`, as `argocd repo` and `argocd repocreds`: Secrets of the control plane.

mod credentials;
mod creds;
mod declared;
mod output;

pub(crate) use creds::RepoCreds;

use crate::app::{Format, text};
use crate::connection::Connection;
use crate::control_plane::{At, ControlPlane, Existing, Stored, hash_of, is_confirmed};
use crate::failure::Failure;
use crate::tabs::{Layout, align};
use crate::terminal;
use clap::{Args, Subcommand};
use clock::Clock;
use credentials::Credentials;
use declared::shown;
use output::Output;
use serde_json::Value;

/// The type of Secrets that declare repositories.
const REPOSITORY: &str = "repository";

/// Manage repository connection parameters.
#[derive(Debug, Args)]
pub(crate) struct Repo {
    #[command(flatten)]
    at: At,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add git, oci or helm repository connection parameters
    Add(Box<Add>),
    /// Get a configured repository by URL
    Get(Get),
    /// List configured repositories
    List(List),
    /// Remove configured repositories
    Rm(Rm),
}

#[derive(Debug, Args)]
struct Add {
    /// The repository
    url: String,
    /// Name of the repository, mandatory for repositories of type helm
    #[arg(long, default_value = "")]
    name: String,
    /// Project of the repository
    #[arg(long, default_value = "")]
    project: String,
    /// Override an existing repository with the same name even if the spec differs
    #[arg(long)]
    upsert: bool,
    /// Disables server certificate and host key checks
    #[arg(long)]
    insecure_skip_server_verification: bool,
    /// Enable git-lfs (Large File Support) on this repository
    #[arg(long)]
    enable_lfs: bool,
    /// Hosts that are reached without the proxy
    #[arg(long, default_value = "")]
    no_proxy: String,
    /// Depth of a shallow clone; 0 for a full one
    #[arg(long, default_value_t = 0)]
    depth: u32,
    #[command(flatten)]
    credentials: Credentials,
}

#[derive(Debug, Args)]
struct Get {
    /// The repository
    url: String,
    /// Project of the repository
    #[arg(long)]
    project: Option<String>,
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
struct Rm {
    /// The repositories
    #[arg(required = true)]
    urls: Vec<String>,
    /// Project of the repository
    #[arg(long)]
    project: Option<String>,
    /// Turn off prompting to confirm
    #[arg(short, long)]
    yes: bool,
}

impl Repo {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        let control_plane = self.at.open(connection, clock).await?;
        match &self.command {
            Command::Add(add) => add.run(&control_plane).await,
            Command::Get(get) => get.run(&control_plane).await,
            Command::List(list) => {
                let all = control_plane.secrets(REPOSITORY).await?;
                terminal::print(&printed(&all, list.output, Many::All))
            }
            Command::Rm(rm) => rm.run(&control_plane).await,
        }
    }
}

impl Add {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let mut values = self.credentials.values()?;
        let kind = self.credentials.kind();
        if kind == "helm" && self.name.is_empty() {
            return Err(Failure::new("must specify --name for repos of type 'helm'"));
        }
        let flag = |is: bool| if is { "true".to_owned() } else { String::new() };
        values.extend([
            ("url", self.url.clone()),
            ("name", self.name.clone()),
            ("project", self.project.clone()),
            ("insecure", flag(self.insecure_skip_server_verification)),
            ("enableLfs", flag(self.enable_lfs)),
            ("noProxy", self.no_proxy.clone()),
            ("depth", if self.depth == 0 { String::new() } else { self.depth.to_string() }),
        ]);
        let name = format!("repo-{}", hash_of(&[&self.url, &self.project]));
        let existing = if self.upsert { Existing::Overwritten } else { Existing::Kept };
        control_plane.store(REPOSITORY, &name, values, existing).await?;
        terminal::print(&format!("Repository '{}' added\n", self.url))
    }
}

impl Get {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let found = find(control_plane, &self.url, self.project.as_deref()).await?;
        terminal::print(&printed(&[found], self.output, Many::One))
    }
}

impl Rm {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        for url in &self.urls {
            let found = find(control_plane, url, self.project.as_deref()).await?;
            if is_confirmed(self.yes, &format!("Are you sure you want to delete repository '{url}'? [y/n] "))? {
                control_plane.delete(&found.object).await?;
                terminal::print(&format!("Repository '{url}' removed\n"))?;
            } else {
                terminal::print(&format!("The command to delete '{url}' was cancelled.\n"))?;
            }
        }
        Ok(())
    }
}

/// A declared repository by its URL, however that is written.
async fn find(control_plane: &ControlPlane, url: &str, project: Option<&str>) -> Result<Stored, Failure> {
    let all = control_plane.secrets(REPOSITORY).await?;
    let is_meant = |own: &Stored| {
        api::is_same_repository(own.get("url"), url) && project.is_none_or(|project| own.get("project") == project)
    };
    let mut found: Vec<Stored> = all.into_iter().filter(is_meant).collect();
    match found.len() {
        0 => Err(Failure::new(format!("repo '{url}' not found; `capstan repo list` shows those there are"))),
        1 => Ok(found.remove(0)),
        _ => Err(Failure::new(format!(
            "repository not found for url '{url}' and several projects: name one with --project"
        ))),
    }
}

/// Whether one is printed or a list of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Many {
    One,
    All,
}

fn printed(all: &[Stored], output: Output, many: Many) -> String {
    let format = if output == Output::Json { Format::Json } else { Format::Yaml };
    match (output, many, all) {
        (Output::Url, ..) => all.iter().map(|own| format!("{}\n", own.get("url"))).collect(),
        (Output::Wide, ..) => table(all),
        (_, Many::One, [one]) => text(&shown(one), format),
        _ => text(&Value::Array(all.iter().map(shown).collect()), format),
    }
}

fn table(all: &[Stored]) -> String {
    let mut rows = "TYPE\tNAME\tREPO\tINSECURE\tOCI\tLFS\tCREDS\tSTATUS\tMESSAGE\tPROJECT\n".to_owned();
    for own in all {
        let kind = Some(own.get("type")).filter(|kind| !kind.is_empty()).unwrap_or("git");
        let is_insecure = own.is("insecure") || own.is("insecureIgnoreHostKey");
        let (name, url, project) = (own.get("name"), own.get("url"), own.get("project"));
        let (oci, lfs) = (own.is("enableOCI"), own.is("enableLfs"));
        let creds = declared::has_credentials(own);
        let (status, message) = (own.get("status"), own.get("message").replace(['\n', '\t'], " "));
        rows.push_str(&format!(
            "{kind}\t{name}\t{url}\t{is_insecure}\t{oci}\t{lfs}\t{creds}\t{status}\t{message}\t{project}\n"
        ));
    }
    align(&rows, Layout::TABLE)
}
