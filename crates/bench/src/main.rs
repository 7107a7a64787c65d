//! Measures the program against the figures it promises. `cargo xtask bench apps`, `… rollouts`, `… traffic`,
//! `… analysis` and `… embedded` build and run it.
//!
//! The cluster and the controllers run as they do for users, as two processes of the release binary; this one is their
//! user: it makes applications, commits, drift, and watches the cluster to see when what was promised has come true.
//! It knows nothing of how the controllers work. Nothing here is a test: a slow machine gives other figures, no failure.
//!
//! Start reading at [`main`]; a phase is one module below `phases`.

mod arguments;
mod figures;
mod machine;

mod fixture;
mod git_server;
mod metrics;
mod observer;
mod processes;

mod stage;

mod phases;

mod rollouts;

mod traffic;

mod analysis;

mod embedded;

use anyhow::Result;
use arguments::{Arguments, Phase, Subject};
use clap::Parser;
use stage::Stage;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be told to somebody who has closed standard error.
            let _ = writeln!(std::io::stderr(), "bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    // Somebody else in this process may have chosen a provider already; any will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    machine::report(&arguments.revision)?;
    match arguments.subject {
        Subject::Apps => run_apps(arguments).await,
        Subject::Rollouts => rollouts::run(arguments).await,
        Subject::Traffic => traffic::run(arguments).await,
        Subject::Analysis => analysis::run(arguments).await,
        Subject::Embedded => embedded::run(arguments).await,
    }
}

async fn run_apps(arguments: &Arguments) -> Result<()> {
    let mut stage = Stage::set(arguments).await?;
    phases::from_nothing::run(&mut stage).await?;
    for phase in arguments.phases.iter().collect::<BTreeSet<_>>() {
        match phase {
            Phase::Idle => phases::idle::run(&mut stage).await?,
            Phase::Local => phases::commits::local(&mut stage, arguments.commits).await?,
            Phase::Drift => phases::drift::run(&mut stage, arguments.drifts).await?,
            Phase::Http => phases::commits::http(&mut stage, arguments.commits).await?,
        }
    }
    stage.report_peaks()
}
