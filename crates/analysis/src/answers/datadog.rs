//! Datadog's answers: series of version 1, scalars of version 2.

use super::{Understood, decimal, go_json, instant, json};
use expr::Value;
use serde_json::{Value as Json, json as object};

/// How many groups are told of.
const GROUPS_MAX: usize = 100;

/// Which of Datadog's interfaces answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatadogVersion {
    /// `/api/v1/query`.
    V1,
    /// `/api/v2/query/scalar`.
    V2,
}

/// The number of an answer; of a grouped query, all of them.
///
/// # Errors
/// When Datadog says so, or the answer is of another shape.
pub fn datadog(version: DatadogVersion, body: &[u8]) -> Result<Understood, String> {
    let answer = json(body)?;
    match version {
        DatadogVersion::V1 => last_point(&answer),
        DatadogVersion::V2 => columns(&answer),
    }
}

fn last_point(answer: &Json) -> Result<Understood, String> {
    let Some(point) = answer["series"][0]["pointlist"].as_array().and_then(|points| points.last()) else {
        return Ok(Understood::nothing("[]"));
    };
    let [at, number] = point.as_array().map(Vec::as_slice).unwrap_or_default() else {
        return Err("Datapoint does not have 2 values".to_owned());
    };
    let Some(number) = number.as_f64() else { return Ok(Understood::nothing("[]")) };
    let as_of = at.as_f64().and_then(|millis| instant(millis / 1000.0));
    Ok(Understood::plain(Value::Float(number), decimal(number), as_of))
}

fn columns(answer: &Json) -> Result<Understood, String> {
    let data = &answer["data"];
    if let Some(errors) = data["errors"].as_str().filter(|errors| !errors.is_empty()) {
        return Err(format!("There were errors in your query: {errors}"));
    }
    let columns = data["attributes"]["columns"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is = |column: &&Json, ty: &str| column["type"].as_str().unwrap_or_default() == ty;
    // Compat: answers of old have columns without a type, and they are of numbers.
    let Some(numbers) = columns.iter().find(|column| is(column, "number") || is(column, "")) else {
        return Ok(Understood::nothing("[]"));
    };
    let groups: Vec<&Json> = columns.iter().filter(|column| is(column, "group")).collect();
    let rows = rows(numbers, &groups)?;
    let Some(first) = rows.first() else { return Ok(Understood::nothing("[]")) };
    if groups.is_empty() {
        return Ok(Understood::plain(Value::Float(first.number), decimal(first.number), None));
    }
    let mut understood = Understood::numbers(&rows.iter().map(|row| row.number).collect::<Vec<f64>>(), None)?;
    if rows.len() > GROUPS_MAX {
        understood.metadata.insert("groups_truncated".to_owned(), "true".to_owned());
    }
    understood.metadata.insert("groups".to_owned(), told(rows));
    Ok(understood)
}

/// A number, and the tags of its group.
struct Row {
    number: f64,
    group: String,
}

/// All numbers that are there; a group without data has none.
fn rows(numbers: &Json, groups: &[&Json]) -> Result<Vec<Row>, String> {
    let values = numbers["values"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut rows = Vec::new();
    for (at, value) in values.iter().enumerate().filter(|(_, value)| !value.is_null()) {
        let number = value.as_f64().ok_or_else(|| {
            let column = numbers["name"].as_str().unwrap_or_default();
            format!("could not parse numeric value at index {at} in column {column:?}: it is no number")
        })?;
        let tags: Option<Vec<String>> = groups.iter().map(|column| tags(&column["values"][at])).collect();
        let group = tags.ok_or_else(|| format!("could not parse group label at index {at}"))?.join(",");
        rows.push(Row { number, group });
    }
    Ok(rows)
}

/// The tags of one column: several when a tag has other names.
fn tags(entry: &Json) -> Option<String> {
    let tags: Option<Vec<&str>> = entry.as_array()?.iter().map(Json::as_str).collect();
    tags.filter(|tags| !tags.is_empty()).map(|tags| tags.join(","))
}

/// Groups and their numbers, for people. Of many, those with the lowest and the highest: one of them is what a condition
/// minds.
fn told(mut rows: Vec<Row>) -> String {
    if rows.len() > GROUPS_MAX {
        rows.sort_by(|a, b| a.number.total_cmp(&b.number));
        let beyond = rows.len() - GROUPS_MAX;
        rows.drain(GROUPS_MAX / 2..GROUPS_MAX / 2 + beyond);
    }
    let told: Vec<Json> = rows.into_iter().map(|row| object!({ "name": row.group, "value": row.number })).collect();
    go_json::text(&Json::from(told))
}
