//! `import-values`: what a chart takes over from the values of the charts it uses. Deepest charts first.

use super::path;
use crate::chart::Dependency;
use crate::coalesce::{Coalesce, CoalesceError, Nulls};
use crate::instance::{Instance, empty_map};
use crate::warning::Warning;
use gotemplate::{Map, Value};
use serde_json::{Value as Json, json};

pub(super) fn take_over(chart: &mut Instance<'_>, coalesce: &mut Coalesce<'_>) -> Result<(), CoalesceError> {
    for child in &mut chart.dependencies {
        take_over(child, coalesce)?;
    }
    let Some(mut declared) = chart.metadata.dependencies.take() else { return Ok(()) };
    let values = coalesce.values(chart, &empty_map(), Nulls::Keep)?;
    let taken = empty_map();
    for one in declared.iter_mut().flatten() {
        from_child(one, &values, &taken, coalesce)?;
    }
    chart.metadata.dependencies = Some(declared);
    // What is taken over is weaker than what the chart says itself.
    let own = coalesce.copy(&values)?;
    coalesce.tables(&own, &taken, "", Nulls::Keep)?;
    chart.values = own;
    Ok(())
}

fn from_child(
    declared: &mut Dependency,
    values: &Map,
    taken: &Map,
    coalesce: &mut Coalesce<'_>,
) -> Result<(), CoalesceError> {
    let mut told = Vec::new();
    for wish in &declared.import_values {
        let (child, parent) = match wish {
            Json::Object(map) => (path_text(map.get("child")), path_text(map.get("parent"))),
            Json::String(name) => (format!("exports.{name}"), ".".to_owned()),
            _ => continue,
        };
        told.push(json!({"child": child, "parent": parent}));
        match path::table(values, &format!("{}.{child}", declared.name)) {
            Ok(found) => {
                let found = if found.is_empty() { empty_map() } else { found };
                coalesce.tables(taken, &below(&parent, found), "", Nulls::Keep)?;
            }
            Err(cause) if wish.is_string() => coalesce.warnings.push(Warning::ExportMissing(cause.to_string())),
            Err(cause) => {
                let chart = declared.name.clone();
                coalesce.warnings.push(Warning::ImportMissing { chart, cause: cause.to_string() });
            }
        }
    }
    declared.import_values = told;
    Ok(())
}

/// A path as Go prints it.
fn path_text(path: Option<&Json>) -> String {
    match path {
        Some(Json::String(text)) => text.clone(),
        None | Some(Json::Null) => "<nil>".to_owned(),
        Some(other) => other.to_string(),
    }
}

/// `map` under the names of a path; itself for `.`.
fn below(path: &str, map: Map) -> Map {
    if path == "." {
        return map;
    }
    path.rsplit('.').fold(map, |map, name| Map::from_entries([(name, Value::Map(map))]))
}
