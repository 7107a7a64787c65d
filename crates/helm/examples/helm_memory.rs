//! Measures the memory of one render, with an allocator that counts what is there. `helm_bench` runs it.

#[path = "../oracle/arguments.rs"]
mod arguments;
#[path = "../tests/it/case.rs"]
#[allow(dead_code, reason = "lints and comparisons are not measured")]
mod case;
#[path = "../oracle/corpus.rs"]
#[allow(dead_code, reason = "nothing is compared")]
mod corpus;
#[path = "../oracle/measure.rs"]
#[allow(dead_code, reason = "no time is taken")]
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

#[global_allocator]
static ALLOCATOR: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

#[derive(Parser)]
#[command(name = "helm_memory", about = "Measures the memory of one render")]
struct Arguments {
    /// kube_prometheus_stack or umbrella_120
    subject: String,
    /// Folder of the repositories' clones; what is missing is fetched from github.com
    #[arg(long, default_value = "target/oracle/repositories")]
    repositories: PathBuf,
}

fn main() -> Result<()> {
    let Arguments { subject, repositories } = Arguments::parse();
    let repositories = repositories::Repositories(std::path::absolute(repositories)?);
    let corpus = corpus::Corpus { peers: Vec::new(), repositories, only: None, keep: None };
    let bench = measure::Bench { capstan: None, helm: None, corpus, samples: 1 };
    let count = measure::Count { held: || ALLOCATOR.current_usage(), peak: || ALLOCATOR.peak_usage() };
    bench.memory_of(&subject, &count)
}
