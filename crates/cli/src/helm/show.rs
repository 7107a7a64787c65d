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
    Values(ValuesArguments),
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

/// The flags of `helm show values`.
#[derive(Debug, Args)]
#[command(disable_version_flag = true, args_override_self = true, mut_args(as_go_takes_it))]
pub(crate) struct ValuesArguments {
    #[command(flatten)]
    show: ShowArguments,
    /// Print only what this JSONPath template gives
    #[arg(long, value_name = "TEMPLATE", default_value = "", hide_default_value = true)]
    jsonpath: String,
}

impl Show {
    pub(super) fn run(&self, clock: &Clock) -> Result<Output, String> {
        let (arguments, shown, part) = match self {
            Show::All(arguments) => (arguments, Shown::All, "all"),
            Show::Chart(arguments) => (arguments, Shown::Chart, "chart"),
            Show::Crds(arguments) => (arguments, Shown::Crds, "crds"),
            Show::Readme(arguments) => (arguments, Shown::Readme, "readme"),
            Show::Values(arguments) => (&arguments.show, Shown::Values, "values"),
        };
        let ShowArguments { names, chart, globals } = arguments;
        let [name] = names.as_slice() else {
            let usage = format!("Usage:  helm show {part} [CHART] [flags]");
            return Err(format!("\"helm show {part}\" requires 1 argument\n\n{usage}"));
        };
        let located = Search { flags: chart, globals, clock }.locate(name)?;
        located.check_chart_file()?;
        let mut budget = Globals::budget();
        if let Show::Values(ValuesArguments { jsonpath, .. }) = self
            && !jsonpath.is_empty()
        {
            let loaded = helm::load(&*located.tree, &located.path, globals.helm_version, &mut budget);
            let text = loaded.map_err(|error| error.to_string())?.chart.values_text.unwrap_or_default();
            let values = yaml::parse_one(&text, yaml::Dialect::V2, &mut budget).map_err(|error| error.to_string())?;
            let stdout = jsonpath::print(jsonpath, &values)
                .map_err(|error| format!("error parsing jsonpath {jsonpath}, {error}"))?;
            return Ok(located.tell(Output { stdout, ..Output::default() }));
        }
        Ok(located.tell(helm::show(&*located.tree, &located.path, shown, globals.helm_version, &mut budget)))
    }
}
