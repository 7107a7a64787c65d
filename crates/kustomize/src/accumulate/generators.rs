//! Running the generators of a kustomization: the built-in fields, then `generators`.

use super::{Accumulated, Builder, TargetDirectory};
use crate::generate;
use crate::kustomization::{GeneratorArgs, GeneratorKind, HelmChart, HelmGlobals, entry_line};
use crate::notes::note_origin;
use crate::plugin::Generator;
use crate::port::{ChartPlace, ChartRequest};
use crate::problem::{Problem, ProblemKind, Result};
use crate::provenance::Provenance;
use crate::read_resources::resources;
use crate::resource::{Origin, Resource};
use budget::Budget;
use bytes::Bytes;
use std::sync::Arc;
use tree::{EntryKind, TreePath, resolve};

impl<'t> Builder<'_, 't> {
    pub(super) fn generate(&mut self, target: &mut TargetDirectory<'t>, so_far: &mut Accumulated) -> Result<()> {
        let config_maps = std::mem::take(&mut target.kustomization.config_map_generator);
        let secrets = std::mem::take(&mut target.kustomization.secret_generator);
        for (index, args) in config_maps.iter().enumerate().chain(secrets.iter().enumerate()) {
            let (kind, key) = match args.kind {
                GeneratorKind::ConfigMap => ("ConfigMapGenerator", "configMapGenerator"),
                GeneratorKind::Secret => ("SecretGenerator", "secretGenerator"),
            };
            let made = self.data(target, args, here(target, key, index))?;
            absorb(so_far, vec![made], target.builtin(kind).as_ref(), kind)?;
        }
        let globals = target.kustomization.helm_globals.clone();
        for (index, chart) in std::mem::take(&mut target.kustomization.helm_charts).into_iter().enumerate() {
            let made = self.chart(target, &globals, chart, &here(target, "helmCharts", index))?;
            let kind = "HelmChartInflationGenerator";
            absorb(so_far, made, target.builtin(kind).as_ref(), kind)?;
        }
        let entries = std::mem::take(&mut target.kustomization.generators);
        for config in self.plugin_configs(target, &entries)? {
            let origin = Arc::clone(&config.origin);
            let generator = Generator::read(&config)
                .map_err(|problem| problem.within("failed to load generator").within("loading generator plugins"))?;
            let made = match generator {
                Generator::Data(args) => vec![self.data(target, &args, origin)?],
                Generator::Chart(chart, globals) => self.chart(target, &globals, *chart, &origin)?,
                Generator::IamPolicy(value) => vec![generate::iam_policy(&value, origin)?],
            };
            absorb(so_far, made, Provenance::of_plugin(&config).as_ref(), config.kind())?;
        }
        Ok(())
    }

    fn data(&mut self, target: &TargetDirectory<'t>, args: &GeneratorArgs, origin: Arc<Origin>) -> Result<Resource> {
        let options = args.merged_options(target.kustomization.generator_options.as_ref());
        let budget = &mut *self.budget;
        let mut load = |path: &str| {
            let content = target.loader.load(path)?;
            budget.take_bytes(content.len() as u64)?;
            Ok(content)
        };
        generate::data_object(args, &options, origin, &mut load)
    }

    fn chart(
        &mut self,
        target: &TargetDirectory<'t>,
        globals: &HelmGlobals,
        mut chart: HelmChart,
        origin: &Arc<Origin>,
    ) -> Result<Vec<Resource>> {
        let Some(charts) = self.options.charts else {
            return Err(Problem::new(ProblemKind::Refused, "must specify --enable-helm"));
        };
        if chart.name.is_empty() {
            return Err(Problem::invalid("chart name cannot be empty"));
        }
        if chart.name.starts_with('-') || chart.release_name.starts_with('-') {
            return Err(Problem::invalid(format!("the names of chart {} must not start with '-'", chart.name)));
        }
        if chart.namespace.is_empty() {
            let own = &target.kustomization.namespace;
            chart.namespace = if own.is_empty() { &target.chart_namespace } else { own }.clone();
        }
        let failed =
            |cause: String| Problem::new(ProblemKind::Store, format!("chart {}: {}", chart.name, cause.trim_end()));
        let directory = chart_directory(target, globals, &chart)?;
        let (place, own_values) = match local_chart(target, &directory, self.budget)? {
            Some(own_values) => (ChartPlace::Directory(target.loader.tree(), directory.clone()), own_values),
            None if chart.repo.is_empty() => {
                let message =
                    format!("no repo specified for pull, no chart found at '{}'", target.loader.shown(&directory));
                return Err(Problem::new(ProblemKind::Missing, message));
            }
            None => {
                let archive = charts.fetch(&chart).map_err(failed)?;
                self.budget.take_bytes(archive.len() as u64)?;
                let own_values = charts.own_values(&archive, self.budget).map_err(failed)?;
                (ChartPlace::Archive(archive), own_values)
            }
        };
        let mut load = |path: &str| target.loader.load(path);
        let own_values = own_values.ok_or_else(|| target.loader.missing(&directory.child("values.yaml")));
        let values = generate::chart_values(&chart, own_values, &mut load, self.budget)?;
        let request = ChartRequest { place, chart: &chart, values };
        let text = charts.render(&request, self.budget).map_err(failed)?;
        let mut made = resources(&text, &directory, self.budget)
            .map_err(|problem| problem.within(format!("the output of chart {}", chart.name)))?;
        for resource in &mut made {
            resource.from_chart = true;
            resource.origin = Arc::clone(origin);
        }
        Ok(made)
    }
}

/// The values of the chart that lies in this directory; `None` when there is no chart.
fn local_chart(target: &TargetDirectory<'_>, directory: &TreePath, budget: &Budget) -> Result<Option<Option<Bytes>>> {
    let tree = target.loader.tree();
    let Ok(real) = resolve(tree, directory) else { return Ok(None) };
    if tree.entry(&real)?.is_none_or(|entry| entry.kind != EntryKind::Directory) {
        return Ok(None);
    }
    let Ok(values) = resolve(tree, &real.child("values.yaml")) else { return Ok(Some(None)) };
    match tree.entry(&values)? {
        Some(entry) if entry.kind == EntryKind::File => Ok(Some(Some(tree.read(&values, budget.bytes_left())?))),
        _ => Ok(Some(None)),
    }
}

/// The entry of the kustomization that asks for what is not written out in any file.
fn here(target: &TargetDirectory<'_>, key: &str, index: usize) -> Arc<Origin> {
    let path = target.loader.path_of(target.file_name);
    Arc::new(Origin { path, line: entry_line(&target.text, key, index) })
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
