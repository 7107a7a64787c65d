//! `helm show`.

use super::accepted::as_go_takes_it;
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
#[command(disable_version_flag = true, args_override_self = true, mut_args(as_go_takes_it))]
pub(crate) struct ShowArguments {
    /// The chart: a folder, an archive, a URL, repo/chart, or oci://host/path/chart
    #[arg(value_name = "CHART")]
    names: Vec<String>,
    #[command(flatten)]
    chart: ChartFlags,
    #[command(flatten)]
    globals: Globals,
}

impl Show {
    pub(super) fn run(&self, clock: &Clock) -> Result<Output, String> {
        let (arguments, shown, part) = match self {
            Show::All(arguments) => (arguments, Shown::All, "all"),
            Show::Chart(arguments) => (arguments, Shown::Chart, "chart"),
            Show::Crds(arguments) => (arguments, Shown::Crds, "crds"),
            Show::Readme(arguments) => (arguments, Shown::Readme, "readme"),
            Show::Values(arguments) => (arguments, Shown::Values, "values"),
        };
        let ShowArguments { names, chart, globals } = arguments;
        let [name] = names.as_slice() else {
            let usage = format!("Usage:  helm show {part} [CHART] [flags]");
            return Err(format!("\"helm show {part}\" requires 1 argument\n\n{usage}"));
        };
        let located = Search { flags: chart, globals, clock }.locate(name)?;
        located.check_chart_file()?;
        let mut budget = Globals::budget();
        Ok(located.tell(helm::show(&*located.tree, &located.path, shown, globals.helm_version, &mut budget)))
    }
}
