//! Wavefront's answers to queries of charts.

use super::{Understood, json};
use expr::{ListType, Value};
use jiff::Timestamp;
use serde_json::Value as Json;

/// Of each series the point that is nearest to `started`: one number of one series, all of several.
///
/// # Errors
/// When there are no series, or the answer is of another shape.
pub fn wavefront(body: &[u8], started: Timestamp) -> Result<Understood, String> {
    let answer = json(body)?;
    if let Some(message) = answer["errorMessage"].as_str().filter(|message| !message.is_empty()) {
        return Err(message.to_owned());
    }
    let series = answer["timeseries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let points: Vec<Point> = series.iter().map(|series| nearest(&series["data"], started)).collect::<Result<_, _>>()?;
    let mut understood = match points.as_slice() {
        [] => return Err("No TimeSeries found in response from Wavefront".to_owned()),
        [one] => Understood::plain(Value::Float(one.value), format!("{:.2}", one.value), None),
        several => {
            let values = several.iter().map(|point| Value::Float(point.value)).collect();
            let list = Value::list(ListType::Float, values).map_err(|error| error.to_string())?;
            Understood::plain(list, listed(several, |point| format!("{:.2}", point.value)), None)
        }
    };
    let (timestamps, drift) = match points.as_slice() {
        [one] => (one.at.to_string(), one.drift.to_string()),
        several => (listed(several, |point| point.at.to_string()), listed(several, |point| point.drift.to_string())),
    };
    // What was measured is as old as its oldest point.
    let oldest = points.iter().map(|point| point.at).min().and_then(|at| Timestamp::from_second(at).ok());
    understood.measured.as_of = oldest;
    understood.metadata.insert("timestamps".to_owned(), timestamps);
    understood.metadata.insert("drift".to_owned(), drift);
    if let Some(warnings) = answer["warnings"].as_str().filter(|warnings| !warnings.is_empty()) {
        understood.metadata.insert("warnings".to_owned(), warnings.to_owned());
    }
    Ok(understood)
}

struct Point {
    value: f64,
    at: i64,
    drift: i64,
}

fn listed(points: &[Point], shown: impl Fn(&Point) -> String) -> String {
    format!("[{}]", points.iter().map(shown).collect::<Vec<_>>().join(","))
}

fn nearest(points: &Json, started: Timestamp) -> Result<Point, String> {
    let started = started.as_second();
    let mut found: Option<Point> = None;
    for point in points.as_array().into_iter().flatten() {
        let (Some(at), Some(value)) = (point[0].as_f64(), point[1].as_f64()) else {
            return Err("Wavefront answered a point that is not [time, number]".to_owned());
        };
        let at = at as i64;
        let drift = at.saturating_sub(started);
        if found.as_ref().is_none_or(|known| drift.saturating_abs() < known.drift.saturating_abs()) {
            found = Some(Point { value, at, drift });
        }
    }
    found.ok_or_else(|| "Wavefront answered a series without points".to_owned())
}
