//! What providers' answers say: bytes of a response in, the value that conditions look at out. Knows no network: whoever
//! asks hands in the body of an answer whose status was well.

mod go_json;

mod cloud_watch;
mod datadog;
mod graphite;
mod influxdb;
mod kayenta;
mod new_relic;
mod prometheus;
mod skywalking;
mod wavefront;
mod web;

pub use cloud_watch::cloud_watch;
pub use datadog::{DatadogVersion, datadog};
pub use graphite::graphite;
pub use influxdb::influxdb;
pub use kayenta::{KayentaState, kayenta_configuration, kayenta_execution, kayenta_state};
pub use new_relic::new_relic;
pub use prometheus::{prometheus, prometheus_by_label};
pub use skywalking::skywalking;
pub use wavefront::wavefront;
pub use web::web;

use crate::evaluate::Measured;
use expr::{ListType, Value};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// An answer that was understood.
#[derive(Debug, Clone)]
pub struct Understood {
    /// The value.
    pub measured: Measured,
    /// What it adds to the measurement.
    pub metadata: BTreeMap<String, String>,
}

impl Understood {
    fn plain(result: Value, text: String, as_of: Option<Timestamp>) -> Self {
        Understood { measured: Measured { result, text, as_of }, metadata: BTreeMap::new() }
    }

    /// Nothing was measured.
    fn nothing(text: &str) -> Self {
        Understood::plain(Value::Nil, text.to_owned(), None)
    }

    /// Several numbers.
    fn numbers(numbers: &[f64], as_of: Option<Timestamp>) -> Result<Self, String> {
        let shown: Vec<String> = numbers.iter().map(|number| decimal(*number)).collect();
        let values = numbers.iter().copied().map(Value::Float).collect();
        let list = Value::list(ListType::Float, values).map_err(|error| error.to_string())?;
        Ok(Understood::plain(list, format!("[{}]", shown.join(",")), as_of))
    }
}

fn json(body: &[u8]) -> Result<serde_json::Value, String> {
    serde_json::from_slice(body).map_err(|error| format!("Could not parse JSON body: {error}"))
}

/// A number without an exponent, as short as it can be: Go's `%f` with all digits that matter.
fn decimal(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "+Inf".to_owned() } else { "-Inf".to_owned() }
    } else {
        format!("{number}")
    }
}

/// Seconds since 1970, with a fraction.
fn instant(seconds: f64) -> Option<Timestamp> {
    let millis = seconds * 1000.0;
    if millis.is_finite() { Timestamp::from_millisecond(millis as i64).ok() } else { None }
}
