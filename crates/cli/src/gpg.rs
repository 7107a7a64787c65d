//! `capstan gpg …`, as `argocd gpg`: the OpenPGP keys whose signatures projects may demand.

use crate::app::{Format, text};
use crate::connection::Connection;
use crate::control_plane::{At, ControlPlane, is_confirmed};
use crate::failure::Failure;
use crate::tabs::{Layout, align};
use crate::terminal;
use crate::trusted::Trusted;
use applications::sources::GPG_KEYS;
use clap::{Args, Subcommand, ValueEnum};
use clock::Clock;
use serde_json::{Map, Value, json};
use signatures::{Keyring, PublicKey, key_id, read_keys};
use std::path::PathBuf;

/// Manage GPG keys used for signature verification.
#[derive(Debug, Args)]
pub(crate) struct Gpg {
    #[command(flatten)]
    at: At,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Adds a GPG public key to the server's keyring
    Add {
        /// Path to the file that contains the GPG public key to import
        #[arg(short, long)]
        from: PathBuf,
    },
    /// Get the GPG public key with ID <KEYID> from the server
    Get {
        /// The key
        #[arg(value_name = "KEYID")]
        key: String,
        /// Output format
        #[arg(short, long, default_value = "wide")]
        output: Output,
    },
    /// List configured GPG public keys
    List {
        /// Output format
        #[arg(short, long, default_value = "wide")]
        output: Output,
    },
    /// Removes a GPG public key from the server's keyring
    Rm {
        /// The key
        #[arg(value_name = "KEYID")]
        key: String,
        /// Turn off prompting to confirm
        #[arg(short, long)]
        yes: bool,
    },
}

/// What `-o` may say here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Json,
    Yaml,
    Wide,
}

impl Gpg {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        let control_plane = self.at.open(connection, clock).await?;
        match &self.command {
            Command::Add { from } => add(&control_plane, from).await,
            Command::Get { key, output } => get(&control_plane, key, *output).await,
            Command::List { output } => list(&control_plane, *output).await,
            Command::Rm { key, yes } => rm(&control_plane, key, *yes).await,
        }
    }
}

async fn add(control_plane: &ControlPlane, from: &PathBuf) -> Result<(), Failure> {
    let bytes = std::fs::read(from).map_err(|error| Failure::new(format!("{}: {error}", from.display())))?;
    let keys = read_keys(&bytes)
        .map_err(|error| Failure::new(format!("error validating PGP keys from input: {}: {error}", from.display())))?;
    let known = Trusted::read(control_plane, GPG_KEYS).await?;
    let (skipped, new): (Vec<PublicKey>, Vec<PublicKey>) =
        keys.into_iter().partition(|key| known.data.contains_key(key.key_id()));
    if !new.is_empty() {
        let entries: Map<String, Value> =
            new.iter().map(|key| (key.key_id().to_owned(), json!(key.armored()))).collect();
        known.change(Value::Object(entries)).await?;
    }
    let created = format!("Created {} key(s) from input file", new.len());
    terminal::print(&match skipped.len() {
        0 => format!("{created}.\n"),
        count => format!("{created}, and {count} key(s) were skipped because they exist already.\n"),
    })
}

/// The keys that are trusted; an entry that is none is told, and hides no other.
async fn keyring(control_plane: &ControlPlane) -> Result<Keyring, Failure> {
    let (keyring, problems) = Keyring::read(&Trusted::read(control_plane, GPG_KEYS).await?.data);
    problems.iter().for_each(|problem| terminal::note(&problem.to_string()));
    Ok(keyring)
}

async fn get(control_plane: &ControlPlane, wanted: &str, output: Output) -> Result<(), Failure> {
    let id = key_id(wanted).ok_or_else(|| Failure::new(format!("'{wanted}' is not a valid GnuPG key ID")))?;
    let keyring = keyring(control_plane).await?;
    let key = keyring.get(&id).ok_or_else(|| Failure::new(format!("no such key: {id}")))?;
    let mut value = shown(key);
    value["keyData"] = json!(key.armored());
    terminal::print(&match output {
        Output::Json => text(&value, Format::Json),
        Output::Yaml => text(&value, Format::Yaml),
        Output::Wide => format!(
            "Key ID:          {}\nKey fingerprint: {}\nKey subtype:     {}\nKey owner:       {}\nKey data follows until EOF:\n{}\n",
            key.key_id(),
            key.fingerprint(),
            key.sub_type().to_uppercase(),
            key.owner(),
            key.armored(),
        ),
    })
}

async fn list(control_plane: &ControlPlane, output: Output) -> Result<(), Failure> {
    let keyring = keyring(control_plane).await?;
    let all = || Value::Array(keyring.keys().map(shown).collect());
    terminal::print(&match output {
        Output::Json => text(&all(), Format::Json),
        Output::Yaml => text(&all(), Format::Yaml),
        Output::Wide => {
            let row =
                |key: &PublicKey| format!("{}\t{}\t{}\n", key.key_id(), key.sub_type().to_uppercase(), key.owner());
            let rows: String = keyring.keys().map(row).collect();
            align(&format!("KEYID\tTYPE\tIDENTITY\n{rows}"), Layout::TABLE)
        }
    })
}

async fn rm(control_plane: &ControlPlane, id: &str, yes: bool) -> Result<(), Failure> {
    let known = Trusted::read(control_plane, GPG_KEYS).await?;
    if !known.data.contains_key(id) {
        return Err(Failure::new(format!("no such key configured: {id}")));
    }
    if !is_confirmed(yes, &format!("Are you sure you want to remove '{id}'? [y/n] "))? {
        return terminal::print(&format!("The command to delete key with key ID '{id}' was cancelled.\n"));
    }
    known.change(json!({id: null})).await?;
    terminal::print(&format!("Deleted key with key ID {id}\n"))
}

/// A key as upstream's API gives it.
fn shown(key: &PublicKey) -> Value {
    json!({
        "keyID": key.key_id(),
        "fingerprint": key.fingerprint(),
        "owner": key.owner(),
        // Compat: keys that were imported have no trust of their own; being in the keyring is what counts.
        "trust": "unknown",
        "subType": key.sub_type(),
    })
}
