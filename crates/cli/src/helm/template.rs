//! `helm template`.

use super::accepted::{Accepted, as_go_takes_it};
use super::chance;
use super::dependency;
use super::fetch::ChartFlags;
use super::globals::Globals;
use super::locate::{Located, Search};
use super::output_dir::write_files;
use super::threads::Threads;
use super::values::ValueFlags;
use clap::Args;
use clock::Clock;
use helm::{Compiled, Options, Output, Printed, Profile, Release, Template};
use std::path::{Path, PathBuf};

/// The flags of `helm template`.
#[derive(Debug, Args)]
#[command(disable_version_flag = true, args_override_self = true, mut_args(as_go_takes_it))]
pub(crate) struct TemplateArguments {
    /// The release's name, where there are two arguments, and the chart: a folder or an archive
    #[arg(value_name = "[NAME] CHART")]
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
    /// Name the release by a template of Go's that has Sprig's functions
    #[arg(long, value_name = "TEMPLATE", default_value = "", hide_default_value = true)]
    name_template: String,
    /// Has no effect: without NAME the release is called release-name, as Helm has it
    #[arg(long, short, hide = true)]
    generate_name: bool,
    /// Write each file's documents to a file of this folder instead of standard output
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
    /// Put the release's name into that folder's path
    #[arg(long)]
    release_name: bool,
    /// Print the file and the line that each object comes from, instead of the objects
    #[arg(long)]
    explain: bool,
    /// Other random values at each render, and the present time, as Helm does; without it a render repeats
    #[arg(long)]
    random: bool,
    /// Bring missing dependencies into the chart's folder first
    #[arg(long)]
    dependency_update: bool,
    #[command(flatten)]
    chart: ChartFlags,
    #[command(flatten)]
    accepted: Accepted,
    #[command(flatten)]
    globals: Globals,
}

impl TemplateArguments {
    pub(super) fn run(&self, clock: &Clock) -> Result<Output, String> {
        self.accepted.refused()?;
        let (name, chart) = self.name_and_chart(clock)?;
        let located = self.locate(chart, clock)?;
        let flags = self.flags(name, chart, clock)?;
        match (&located.missing, flags.profile) {
            (Some(file), Profile::V4_2) => {
                let file = file.display();
                return Err(format!("unable to detect chart at {file}: open {file}: no such file or directory"));
            }
            _ => located.check_chart_file()?,
        }
        let mut budget = Globals::budget();
        let output = match &self.output_dir {
            None => {
                let compiled = &mut Compiled::with_workers(Threads);
                helm::template_with(&*located.tree, &located.path, &flags, compiled, &mut budget)
            }
            Some(folder) => {
                let folder = if self.release_name { folder.join(&flags.release.name) } else { folder.clone() };
                write_files(&located, &flags, &folder, &mut budget)?
            }
        };
        Ok(located.tell(output))
    }

    /// The chart, with its dependencies where that is wished: what was brought is told on standard error.
    fn locate(&self, chart: &str, clock: &Clock) -> Result<Located, String> {
        let search = Search { flags: &self.chart, globals: &self.globals, clock };
        let located = search.locate(chart)?;
        if !self.dependency_update || !Path::new(chart).is_dir() || located.missing.is_some() {
            return Ok(located);
        }
        let loaded = helm::load(&*located.tree, &located.path, self.globals.helm_version, &mut Globals::budget());
        let is_missing = |loaded: &helm::Loaded| !helm::missing_dependencies(&loaded.chart).is_empty();
        if !loaded.as_ref().is_ok_and(is_missing) {
            return Ok(located);
        }
        let told = dependency::update(chart, &self.chart.reach, &self.globals, clock)?;
        let mut located = search.locate(chart)?;
        located.notes.insert_str(0, &told);
        Ok(located)
    }

    fn name_and_chart(&self, clock: &Clock) -> Result<(Option<String>, &str), String> {
        match self.names.as_slice() {
            [] => {
                Err("\"helm template\" requires at least 1 argument\n\nUsage:  helm template [NAME] [CHART] [flags]"
                    .into())
            }
            [chart] if self.name_template.is_empty() => Ok((None, chart)),
            [chart] => {
                let chance = if self.random { chance::random(clock)? } else { helm::Chance::default() };
                Ok((Some(helm::templated_name(&self.name_template, &chance, &mut Globals::budget())?), chart))
            }
            [_, _] if self.generate_name => Err("cannot set --generate-name and also specify a name".to_owned()),
            [_, _] if !self.name_template.is_empty() => {
                Err("cannot set --name-template and also specify a name".to_owned())
            }
            [name, chart] => Ok((Some(name.clone()), chart)),
            [_, _, rest @ ..] => {
                Err(format!("expected at most two arguments, unexpected arguments: {}", rest.join(", ")))
            }
        }
    }

    fn flags(&self, name: Option<String>, chart: &str, clock: &Clock) -> Result<Template, String> {
        let assumed = Release::default();
        let release = Release {
            name: name.unwrap_or(assumed.name),
            namespace: self.globals.namespace.clone().filter(|name| !name.is_empty()).unwrap_or(assumed.namespace),
            is_upgrade: self.is_upgrade,
        };
        let chance = if self.random { chance::random(clock)? } else { chance::repeatable(&release, chart, clock) };
        Ok(Template {
            release,
            sources: self.values.sources(&self.globals, clock)?,
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
