//! `helm show`.

use super::globals::Globals;
use super::locate;
use clap::{Args, Subcommand};
use helm::Output;

/// What is shown.
#[derive(Debug, Subcommand)]
pub(crate) enum Show {
    /// Print values.yaml
    Values(ShowArguments),
    /// Print Chart.yaml
    Chart(ShowArguments),
}

/// The flags of `helm show`.
#[derive(Debug, Args)]
#[command(disable_version_flag = true, args_override_self = true)]
pub(crate) struct ShowArguments {
    /// The chart: a folder or an archive
    chart: String,
    #[command(flatten)]
    globals: Globals,
}

impl Show {
    pub(super) fn run(&self) -> Result<Output, String> {
        let (Show::Values(arguments) | Show::Chart(arguments)) = self;
        let located = locate::on_disk(&arguments.chart)?;
        let (tree, path, profile) = (&located.tree, &located.path, arguments.globals.helm_version);
        let mut budget = Globals::budget();
        Ok(match self {
            Show::Values(_) => helm::show_values(tree, path, profile, &mut budget),
            Show::Chart(_) => helm::show_chart(tree, path, profile, &mut budget),
        })
    }
}
