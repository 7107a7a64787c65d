//! What `repo.GetAppDetails` gives: of what an application's source is made, under the names that Go's types have.

use crate::limits::{DETAILS_FILE_BYTES_MAX, DETAILS_PARAMETERS_MAX};
use budget::Budget;
use gotemplate::{Value as GoValue, sprint};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use tree::{EntryKind, Tree, TreePath, resolve};
use yaml::Dialect;

/// The application's source. Compat: of several the first, as everywhere in notifications.
#[must_use]
pub fn source_of(application: &Json) -> &Json {
    let source = application.pointer("/spec/source").or_else(|| application.pointer("/spec/sources/0"));
    source.unwrap_or(&Json::Null)
}

/// An application's details; `files` are those of its repository at the commit that it is at.
///
/// # Errors
/// When a file that its source names cannot be read.
pub fn details(application: &Json, files: Option<&dyn Tree>) -> Result<Json, String> {
    let kind = application.pointer("/status/sourceType").and_then(Json::as_str).unwrap_or_default();
    let source = source_of(application);
    let helm = match kind {
        "Helm" => helm(source, files)?,
        _ => Json::Null,
    };
    let images = application.pointer("/status/summary/images").cloned().unwrap_or_else(|| json!([]));
    Ok(json!({
        "Type": kind,
        "Helm": helm,
        "Kustomize": if kind == "Kustomize" { json!({"Images": images}) } else { Json::Null },
        "Directory": if kind == "Directory" { json!({}) } else { Json::Null },
    }))
}

fn helm(source: &Json, files: Option<&dyn Tree>) -> Result<Json, String> {
    let own = source.get("helm").unwrap_or(&Json::Null);
    let chart = match files {
        Some(files) => chart(source, own, files)?,
        None => Chart::default(),
    };
    let parameters: Vec<Json> =
        chart.parameters.iter().map(|(name, value)| parameter(&json!({"name": name, "value": value}))).collect();
    let entries = |name: &str| own.get(name).and_then(Json::as_array).into_iter().flatten();
    let overrides: Vec<Json> = entries("parameters").map(parameter).collect();
    let file = |it: &Json| json!({"Name": text(it, "name"), "Path": text(it, "path")});
    let file_parameters: Vec<Json> = entries("fileParameters").map(file).collect();
    Ok(json!({
        "HelmAppSpec": {
            "Name": text(own, "releaseName"), "ValueFiles": chart.value_files, "Parameters": parameters,
            "Values": chart.values, "FileParameters": file_parameters,
        },
        "HelmParameterOverrides": overrides,
    }))
}

fn parameter(it: &Json) -> Json {
    let is_forced = it.get("forceString").and_then(Json::as_bool).unwrap_or_default();
    json!({"Name": text(it, "name"), "Value": text(it, "value"), "ForceString": is_forced})
}

fn text<'j>(tree: &'j Json, name: &str) -> &'j str {
    tree.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// What a chart itself says.
#[derive(Default)]
struct Chart {
    /// Names of its files of values.
    value_files: Vec<String>,
    /// The text of `values.yaml`.
    values: String,
    /// Each value by its path.
    parameters: BTreeMap<String, String>,
}

fn chart(source: &Json, own: &Json, files: &dyn Tree) -> Result<Chart, String> {
    let folder = TreePath::parse(text(source, "path")).map_err(|error| error.to_string())?;
    let mut chart = Chart { value_files: value_files(files, &folder)?, ..Chart::default() };
    if let Some(values) = read(files, &folder.child("values.yaml"))? {
        flatten(&values, "values.yaml", &mut chart.parameters)?;
        chart.values = values;
    }
    let is_missing_well = own.get("ignoreMissingValueFiles").and_then(Json::as_bool).unwrap_or_default();
    for name in own.get("valueFiles").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
        // What is elsewhere — at a URL, in another source — is not the chart's.
        if name.contains("://") || name.starts_with('$') {
            continue;
        }
        let base = if name.starts_with('/') { TreePath::root() } else { folder.clone() };
        let path = TreePath::resolve(&base, name.trim_start_matches('/')).map_err(|error| error.to_string())?;
        match read(files, &path)? {
            Some(values) => flatten(&values, name, &mut chart.parameters)?,
            None if is_missing_well => {}
            None => return Err(format!("{path} of valueFiles is not there")),
        }
    }
    Ok(chart)
}

/// Compat: every file of the chart's folder that is of YAML and has `values` in its name.
fn value_files(files: &dyn Tree, folder: &TreePath) -> Result<Vec<String>, String> {
    let listed = files.list(folder).map_err(|error| error.to_string())?;
    let is_one = |name: &str| {
        let end = name.rsplit_once('.').map(|(_, end)| end.to_lowercase()).unwrap_or_default();
        name.contains("values") && matches!(end.as_str(), "yaml" | "yml")
    };
    let found = listed.into_iter().filter(|(name, entry)| entry.kind != EntryKind::Directory && is_one(name));
    Ok(found.map(|(name, _)| name).collect())
}

