//! Charts: what a kustomization asks of them, made ready for whoever renders charts.

use crate::kustomization::{ChartValues, HelmChart};
use crate::node::{Node, from_value, into_value, parse_text};
use crate::port::ValuesFile;
use crate::problem::{Problem, Result};
use crate::transform::merge_values;
use budget::Budget;
use bytes::Bytes;
use serde_json::Value;

/// The files of values a chart is rendered with, in the order in which they count.
///
/// # Errors
/// When a values file is missing or no YAML.
pub(crate) fn chart_values(
    chart: &HelmChart,
    own_values: Result<Bytes>,
    load: &mut dyn FnMut(&str) -> Result<Bytes>,
    budget: &mut Budget,
) -> Result<Vec<ValuesFile>> {
    let mut additional = Vec::new();
    for name in &chart.additional_values_files {
        let content = load(name).map_err(|problem| problem.within("could not load additionalValuesFile"))?;
        additional.push(ValuesFile { name: name.clone(), content });
    }
    let from_file = match chart.values_file.as_str() {
        "" => own_values?,
        path => load(path)?,
    };
    let name = format!("{}-kustomize-values.yaml", chart.name);
    let content = if chart.values_inline.is_empty() { from_file } else { merged(chart, &from_file, budget)? };
    let mut files = vec![ValuesFile { name, content }];
    files.append(&mut additional);
    Ok(files)
}

fn merged(chart: &HelmChart, from_file: &[u8], budget: &mut Budget) -> Result<Bytes> {
    let inline = Value::Object(chart.values_inline.clone());
    let merged = match chart.values_merge {
        ChartValues::Replace => inline,
        ChartValues::Override => into_value(merge_values(read(from_file, budget)?, from_value(&inline), budget)?)?,
        ChartValues::Merge => into_value(merge_values(from_value(&inline), read(from_file, budget)?, budget)?)?,
    };
    Ok(yaml::emit(&merged).into())
}

fn read(content: &[u8], budget: &mut Budget) -> Result<Node> {
    let text = std::str::from_utf8(content).map_err(|_| Problem::invalid("a values file is not UTF-8"))?;
    parse_text(text, budget)?.ok_or_else(|| Problem::invalid("could not parse values file into rnode: EOF"))
}
