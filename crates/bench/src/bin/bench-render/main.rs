//! Measures rendering: all applications of one repository as the controller renders them, then again after a commit that
//! touches one. `cargo xtask bench render` builds and runs it.
//!
//! One process makes the repository and starts another, which is measured: its peak memory is that of rendering. Start
//! reading at [`measure`](measure::run).

#[path = "../../figures.rs"]
mod figures;
#[path = "../../machine.rs"]
mod machine;

mod fixture;
mod measure;

use anyhow::{Result, bail};
use clap::Parser;
use clock::Clock;
use figures::note;
use git::{Layout, NewCommit, Signature, commit_files};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use tempfile::TempDir;

/// What to measure.
#[derive(Debug, Parser)]
#[command(name = "bench-render", about = "Measures rendering the applications of one repository")]
struct Arguments {
    /// How many applications: every other one a chart, the rest kustomizations
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(2..))]
    apps: u32,
    /// How many renders run side by side; as many as there are processors without it
    #[arg(long)]
    parallel: Option<usize>,
    /// The commit the binary was built from, for the record
    #[arg(long, default_value = "unknown")]
    revision: String,
    /// Measure this repository, instead of making one and starting the process that measures
    #[arg(long, hide = true)]
    repository: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be told to somebody who has closed standard error.
            let _ = writeln!(std::io::stderr(), "bench-render: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    if let Some(repository) = &arguments.repository {
        return measure::run(repository, arguments.apps, arguments.parallel.unwrap_or(cores)).await;
    }
    machine::report(&arguments.revision)?;
    let folder = TempDir::with_prefix("capstan-bench-")?;
    let repository = folder.path().join("monorepo.git");
    let files = (0..arguments.apps).flat_map(fixture::files).chain(fixture::shared(arguments.apps)).collect();
    commit(&repository, "All applications", files)?;
    note(&format!("applications: {}, half of them charts, half kustomizations, one repository", arguments.apps))?;
    let mut child = Command::new(std::env::current_exe()?);
    child.arg("--repository").arg(&repository).args(["--apps", &arguments.apps.to_string()]);
    if let Some(parallel) = arguments.parallel {
        child.args(["--parallel", &parallel.to_string()]);
    }
    let status = child.status()?;
    if !status.success() {
        bail!("the process that measures ended with {status}");
    }
    machine::load("at the end")
}

/// Puts `files` on the main branch.
fn commit(repository: &Path, message: &str, files: Vec<(String, String)>) -> Result<()> {
    let author = Signature { name: "bench".into(), email: "bench@capstan.invalid".into(), time: Clock::system().now() };
    let changes = files.into_iter().map(|(path, content)| (path, content.into())).collect();
    let commit = NewCommit { branch: "main".into(), message: message.into(), author, changes };
    commit_files(repository, Layout::Bare, &commit)?;
    Ok(())
}
