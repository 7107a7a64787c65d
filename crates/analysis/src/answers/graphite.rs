//! Graphite's answers of `/render?format=json`.

use super::{Understood, instant, json};

/// The numbers of the first target; points without one are passed over.
///
/// # Errors
/// When the answer is of another shape.
pub fn graphite(body: &[u8]) -> Result<Understood, String> {
    let answer = json(body)?;
    let targets = answer.as_array().ok_or("Graphite answered no list of targets")?;
    let points = targets.first().and_then(|target| target["datapoints"].as_array());
    let mut numbers = Vec::new();
    let mut latest = None;
    for point in points.into_iter().flatten() {
        let [value, at] = point.as_array().map(Vec::as_slice).unwrap_or_default() else {
            return Err(format!("error unmarshaling data point: {point}"));
        };
        let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
        match number {
            Some(number) => {
                numbers.push(number);
                latest = at.as_f64().or_else(|| at.as_str()?.parse().ok());
            }
            None if value.is_null() => {}
            None => return Err(format!("error unmarshaling value: {value}")),
        }
    }
    // An empty list, where upstream stops with an error: a condition may say what to do then.
    Understood::numbers(&numbers, latest.and_then(instant))
}
