//! `helmCharts`, `helmGlobals` and the older `helmChartInflationGenerator`.

use super::Fields;
use crate::problem::Result;
use serde_json::{Map, Value};

/// Where charts lie.
#[derive(Debug, Clone, Default)]
pub(crate) struct HelmGlobals {
    /// The directory of charts, from the kustomization; `charts` when empty.
    pub chart_home: String,
}

/// One chart to render, as the kustomization asks for it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HelmChart {
    /// The chart's name: its directory below the chart home.
    pub name: String,
    /// The version to fetch.
    pub version: String,
    /// The repository to fetch from; empty when the chart lies in the tree.
    pub repo: String,
    /// The release; empty when the chart's name template decides.
    pub release_name: String,
    /// The release's namespace.
    pub namespace: String,
    /// Files of values that come after the first, from the kustomization.
    pub additional_values_files: Vec<String>,
    /// The values file that replaces the chart's own; empty for the chart's own.
    pub values_file: String,
    /// Values written in the kustomization.
    pub values_inline: Map<String, Value>,
    /// How values written here and those of the file go together.
    pub values_merge: ChartValues,
    /// Whether the chart's CustomResourceDefinitions are part of the output.
    pub include_crds: bool,
    /// Whether hooks are left out.
    pub skip_hooks: bool,
    /// Whether tests are left out.
    pub skip_tests: bool,
    /// The API versions the chart may ask for.
    pub api_versions: Vec<String>,
    /// The Kubernetes version the chart may ask for.
    pub kube_version: String,
    /// The template of the release's name.
    pub name_template: String,
    /// Whether development versions count.
    pub devel: bool,
}

/// How inline values and the values file go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChartValues {
    /// Inline values win.
    #[default]
    Override,
    /// The file's values win.
    Merge,
    /// The file's values are not used.
    Replace,
}

pub(crate) fn globals(fields: &mut Fields) -> Result<HelmGlobals> {
    fields.string("configHome")?;
    Ok(HelmGlobals { chart_home: fields.string("chartHome")? })
}

pub(crate) fn chart(fields: &mut Fields) -> Result<HelmChart> {
    fields.flag("debug")?;
    Ok(HelmChart {
        name: fields.string("name")?,
        version: fields.string("version")?,
        repo: fields.string("repo")?,
        release_name: fields.string("releaseName")?,
        namespace: fields.string("namespace")?,
        additional_values_files: fields.strings("additionalValuesFiles")?,
        values_file: fields.string("valuesFile")?,
        values_inline: inline(fields, "valuesInline")?,
        values_merge: values_merge(fields)?,
        include_crds: fields.flag("includeCRDs")?,
        skip_hooks: fields.flag("skipHooks")?,
        skip_tests: fields.flag("skipTests")?,
        api_versions: fields.strings("apiVersions")?,
        kube_version: fields.string("kubeVersion")?,
        name_template: fields.string("nameTemplate")?,
        devel: fields.flag("devel")?,
    })
}

fn inline(fields: &mut Fields, name: &str) -> Result<Map<String, Value>> {
    match fields.take(name) {
        None => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(crate::problem::Problem::invalid(format!("{name} must be a mapping"))),
    }
}

fn values_merge(fields: &mut Fields) -> Result<ChartValues> {
    match fields.string("valuesMerge")?.as_str() {
        "" | "override" => Ok(ChartValues::Override),
        "merge" => Ok(ChartValues::Merge),
        "replace" => Ok(ChartValues::Replace),
        _ => Err(crate::problem::Problem::invalid("valuesMerge must be one of [merge override replace]")),
    }
}

/// The charts of the field that came before `helmCharts`.
pub(crate) fn old_charts(fields: &mut Fields) -> Result<(Vec<HelmChart>, HelmGlobals)> {
    let charts = fields.list("helmChartInflationGenerator", old_chart)?;
    let mut globals = HelmGlobals::default();
    for (_, home) in &charts {
        if !home.is_empty() {
            globals.chart_home.clone_from(home);
        }
    }
    Ok((charts.into_iter().map(|(chart, _)| chart).collect(), globals))
}

fn old_chart(fields: &mut Fields) -> Result<(HelmChart, String)> {
    for ignored in ["chartRepoName", "helmBin", "helmHome", "releaseNamespace"] {
        fields.string(ignored)?;
    }
    fields.strings("extraArgs")?;
    let chart = HelmChart {
        name: fields.string("chartName")?,
        version: fields.string("chartVersion")?,
        repo: fields.string("chartRepoUrl")?,
        values_file: fields.string("values")?,
        values_inline: inline(fields, "valuesLocal")?,
        values_merge: values_merge(fields)?,
        release_name: fields.string("releaseName")?,
        ..HelmChart::default()
    };
    Ok((chart, fields.string("chartHome")?))
}
