//! The project's tool runner. Start with `cargo xtask help`; every subcommand is one module here.

mod bench;
mod conformance;
mod generated;
mod oracle;
mod tidy;
mod vectors;
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
    /// Replay recorded answers of a real Kubernetes API server against the embedded one.
    Vectors {
        /// Folder of the recordings; those of the repository by default.
        folder: Option<std::path::PathBuf>,
    },
    /// Compare a running cluster's answers with those of a real Kubernetes API server: `conformance -- --help`.
    Conformance {
        /// Handed to the comparison, such as `--kubeconfig FILE`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Compare with an original that is installed: `oracle helm -- corpus --help` tells how.
    Oracle {
        /// What to compare.
        #[arg(value_enum)]
        with: oracle::Oracle,
        /// Handed to the comparison.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Measure the program against the figures it promises.
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> std::process::ExitCode {
    let done = match Arguments::parse().command {
        Command::Tidy => tidy::run(),
        Command::Gen => generated::write_all(),
        Command::Vectors { folder } => vectors::run(folder),
        Command::Conformance { arguments } => conformance::run(&arguments),
        Command::Oracle { with, arguments } => with.run(&arguments),
        Command::Bench(bench) => bench.run(),
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
