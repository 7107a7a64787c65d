//! `capstan repocreds …`: credentials for all repositories whose URL begins alike.

use super::credentials::Credentials;
use super::output::Output;
use crate::app::{Format, text};
use crate::connection::Connection;
use crate::control_plane::{At, ControlPlane, Existing, Stored, hash_of, is_confirmed};
use crate::failure::Failure;
use crate::tabs::{Layout, align};
use crate::terminal;
use clap::{Args, Subcommand};
use clock::Clock;
use serde_json::{Value, json};

/// The type of Secrets that declare credentials for many repositories.
const TEMPLATE: &str = "repo-creds";

/// Manage credential templates for repositories.
#[derive(Debug, Args)]
pub(crate) struct RepoCreds {
    #[command(flatten)]
    at: At,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add repository credentials
    Add(Box<Add>),
    /// List configured repository credentials
    List {
        /// Output format
        #[arg(short, long, default_value = "wide")]
        output: Output,
    },
    /// Remove repository credentials
    Rm(Rm),
}

#[derive(Debug, Args)]
struct Add {
    /// What the URLs of the repositories begin with
    url: String,
    /// Override existing credentials even if the spec differs
    #[arg(long)]
    upsert: bool,
    #[command(flatten)]
    credentials: Credentials,
}

#[derive(Debug, Args)]
struct Rm {
    /// The credentials, by their URL
    #[arg(required = true)]
    urls: Vec<String>,
    /// Turn off prompting to confirm
    #[arg(short, long)]
    yes: bool,
}

impl RepoCreds {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        let control_plane = self.at.open(connection, clock).await?;
        match &self.command {
            Command::Add(add) => add.run(&control_plane).await,
            Command::List { output } => {
                let all = control_plane.secrets(TEMPLATE).await?;
                terminal::print(&printed(&all, *output))
            }
            Command::Rm(rm) => rm.run(&control_plane).await,
        }
    }
}

impl Add {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let mut values = self.credentials.values()?;
        values.insert("url", self.url.clone());
        let name = format!("creds-{}", hash_of(&[&self.url]));
        let existing = if self.upsert { Existing::Overwritten } else { Existing::Kept };
        control_plane.store(TEMPLATE, &name, values, existing).await?;
        terminal::print(&format!("Repository credentials for '{}' added\n", self.url))
    }
}

impl Rm {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let all = control_plane.secrets(TEMPLATE).await?;
        for url in &self.urls {
            let found = all.iter().find(|own| own.get("url") == url);
            let found = found.ok_or_else(|| {
                Failure::new(format!(
                    "repository credentials '{url}' not found; `capstan repocreds list` shows those there are"
                ))
            })?;
            if is_confirmed(self.yes, &format!("Are you sure you want to remove '{url}'? [y/n] "))? {
                control_plane.delete(&found.object).await?;
                terminal::print(&format!("Repository credentials for '{url}' removed\n"))?;
            } else {
                terminal::print(&format!("The command to remove '{url}' was cancelled.\n"))?;
            }
        }
        Ok(())
    }
}

fn printed(all: &[Stored], output: Output) -> String {
    let shown = |own: &Stored| {
        let mut value = json!({"url": own.get("url")});
        for key in ["username", "type", "proxy"] {
            if !own.get(key).is_empty() {
                value[key] = json!(own.get(key));
            }
        }
        value
    };
    let format = if output == Output::Json { Format::Json } else { Format::Yaml };
    match output {
        Output::Url => all.iter().map(|own| format!("{}\n", own.get("url"))).collect(),
        Output::Json | Output::Yaml => text(&Value::Array(all.iter().map(shown).collect()), format),
        Output::Wide => {
            let mut rows = "URL PATTERN\tUSERNAME\tSSH_CREDS\tTLS_CREDS\n".to_owned();
            for own in all {
                let user = Some(own.get("username")).filter(|user| !user.is_empty()).unwrap_or("-");
                let has = |key: &str| !own.get(key).is_empty();
                let (ssh, tls) = (has("sshPrivateKey"), has("tlsClientCertData"));
                rows.push_str(&format!("{}\t{user}\t{ssh}\t{tls}\n", own.get("url")));
            }
            align(&rows, Layout::TABLE)
        }
    }
}
