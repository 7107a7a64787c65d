//! `capstan cert …`, as `argocd cert`: TLS certificates and ssh host keys of the servers that repositories are on.

mod entries;
mod known_hosts;
mod tls;

use crate::app::{Format, text};
use crate::connection::Connection;
use crate::control_plane::{At, ControlPlane, is_confirmed};
use crate::failure::Failure;
use crate::tabs::{Layout, align};
use crate::terminal;
use clap::{Args, Subcommand, ValueEnum};
use clock::Clock;
use entries::{Entries, Kind, Selector};
use std::io::Read;
use std::path::PathBuf;

/// Manage repository certificates and SSH known hosts entries.
#[derive(Debug, Args)]
pub(crate) struct Cert {
    #[command(flatten)]
    at: At,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add SSH known host entries for repository servers
    AddSsh(AddSsh),
    /// Add TLS certificate data for connecting to repository server SERVERNAME
    AddTls(AddTls),
    /// List configured certificates
    List(List),
    /// Remove certificate of TYPE for REPOSERVER
    Rm(Rm),
}

#[derive(Debug, Args)]
struct AddSsh {
    /// Read SSH known hosts data from file (default is to read from stdin)
    #[arg(long)]
    from: Option<PathBuf>,
    /// Perform batch processing by reading in SSH known hosts data (mandatory flag)
    #[arg(long)]
    batch: bool,
    /// Replace existing SSH server public host keys if key is different in input
    #[arg(long)]
    upsert: bool,
}

#[derive(Debug, Args)]
struct AddTls {
    /// The server
    #[arg(id = "host", value_name = "SERVERNAME")]
    server: String,
    /// Read TLS certificate data from file (default is to read from stdin)
    #[arg(long)]
    from: Option<PathBuf>,
    /// Replace existing TLS certificate if certificate is different in input
    #[arg(long)]
    upsert: bool,
}

#[derive(Debug, Args)]
struct List {
    /// Output format
    #[arg(short, long, default_value = "wide")]
    output: Output,
    /// Set display sort order for output format wide
    #[arg(long, default_value = "hostname")]
    sort: Sort,
    /// Only list certificates of given type
    #[arg(long)]
    cert_type: Option<Kind>,
    /// Only list certificates for hosts matching given glob-pattern
    #[arg(long, default_value = "")]
    hostname_pattern: String,
}

#[derive(Debug, Args)]
struct Rm {
    /// The server, or a pattern that servers match
    #[arg(id = "host", value_name = "REPOSERVER")]
    server: String,
    /// Only remove certs of given type
    #[arg(long)]
    cert_type: Option<Kind>,
    /// Only remove certs of given sub-type (only for ssh)
    #[arg(long, default_value = "")]
    cert_sub_type: String,
    /// Turn off prompting to confirm
    #[arg(short, long)]
    yes: bool,
}

/// What `-o` may say here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Json,
    Yaml,
    Wide,
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Sort {
    Hostname,
    Type,
}

impl Cert {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        let control_plane = self.at.open(connection, clock).await?;
        match &self.command {
            Command::AddSsh(command) => command.run(&control_plane).await,
            Command::AddTls(command) => command.run(&control_plane).await,
            Command::List(command) => command.run(&control_plane).await,
            Command::Rm(command) => command.run(&control_plane).await,
        }
    }
}

/// The text of a file, or of standard input where none is named.
fn read(from: Option<&PathBuf>) -> Result<String, Failure> {
    match from {
        Some(path) => {
            std::fs::read_to_string(path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
        }
        None => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            Ok(text)
        }
    }
}

impl AddSsh {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        if !self.batch {
            return Err(Failure::new("you need to specify --batch or specify --help for usage instructions"));
        }
        terminal::print(&match &self.from {
            Some(path) => format!("Reading SSH known hosts entries from file '{}'\n", path.display()),
            None => "Enter SSH known hosts entries, one per line. Press CTRL-D when finished.\n".to_owned(),
        })?;
        let lines = known_hosts::lines(&read(self.from.as_ref())?);
        if lines.is_empty() {
            return Err(Failure::new("No valid SSH known hosts data found."));
        }
        let created = Entries::read(control_plane).await?.add_hosts(&lines, self.upsert).await?;
        terminal::print(&format!("Successfully created {created} SSH known host entries\n"))
    }
}

impl AddTls {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        terminal::print(&match &self.from {
            Some(path) => format!("Reading TLS certificate data in PEM format from '{}'\n", path.display()),
            None => "Enter TLS certificate data in PEM format. Press CTRL-D when finished.\n".to_owned(),
        })?;
        let (blocks, repeated) = tls::unique(&read(self.from.as_ref())?).map_err(Failure::new)?;
        for told in repeated {
            terminal::print(&format!("WARNING: Duplicate certificate detected ({told}), skipping.\n"))?;
        }
        if blocks.is_empty() {
            return terminal::print("No valid certificates have been detected in the stream.\n");
        }
        let server = &self.server;
        Entries::read(control_plane).await?.add_certificate(server, &blocks.join("\n"), self.upsert).await?;
        terminal::print(&format!(
            "Created/updated TLS certificate entry for repository server {server} with {} unique PEM certificates\n",
            blocks.len()
        ))
    }
}

impl List {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let selector = Selector { pattern: &self.hostname_pattern, kind: self.cert_type, sub_type: "" };
        let mut found = Entries::read(control_plane).await?.list(&selector);
        match self.sort {
            Sort::Hostname => found.sort_by(|one, other| one.server.cmp(&other.server)),
            Sort::Type => found.sort_by_key(|one| one.kind),
        }
        let all = || serde_json::Value::Array(found.iter().map(entries::Entry::shown).collect());
        terminal::print(&match self.output {
            Output::Json => text(&all(), Format::Json),
            Output::Yaml => text(&all(), Format::Yaml),
            Output::Wide => {
                let row = |own: &entries::Entry| {
                    format!("{}\t{}\t{}\t{}\n", own.server, own.kind.name(), own.sub_type, own.info)
                };
                let rows: String = found.iter().map(row).collect();
                align(&format!("HOSTNAME\tTYPE\tSUBTYPE\tINFO\n{rows}"), Layout::TABLE)
            }
        })
    }
}

impl Rm {
    async fn run(&self, control_plane: &ControlPlane) -> Result<(), Failure> {
        let server = &self.server;
        if server == "*" {
            return Err(Failure::new("A single wildcard is not allowed as REPOSERVER name."));
        }
        let question = format!("Are you sure you want to remove all certificates for '{server}'? [y/n]");
        if !is_confirmed(self.yes, &question)? {
            let told = format!("The command to remove all certificates for '{server}' was cancelled.\n");
            return terminal::print(&told);
        }
        let selector = Selector { pattern: server, kind: self.cert_type, sub_type: &self.cert_sub_type };
        let removed = Entries::read(control_plane).await?.remove(&selector).await?;
        let told = |own: &entries::Entry| {
            let (kind, sub_type) = (own.kind.name(), &own.sub_type);
            format!("Removed cert for '{}' of type '{kind}' (subtype '{sub_type}')\n", own.server)
        };
        terminal::print(&match removed.is_empty() {
            true => "No certificates were removed (none matched the given pattern)\n".to_owned(),
            false => removed.iter().map(told).collect(),
        })
    }
}
