//! Prometheus' answers to queries of an instant and of a range.

use super::{Understood, decimal, instant, json};
use expr::Value;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The numbers of an answer: one of a scalar, all of a vector, all of a matrix one series after the other.
///
/// # Errors
/// When Prometheus says so, or the answer is of another shape.
pub fn prometheus(body: &[u8]) -> Result<Understood, String> {
    let answer = json(body)?;
    succeeded(&answer)?;
    let result = &answer["data"]["result"];
    let mut understood = match answer["data"]["resultType"].as_str() {
        Some("scalar") => {
            let (at, number) = sample(result)?;
            Understood::plain(Value::Float(number), decimal(number), instant(at))
        }
        Some("vector") => many(result, |series| vec![&series["value"]])?,
        Some("matrix") => many(result, |series| series["values"].as_array().into_iter().flatten().collect())?,
        _ => return Err("Prometheus metric type not supported".to_owned()),
    };
    let warnings: Vec<String> = answer["warnings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(|it| format!("\"{it}\""))
        .collect();
    if !warnings.is_empty() {
        understood.metadata.insert("warnings".to_owned(), warnings.join(", "));
    }
    Ok(understood)
}

fn many(result: &Json, samples: impl Fn(&Json) -> Vec<&Json>) -> Result<Understood, String> {
    let series = result.as_array().ok_or("Prometheus answered no list of series")?;
    let found: Vec<(f64, f64)> = series.iter().flat_map(samples).map(sample).collect::<Result<_, _>>()?;
    let latest = found.iter().map(|(at, _)| *at).fold(f64::NEG_INFINITY, f64::max);
    let numbers: Vec<f64> = found.iter().map(|(_, number)| *number).collect();
    Understood::numbers(&numbers, instant(latest))
}

/// The number of each series of a vector, by the value of one of its labels; series that share it are added up.
///
/// # Errors
/// When Prometheus says so, or the answer is of another shape.
pub fn prometheus_by_label(body: &[u8], label: &str) -> Result<BTreeMap<String, f64>, String> {
    let answer = json(body)?;
    succeeded(&answer)?;
    if answer["data"]["resultType"] != "vector" {
        return Err("Prometheus answered no vector: ask for the count of each version".to_owned());
    }
    let mut found = BTreeMap::new();
    for series in answer["data"]["result"].as_array().into_iter().flatten() {
        let version = series["metric"][label].as_str().unwrap_or_default();
        *found.entry(version.to_owned()).or_insert(0.0) += sample(&series["value"])?.1;
    }
    Ok(found)
}

fn succeeded(answer: &Json) -> Result<(), String> {
    if answer["status"] == "success" {
        return Ok(());
    }
    let text = |field: &str| answer[field].as_str().unwrap_or_default().to_owned();
    Err(format!("{}: {}", text("errorType"), text("error")))
}

/// `[seconds, "number"]`.
fn sample(sample: &Json) -> Result<(f64, f64), String> {
    let number = |text: &str| match text {
        "+Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        text => text.parse().ok(),
    };
    let found = sample[0].as_f64().zip(sample[1].as_str().and_then(number));
    found.ok_or_else(|| "Prometheus answered a sample that is not [time, \"number\"]".to_owned())
}
