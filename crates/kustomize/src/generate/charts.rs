//! Charts: what a kustomization asks of them, handed to whoever renders charts.

use crate::kustomization::{ChartValues, HelmChart};
use crate::node::{from_value, into_value, parse_text, to_value};
use crate::problem::{Problem, Result};
use crate::transform::merge_values;
use budget::Budget;
use serde_json::Value;
use tree::{Tree, TreePath};

/// A chart to render.
pub struct ChartRequest<'r> {
    /// The files the kustomization stands among.
    pub tree: &'r dyn Tree,
    /// The kustomization's directory.
    pub directory: &'r TreePath,
    /// Where the chart lies, or is to be put when it is fetched.
    pub chart_directory: &'r TreePath,
    /// What is asked for.
    pub chart: &'r HelmChart,
    /// The values: the values file and the inline values, merged as asked.
    pub values: &'r Value,
    /// The additional values files, one after the other; each wins over those before it and over `values`.
    pub additional_values: &'r [Value],
}

/// The values of a chart, and the additional ones.
pub(crate) struct Values {
    pub values: Value,
    pub additional: Vec<Value>,
}

/// Reads and merges the values of a chart.
///
/// # Errors
/// When a values file is missing or no YAML.
pub(crate) fn chart(
    chart: &HelmChart,
    own_values: Option<&[u8]>,
    load: &mut dyn FnMut(&str) -> Result<bytes::Bytes>,
    budget: &mut Budget,
) -> Result<Values> {
    if chart.name.is_empty() {
        return Err(Problem::invalid("chart name cannot be empty"));
    }
    let mut additional = Vec::new();
    for file in &chart.additional_values_files {
        let content = load(file).map_err(|problem| problem.within("could not load additionalValuesFile"))?;
        additional.push(read_values(&content, budget)?);
    }
    let file;
    let from_file = match (chart.values_file.as_str(), own_values) {
        ("", None) => Value::Object(serde_json::Map::new()),
        ("", Some(content)) => read_values(content, budget)?,
        (path, _) => {
            file = load(path)?;
            read_values(&file, budget)?
        }
    };
    let inline = Value::Object(chart.values_inline.clone());
    if chart.values_inline.is_empty() {
        return Ok(Values { values: from_file, additional });
    }
    let values = match chart.values_merge {
        ChartValues::Replace => inline,
        ChartValues::Override => into_value(merge_values(from_value(&from_file), from_value(&inline), budget)?)?,
        ChartValues::Merge => into_value(merge_values(from_value(&inline), from_value(&from_file), budget)?)?,
    };
    Ok(Values { values, additional })
}

fn read_values(content: &[u8], budget: &mut Budget) -> Result<Value> {
    let text = std::str::from_utf8(content).map_err(|_| Problem::invalid("a values file is not UTF-8"))?;
    match parse_text(text, budget)? {
        None => Ok(Value::Object(serde_json::Map::new())),
        Some(node) => to_value(&node),
    }
}
