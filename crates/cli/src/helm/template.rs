//! `helm template`.

use super::chance;
use super::fetch::ChartFlags;
use super::globals::Globals;
use super::locate::Search;
use super::values::ValueFlags;
use clap::Args;
use clock::Clock;
use helm::{Options, Output, Printed, Release, Template};

/// The flags of `helm template`.
#[derive(Debug, Args)]
#[command(disable_version_flag = true, args_override_self = true)]
pub(crate) struct TemplateArguments {
    /// The release's name, where there are two arguments, and the chart: a folder or an archive
    #[arg(value_name = "[NAME] CHART", required = true)]
    names: Vec<String>,
    #[command(flatten)]
    values: ValueFlags,
    /// Version of Kubernetes that templates see
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
    /// Versions of Kubernetes' API that templates see (may be given several times or separated by commas)
    #[arg(long, short, value_name = "VERSION", value_delimiter = ',')]
    api_versions: Vec<String>,
    /// Print only what these templates give
    #[arg(long, short, value_name = "TEMPLATE")]
    show_only: Vec<String>,
    /// Print the definitions of crds/ too
    #[arg(long)]
    include_crds: bool,
    /// Leave out tests
    #[arg(long)]
    skip_tests: bool,
    /// Leave out hooks
    #[arg(long)]
    no_hooks: bool,
    /// Pretend an upgrade: set .Release.IsUpgrade
    #[arg(long)]
    is_upgrade: bool,
    /// Do not validate values against values.schema.json
    #[arg(long)]
    skip_schema_validation: bool,
    /// Print the file and the line that each object comes from, instead of the objects
    #[arg(long)]
    explain: bool,
    /// Other random values at each render, and the present time, as Helm does; without it a render repeats
    #[arg(long)]
    random: bool,
    #[command(flatten)]
    chart: ChartFlags,
    #[command(flatten)]
    globals: Globals,
}

impl TemplateArguments {
    pub(super) fn run(&self, clock: &Clock) -> Result<Output, String> {
        let (name, chart) = self.name_and_chart()?;
        let located = Search { flags: &self.chart, globals: &self.globals, clock }.locate(chart)?;
        let flags = self.flags(name, chart, clock)?;
        Ok(located.tell(helm::template(&*located.tree, &located.path, &flags, &mut Globals::budget())))
    }

    fn name_and_chart(&self) -> Result<(Option<&str>, &str), String> {
        match self.names.as_slice() {
            [chart] => Ok((None, chart)),
            [name, chart] => Ok((Some(name), chart)),
            [_, _, rest @ ..] => {
                Err(format!("expected at most two arguments, unexpected arguments: {}", rest.join(", ")))
            }
            [] => Err("\"helm template\" requires at least 1 argument".to_owned()),
        }
    }

    fn flags(&self, name: Option<&str>, chart: &str, clock: &Clock) -> Result<Template, String> {
        let assumed = Release::default();
        let release = Release {
            name: name.map_or(assumed.name, str::to_owned),
            namespace: self.globals.namespace.clone().filter(|name| !name.is_empty()).unwrap_or(assumed.namespace),
            is_upgrade: self.is_upgrade,
        };
        let chance = if self.random { chance::random(clock)? } else { chance::repeatable(&release, chart, clock) };
        Ok(Template {
            release,
            sources: self.values.sources()?,
            kube_version: self.kube_version.clone(),
            api_versions: self.api_versions.clone(),
            show_only: self.show_only.clone(),
            options: Options {
                include_crds: self.include_crds,
                skip_schema_validation: self.skip_schema_validation,
                ..Options::default()
            },
            printed: Printed { without_hooks: self.no_hooks, without_tests: self.skip_tests },
            profile: self.globals.helm_version,
            chance,
            explain: self.explain,
        })
    }
}
