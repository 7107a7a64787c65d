//! The commands: arguments in, text and an exit code out. Everything they do is done by the crates below; this one
//! knows flags, tables and terminals.
//!
//! Start reading at [`main`].

mod app;
mod connection;
mod failure;
mod tabs;
mod terminal;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use clock::Clock;
use connection::Connection;
use failure::Failure;
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(
    name = "capstan",
    version,
    about = "GitOps and progressive delivery for Kubernetes in one binary",
    propagate_version = true
)]
struct Arguments {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look at applications and act on them, as `argocd app` does
    #[command(subcommand)]
    App(app::App),
    /// Print a completion script for a shell
    Completion {
        /// The shell
        shell: Shell,
    },
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal::note(&format!("capstan: cannot start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                terminal::note(&format!("capstan: {failure}"));
            }
            ExitCode::from(failure.code)
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let clock = Clock::system();
    match &arguments.command {
        Command::App(command) => command.run(&arguments.connection, &clock).await,
        Command::Completion { shell } => completion(*shell),
    }
}

fn completion(shell: Shell) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "capstan", &mut text);
    terminal::print(&String::from_utf8_lossy(&text))
}
