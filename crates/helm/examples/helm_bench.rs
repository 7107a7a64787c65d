//! Measures renders. `cargo xtask bench helm` builds and runs it.

#[path = "../oracle/arguments.rs"]
mod arguments;
#[path = "../tests/it/case.rs"]
#[allow(dead_code, reason = "lints and comparisons are not measured")]
mod case;
#[path = "../oracle/corpus.rs"]
#[allow(dead_code, reason = "nothing is compared")]
mod corpus;
#[path = "../oracle/measure.rs"]
#[allow(dead_code, reason = "memory is measured by a program of its own")]
mod measure;
#[path = "../oracle/peer.rs"]
#[allow(dead_code, reason = "nothing is compared")]
mod peer;
#[path = "../oracle/repositories.rs"]
mod repositories;
#[path = "../oracle/say.rs"]
mod say;
#[path = "../oracle/verdict.rs"]
#[allow(dead_code, reason = "nothing is compared")]
mod verdict;

use anyhow::Result;
use clap::Parser;
use std::path::PathBuf;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "helm_bench", about = "Measures renders, in process and beside helm")]
struct Arguments {
    /// The program to run as a whole process
    #[arg(long)]
    capstan: Option<PathBuf>,
    /// The helm to run beside it
    #[arg(long)]
    helm: Option<PathBuf>,
    /// Folder of the repositories' clones; what is missing is fetched from github.com
    #[arg(long, default_value = "target/oracle/repositories")]
    repositories: PathBuf,
    /// Samples of each measurement
    #[arg(long, default_value_t = 20)]
    samples: usize,
    /// Only measure what is called this, without other programs: small_again, kube_prometheus_stack, umbrella_120
    #[arg(long)]
    only: Option<String>,
}

fn main() -> Result<()> {
    let Arguments { capstan, helm, repositories, samples, only } = Arguments::parse();
    let repositories = repositories::Repositories(std::path::absolute(repositories)?);
    let corpus = corpus::Corpus { peers: Vec::new(), repositories, only: None, keep: None };
    let bench = measure::Bench { capstan, helm, corpus, samples };
    bench.run(only.as_deref())
}
