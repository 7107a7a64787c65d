//! Compares builds with kustomize's own. `cargo xtask oracle kustomize` builds and runs it.

#[path = "../tests/it/case.rs"]
mod case;
#[path = "../oracle/cases.rs"]
mod cases;
#[path = "../oracle/copies.rs"]
mod copies;
#[path = "../oracle/corpus.rs"]
mod corpus;
#[path = "../oracle/disk.rs"]
mod disk;
#[path = "../oracle/draw.rs"]
mod draw;
#[path = "../oracle/features.rs"]
mod features;
#[path = "../oracle/manifests.rs"]
mod manifests;
#[path = "../oracle/patches.rs"]
mod patches;
#[path = "../oracle/peer.rs"]
mod peer;
#[path = "../oracle/random.rs"]
mod random;
#[path = "../../helm/oracle/repositories.rs"]
mod repositories;
#[path = "../oracle/say.rs"]
mod say;
#[path = "../oracle/verdict.rs"]
mod verdict;
#[path = "../oracle/world.rs"]
mod world;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

#[derive(Parser)]
#[command(name = "oracle", about = "Compares builds with kustomize's own")]
struct Arguments {
    /// The kustomize to compare with
    #[arg(long, default_value = "kustomize", global = true)]
    kustomize: PathBuf,
    /// The helm it renders charts with
    #[arg(long, default_value = "helm", global = true)]
    helm: PathBuf,
    /// Keep the input and both outputs of each difference in this folder
    #[arg(long, global = true)]
    keep: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the cases of tests/cases with both
    Cases {
        /// Write what the original gives beside the cases
        #[arg(long)]
        record: bool,
    },
    /// Build kustomizations drawn from a grammar with both
    Random {
        /// The first seed
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How many
        #[arg(long, default_value_t = 1000)]
        count: u64,
    },
    /// Build the public kustomizations of oracle/corpus.toml with both
    Corpus {
        /// Folder of the repositories' clones; what is missing is fetched from github.com
        #[arg(long, default_value = "target/oracle/repositories")]
        repositories: PathBuf,
        /// Folder with the files of repositories, each as `<owner>+<name>`, taken instead of a clone where it is there
        #[arg(long)]
        corpus: Option<PathBuf>,
        /// Only kustomizations whose repository and path contain this
        #[arg(long)]
        only: Option<String>,
    },
}

fn main() -> Result<()> {
    let Arguments { kustomize, helm, keep, command } = Arguments::parse();
    let peer = peer::Peer::find(kustomize, helm)?;
    match command {
        Command::Cases { record } => cases::compare(&peer, record),
        Command::Random { seed, count } => random::compare(&peer, seed, count, keep.as_deref()),
        Command::Corpus { repositories, corpus, only } => {
            let repositories = repositories::Repositories(std::path::absolute(repositories)?);
            let places = corpus::Places { repositories: &repositories, unpacked: corpus.as_deref() };
            corpus::compare(&peer, &places, only.as_deref(), keep.as_deref())
        }
    }
}
