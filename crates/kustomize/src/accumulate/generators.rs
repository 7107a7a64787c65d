//! Running the generators of a kustomization: the built-in fields, then `generators`.

use super::{Accumulated, Builder, TargetDirectory};
use crate::generate::{self, ChartRequest};
use crate::kustomization::{GeneratorArgs, GeneratorKind, HelmChart, HelmGlobals};
use crate::notes::note_origin;
use crate::plugin::Generator;
use crate::problem::{Problem, ProblemKind, Result};
use crate::provenance::Provenance;
use crate::read_resources::resources;
use crate::resource::{Origin, Resource};
use std::sync::Arc;
use tree::{EntryKind, TreePath};

impl<'t> Builder<'_, 't> {
    pub(super) fn generate(&mut self, target: &mut TargetDirectory<'t>, so_far: &mut Accumulated) -> Result<()> {
        let config_maps = std::mem::take(&mut target.kustomization.config_map_generator);
        let secrets = std::mem::take(&mut target.kustomization.secret_generator);
        for args in config_maps.iter().chain(&secrets) {
            let kind = match args.kind {
                GeneratorKind::ConfigMap => "ConfigMapGenerator",
                GeneratorKind::Secret => "SecretGenerator",
            };
            let made = self.data(target, args)?;
            absorb(so_far, vec![made], target.builtin(kind).as_ref(), kind)?;
        }
        let globals = target.kustomization.helm_globals.clone();
        for chart in std::mem::take(&mut target.kustomization.helm_charts) {
            let made = self.chart(target, &globals, chart)?;
            let kind = "HelmChartInflationGenerator";
            absorb(so_far, made, target.builtin(kind).as_ref(), kind)?;
        }
        let entries = std::mem::take(&mut target.kustomization.generators);
        for config in self.plugin_configs(target, &entries)? {
            let generator = Generator::read(&config)
                .map_err(|problem| problem.within("failed to load generator").within("loading generator plugins"))?;
            let made = match generator {
                Generator::Data(args) => vec![self.data(target, &args)?],
                Generator::Chart(chart, globals) => self.chart(target, &globals, *chart)?,
                Generator::IamPolicy(value) => vec![generate::iam_policy(&value, here(target))?],
            };
            absorb(so_far, made, Provenance::of_plugin(&config).as_ref(), config.kind())?;
        }
        Ok(())
    }

    fn data(&mut self, target: &TargetDirectory<'t>, args: &GeneratorArgs) -> Result<Resource> {
        let options = args.merged_options(target.kustomization.generator_options.as_ref());
        let budget = &mut *self.budget;
        let mut load = |path: &str| {
            let content = target.loader.load(path)?;
            budget.take_bytes(content.len() as u64)?;
            Ok(content)
        };
        generate::data_object(args, &options, here(target), &mut load)
    }

    fn chart(
        &mut self,
        target: &TargetDirectory<'t>,
        globals: &HelmGlobals,
        mut chart: HelmChart,
    ) -> Result<Vec<Resource>> {
        let Some(charts) = self.options.charts else {
            return Err(Problem::new(ProblemKind::Refused, "must specify --enable-helm"));
        };
        if chart.name.starts_with('-') || chart.release_name.starts_with('-') {
            return Err(Problem::invalid(format!("the names of chart {} must not start with '-'", chart.name)));
        }
        if chart.namespace.is_empty() {
            let own = &target.kustomization.namespace;
            chart.namespace = if own.is_empty() { &target.chart_namespace } else { own }.clone();
        }
        let directory = chart_directory(target, globals, &chart)?;
        let tree = target.loader.tree();
        let here_already = tree
            .entry(&directory)?
            .is_some_and(|entry| matches!(entry.kind, EntryKind::Directory | EntryKind::Symlink));
        if !here_already && chart.repo.is_empty() {
            let message = format!("no repo specified for pull, no chart found at '{directory}'");
            return Err(Problem::new(ProblemKind::Missing, message));
        }
        let own_values = directory.child("values.yaml");
        let own_values = match tree.entry(&own_values)? {
            Some(entry) if entry.kind == EntryKind::File => Some(tree.read(&own_values, self.budget.bytes_left())?),
            _ => None,
        };
        let mut load = |path: &str| target.loader.load(path);
        let values = generate::chart(&chart, own_values.as_deref(), &mut load, self.budget)?;
        let request = ChartRequest {
            tree,
            directory: target.loader.root(),
            chart_directory: &directory,
            chart: &chart,
            values: &values.values,
            additional_values: &values.additional,
        };
        let text = charts
            .render(&request)
            .map_err(|cause| Problem::new(ProblemKind::Store, format!("chart {}: {cause}", chart.name)))?;
        let mut made = resources(&text, &directory, self.budget)
            .map_err(|problem| problem.within(format!("the output of chart {}", chart.name)))?;
        made.iter_mut().for_each(|resource| resource.from_chart = true);
        Ok(made)
    }
}

/// The kustomization file, for what is not written out in any file.
fn here(target: &TargetDirectory<'_>) -> Arc<Origin> {
    Arc::new(Origin { path: target.loader.root().child(target.file_name), line: 0 })
}

fn chart_directory(target: &TargetDirectory<'_>, globals: &HelmGlobals, chart: &HelmChart) -> Result<TreePath> {
    let home = if globals.chart_home.is_empty() { "charts" } else { &globals.chart_home };
    let versioned = !chart.version.is_empty() && !chart.repo.is_empty();
    let path = if versioned {
        format!("{home}/{}-{}/{}", chart.name, chart.version, chart.name)
    } else {
        format!("{home}/{}", chart.name)
    };
    TreePath::resolve(target.loader.root(), &path)
        .map_err(|error| Problem::new(ProblemKind::Refused, format!("chart {}: {error}", chart.name)))
}

fn absorb(
    so_far: &mut Accumulated,
    mut made: Vec<Resource>,
    origin: Option<&Provenance>,
    generator: &str,
) -> Result<()> {
    note_origin(&mut made, origin);
    let result = made.into_iter().try_for_each(|resource| so_far.resources.absorb(resource));
    result.map_err(|problem| problem.within(format!("merging from generator {generator}")))
}
