//! Datadog's answers: series of version 1, scalars of version 2.

use super::{Understood, decimal, instant, json};
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
    let of =
        |ty: &str| columns.iter().find(|column| column["type"] == ty).and_then(|column| column["values"].as_array());
    let rows: Vec<(usize, f64)> =
        of("number").into_iter().flatten().enumerate().filter_map(|(at, value)| Some((at, value.as_f64()?))).collect();
    let Some((_, first)) = rows.first() else { return Ok(Understood::nothing("[]")) };
    let Some(groups) = of("group") else {
        return Ok(Understood::plain(Value::Float(*first), decimal(*first), None));
    };
    let numbers: Vec<f64> = rows.iter().map(|(_, number)| *number).collect();
    let mut understood = Understood::numbers(&numbers, None)?;
    let named: Vec<Json> = rows
        .iter()
        .take(GROUPS_MAX)
        .map(|(at, number)| object!({ "group": groups.get(*at), "value": number }))
        .collect();
    understood.metadata.insert("groups".to_owned(), Json::from(named).to_string());
    if rows.len() > GROUPS_MAX {
        understood.metadata.insert("groups_truncated".to_owned(), "true".to_owned());
    }
    Ok(understood)
}
