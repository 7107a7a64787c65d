//! The project's tool runner. Start with `cargo xtask help`; every subcommand is one module here.

mod generated;
mod tidy;
mod workspace;

use clap::{Parser, Subcommand};
use std::io::Write;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Checks, generators, replays and benchmarks of the project.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check what the compiler does not: layers, module cycles, purity, documentation, generated files.
    Tidy,
    /// Write all generated files anew.
    Gen,
}

fn main() -> std::process::ExitCode {
    let done = match Arguments::parse().command {
        Command::Tidy => tidy::run(),
        Command::Gen => generated::write_all(),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be told to somebody who has closed standard error.
            let _ = writeln!(std::io::stderr(), "xtask: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