/// A file's text; `None` when there is none.
fn read(files: &dyn Tree, path: &TreePath) -> Result<Option<String>, String> {
    let Ok(path) = resolve(files, path) else { return Ok(None) };
    if files.entry(&path).map_err(|error| error.to_string())?.is_none() {
        return Ok(None);
    }
    let bytes = files.read(&path, DETAILS_FILE_BYTES_MAX).map_err(|error| error.to_string())?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn flatten(values: &str, file: &str, into: &mut BTreeMap<String, String>) -> Result<(), String> {
    let budget = &mut Budget::default();
    let read = yaml::parse_one(values.as_bytes(), Dialect::V2, budget).map_err(|error| format!("{file}: {error}"))?;
    // Deeper than values can be written, the reader stops.
    let mut todo = vec![(String::new(), &read)];
    while let Some((path, value)) = todo.pop() {
        match value {
            Json::Object(map) => todo.extend(
                map.iter()
                    .map(|(key, value)| (if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, value)),
            ),
            Json::Array(list) => {
                todo.extend(list.iter().enumerate().map(|(at, value)| (format!("{path}[{at}]"), value)));
            }
            leaf => {
                into.insert(path, printed(leaf, budget)?);
            }
        }
        if into.len() + todo.len() > DETAILS_PARAMETERS_MAX {
            return Err(format!("{file} has more than {DETAILS_PARAMETERS_MAX} values (limit)"));
        }
    }
    Ok(())
}

/// As Go prints it. Compat: numbers of charts are Go's `float64`.
fn printed(leaf: &Json, budget: &mut Budget) -> Result<String, String> {
    let value = match leaf {
        Json::Null => return Ok("<nil>".to_owned()),
        Json::String(text) => return Ok(text.clone()),
        Json::Number(number) => GoValue::from(&Json::from(number.as_f64().unwrap_or_default())),
        other => GoValue::from(other),
    };
    sprint(&[value], budget).map(|text| text.to_string()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tree::MemoryTree;

    fn application(helm: Json) -> Json {
        json!({"spec": {"source": {"path": "chart", "helm": helm}}, "status": {"sourceType": "Helm"}})
    }

    fn files() -> MemoryTree {
        MemoryTree::from_files([
            ("chart/Chart.yaml", "name: web"),
            ("chart/values.yaml", "image: {tag: v1}\nreplicas: 3\nbig: 1000000\nnone:\nlist: [a, {b: true}]\n"),
            ("chart/values-prod.yml", "replicas: 5\n"),
            ("shared/more.yaml", "image: {tag: v2}\n"),
        ])
    }

    #[test]
    fn parameters_are_the_values_of_all_files() {
        let helm = json!({
            "valueFiles": ["values-prod.yml", "/shared/more.yaml", "$other/x.yaml", "https://x.example/values.yaml"],
            "parameters": [{"name": "image.tag", "value": "v3"}], "fileParameters": [{"name": "f", "path": "p"}],
        });
        let found = details(&application(helm), Some(&files())).expect("details");
        let spec = &found["Helm"]["HelmAppSpec"];
        let all = spec["Parameters"].as_array().expect("a list").iter();
        let lines: Vec<String> = all.map(|it| format!("{}={}", text(it, "Name"), text(it, "Value"))).collect();
        let expected = ["big=1e+06", "image.tag=v2", "list[0]=a", "list[1].b=true", "none=<nil>", "replicas=5"];
        assert_eq!(lines, expected);
        assert_eq!(spec["ValueFiles"], json!(["values-prod.yml", "values.yaml"]));
        assert!(text(spec, "Values").starts_with("image: {tag: v1}"));
        assert_eq!(spec["FileParameters"], json!([{"Name": "f", "Path": "p"}]));
        let own = json!([{"Name": "image.tag", "Value": "v3", "ForceString": false}]);
        assert_eq!(found["Helm"]["HelmParameterOverrides"], own);
    }

    #[test]
    fn what_is_missing_is_named() {
        let wanted = |helm: Json| details(&application(helm), Some(&files()));
        assert_eq!(
            wanted(json!({"valueFiles": ["no.yaml"]})),
            Err("chart/no.yaml of valueFiles is not there".to_owned())
        );
        assert!(wanted(json!({"valueFiles": ["no.yaml"], "ignoreMissingValueFiles": true})).is_ok());
        assert!(wanted(json!({"valueFiles": ["../../etc"]})).is_err());
        let other = details(&json!({"status": {"sourceType": "Directory"}}), None).expect("details");
        assert_eq!(other, json!({"Type": "Directory", "Helm": null, "Kustomize": null, "Directory": {}}));
    }
}
