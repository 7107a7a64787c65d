//! Compares renders with Helm's own. `cargo xtask oracle helm` builds and runs it.

#[path = "../oracle/arguments.rs"]
mod arguments;
#[path = "../tests/it/case.rs"]
mod case;
#[path = "../oracle/corpus.rs"]
mod corpus;
#[path = "../oracle/peer.rs"]
mod peer;
#[path = "../oracle/record.rs"]
mod record;

use anyhow::Result;
use clap::{Parser, Subcommand};
use helm::Profile;
use std::path::PathBuf;

#[derive(Parser)]
#[command(name = "oracle", about = "Compares renders with Helm's own")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write what Helm's releases give for the cases of tests/cases
    Record {
        /// Folder with the binaries helm-3.17, helm-3.21 and helm-4.2
        #[arg(long)]
        helm: PathBuf,
        /// Only cases whose name contains this
        #[arg(long)]
        only: Option<String>,
    },
    /// Render the public charts of oracle/corpus.toml with both
    Corpus {
        /// The helm to compare with; the one on PATH by default
        #[arg(long, default_value = "helm")]
        helm: PathBuf,
        /// Which release it is
        #[arg(long, default_value = "4.2")]
        profile: Profile,
        /// Folder of clones: `<owner>+<name>/repo`, bare
        #[arg(long)]
        repositories: PathBuf,
        /// Only charts whose repository and path contain this
        #[arg(long)]
        only: Option<String>,
        /// Keep both outputs of each difference in this folder
        #[arg(long)]
        keep: Option<PathBuf>,
    },
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Record { helm, only } => record::record(&helm, only.as_deref()),
        Command::Corpus { helm, profile, repositories, only, keep } => {
            corpus::Corpus { helm, profile, repositories, only, keep }.compare()
        }
    }
}
