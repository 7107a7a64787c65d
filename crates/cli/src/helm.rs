//! `capstan helm …`, speaking as `helm` does: the same flags, outputs and exit codes, with nothing executed and nothing
//! asked of a cluster.
//!
//! What a command prints is decided by the crate `helm`; here flags become its input, and paths become trees.

mod accepted;
mod ending;
mod globals;

mod chance;
mod credentials;
mod go_path;
mod go_words;

mod fetch;
mod registry_config;
mod repositories;
mod values;

mod locate;
mod output_dir;
mod place;

mod dependency;
mod lint;
mod show;
mod template;
mod threads;

use crate::failure::Failure;
use clap::Subcommand;
use clock::Clock;
use std::process::ExitCode;

/// What can be asked of a chart.
#[derive(Debug, Subcommand)]
pub(crate) enum Helm {
    /// Render a chart's templates and print what they give
    Template(Box<template::TemplateArguments>),
    /// Look for mistakes in charts
    Lint(Box<lint::LintArguments>),
    /// Look at a chart's dependencies, and bring them
    #[command(subcommand, visible_aliases = ["dep", "dependencies"])]
    Dependency(dependency::DependencyCommand),
    /// Print what a chart says of itself
    #[command(subcommand, visible_alias = "inspect")]
    Show(show::Show),
}

impl Helm {
    pub(crate) fn run(&self, clock: &Clock) -> Result<(), Failure> {
        match self {
            Helm::Template(command) => ending::end(command.run(clock)),
            Helm::Show(command) => ending::end(command.run(clock)),
            Helm::Lint(command) => ending::end(command.run(clock)),
            Helm::Dependency(command) => ending::end(command.run(clock)),
        }
    }
}

/// Ends as Helm does when arguments are not understood: with 1. Help and versions are no errors.
pub(crate) fn refused(error: &clap::Error) -> ExitCode {
    // Nothing can be told to somebody who has closed both outputs.
    let _ = error.print();
    if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
