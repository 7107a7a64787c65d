//! `helm show`.

use super::fetch::ChartFlags;
use super::globals::Globals;
use super::locate::Search;
use clap::{Args, Subcommand};
use clock::Clock;
use helm::{Output, Shown};

/// What is shown.
#[derive(Debug, Subcommand)]
pub(crate) enum Show {
    /// Print all of the below
    All(ShowArguments),
    /// Print Chart.yaml
    Chart(ShowArguments),
    /// Print the definitions of crds/
    Crds(ShowArguments),
    /// Print the README
    Readme(ShowArguments),
    /// Print values.yaml
    Values(ShowArguments),
}

/// The flags of `helm show`.
#[derive(Debug, Args)]
#[command(disable_version_flag = true, args_override_self = true)]
pub(crate) struct ShowArguments {
    /// The chart: a folder, an archive, a URL, repo/chart, or oci://host/path/chart
    #[arg(value_name = "CHART")]
    name: String,
    #[command(flatten)]
    chart: ChartFlags,
    #[command(flatten)]
    globals: Globals,
}

impl Show {
    pub(super) fn run(&self, clock: &Clock) -> Result<Output, String> {
        let (arguments, shown) = match self {
            Show::All(arguments) => (arguments, Shown::All),
            Show::Chart(arguments) => (arguments, Shown::Chart),
            Show::Crds(arguments) => (arguments, Shown::Crds),
            Show::Readme(arguments) => (arguments, Shown::Readme),
            Show::Values(arguments) => (arguments, Shown::Values),
        };
        let ShowArguments { name, chart, globals } = arguments;
        let located = Search { flags: chart, globals, clock }.locate(name)?;
        let mut budget = Globals::budget();
        Ok(located.tell(helm::show(&*located.tree, &located.path, shown, globals.helm_version, &mut budget)))
    }
}
