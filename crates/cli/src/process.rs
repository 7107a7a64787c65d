//! The process around a command: threads for it, where it tells about itself, and how it ends. A leaf module.

use crate::failure::Failure;
use crate::{program, terminal};
use std::future::Future;
use std::process::ExitCode;

/// Runs a command that talks to a cluster.
pub(crate) fn within_runtime(command: impl Future<Output = Result<(), Failure>>) -> ExitCode {
    embedded::install_crypto_provider();
    log();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal::note(&format!("{}: cannot start: {error}", program::name()));
            return ExitCode::FAILURE;
        }
    };
    ended(runtime.block_on(command))
}

/// Tells how a command ended.
pub(crate) fn ended(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                terminal::note(&format!("{}: {}", program::name(), program::in_words(&failure.message)));
            }
            ExitCode::from(failure.code)
        }
    }
}

/// What the program tells about itself goes to standard error; `CAPSTAN_LOG` says how much, in tracing's terms.
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("CAPSTAN_LOG");
    // What the client library fails at, the command itself says, with the next step.
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,kube_client=off"));
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
}
