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
#[path = "../oracle/repositories.rs"]
mod repositories;
#[path = "../oracle/say.rs"]
mod say;
#[path = "../oracle/verdict.rs"]
mod verdict;

use anyhow::Result;
use clap::{Parser, Subcommand};
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
        /// A helm of each release; give it three times
        #[arg(long)]
        helm: Vec<PathBuf>,
        /// Only cases whose name contains this
        #[arg(long)]
        only: Option<String>,
    },
    /// Render the public charts of oracle/corpus.toml with both
    Corpus {
        /// A helm to compare with, of a release that there is a profile for; may be given several times
        #[arg(long, default_value = "helm")]
        helm: Vec<PathBuf>,
        /// Folder of the repositories' clones; what is missing is fetched from github.com
        #[arg(long, default_value = "target/oracle/repositories")]
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
        Command::Record { helm, only } => record::record(&peers(&helm)?, only.as_deref()),
        Command::Corpus { helm, repositories, only, keep } => {
            let repositories = repositories::Repositories(std::path::absolute(repositories)?);
            corpus::Corpus { peers: peers(&helm)?, repositories, only, keep }.compare()
        }
    }
}

fn peers(programs: &[PathBuf]) -> Result<Vec<peer::Peer>> {
    programs.iter().map(|program| peer::Peer::find(program)).collect()
}
