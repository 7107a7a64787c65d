//! CloudWatch's answers to `GetMetricData`, in the JSON protocol.

use super::{Understood, decimal, instant, json};
use expr::{ListType, Value};
use serde_json::Value as Json;

/// The results, as conditions see them: `result[0].Values[0]`.
///
/// # Errors
/// When CloudWatch says so, or the answer is of another shape.
pub fn cloud_watch(body: &[u8]) -> Result<Understood, String> {
    let answer = json(body)?;
    if let Some(kind) = answer["__type"].as_str() {
        let message = answer["message"].as_str().or(answer["Message"].as_str()).unwrap_or_default();
        return Err(format!("{}: {message}", kind.rsplit('#').next().unwrap_or(kind)));
    }
    let results = answer["MetricDataResults"].as_array().ok_or("CloudWatch answered no MetricDataResults")?;
    let read: Vec<Value> = results.iter().map(one).collect::<Result<_, _>>()?;
    let shown: Vec<String> = results.iter().map(shown).collect();
    let is_empty = results.iter().all(|result| numbers(&result["Values"]).is_empty());
    let latest = results.iter().flat_map(|result| numbers(&result["Timestamps"])).fold(f64::NEG_INFINITY, f64::max);
    let value = if is_empty {
        Value::Nil
    } else {
        Value::list(ListType::Maps("[]types.MetricDataResult"), read).map_err(|error| error.to_string())?
    };
    let mut understood = Understood::plain(value, format!("[{}]", shown.join(" ")), instant(latest));
    if let Some(messages) = answer["Messages"].as_array().filter(|messages| !messages.is_empty()) {
        understood.metadata.insert("messages".to_owned(), Json::from(messages.clone()).to_string());
    }
    Ok(understood)
}

fn numbers(list: &Json) -> Vec<f64> {
    list.as_array().into_iter().flatten().filter_map(Json::as_f64).collect()
}

fn one(result: &Json) -> Result<Value, String> {
    let text = |field: &str| Value::from(result[field].as_str().unwrap_or_default());
    let floats = |field: &str| {
        let values = numbers(&result[field]).into_iter().map(Value::Float).collect();
        Value::list(ListType::Float, values).map_err(|error| error.to_string())
    };
    let fields = [
        ("Id".to_owned(), text("Id")),
        ("Label".to_owned(), text("Label")),
        ("StatusCode".to_owned(), text("StatusCode")),
        ("Values".to_owned(), floats("Values")?),
        ("Timestamps".to_owned(), floats("Timestamps")?),
    ];
    Value::object(fields).map_err(|error| error.to_string())
}

fn shown(result: &Json) -> String {
    let numbers: Vec<String> = numbers(&result["Values"]).into_iter().map(decimal).collect();
    format!("[{}]", numbers.join(" "))
}
