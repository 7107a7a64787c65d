//! What a provider's value comes to: a measurement with its phase.

use api::Time;
use api::rollouts::{AnalysisPhase, Measurement, Metric};
use budget::{Budget, Limits};
use expr::{Value, condition};
use jiff::{SignedDuration, Timestamp};

/// Data older than this says nothing of the present; how far Prometheus looks back.
pub const STALE_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// What one condition may use: far more than any needs, gone in a fraction of a second.
const LIMITS: Limits = Limits { fuel: 2_000_000, bytes: 16 << 20, depth: 128 };
/// How much is kept of a value or a message: ten of them for each metric are in one object of the cluster.
const TEXT_BYTES_MAX: usize = 16 << 10;
/// How much of a condition is told with what is wrong with it: the end of the message is what matters.
const CONDITION_CHARS_MAX: usize = 1000;
/// In a measurement's metadata: why it holds no data.
const NO_DATA: &str = "capstan/no-data";
/// What a condition that says itself what to do without data has in it.
const WORDS_OF_ABSENCE: [&str; 7] = ["isNaN", "isInf", "isNil", "default", "len", "nil", "??"];

/// What a provider answered.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The value that conditions look at.
    pub result: Value,
    /// The value as it is shown.
    pub text: String,
    /// When what was measured was so, where the provider says.
    pub as_of: Option<Timestamp>,
}

/// A finished measurement of `metric`, begun at `started`; `measured` is what the provider answered, or why it did not.
///
/// Without data — nothing, an empty list, no number, or data that is stale — a condition that does not say itself what to
/// do is not asked: the measurement is inconclusive with the reason, and is taken again, like one that failed.
#[must_use]
pub fn evaluate(metric: &Metric, started: Time, measured: Result<Measured, String>, now: Timestamp) -> Measurement {
    let mut measurement =
        Measurement { started_at: Some(started), finished_at: Some(now.into()), ..Measurement::default() };
    let measured = match measured {
        Ok(measured) => measured,
        Err(message) => {
            measurement.phase_word = AnalysisPhase::Error.to_string();
            measurement.message = message;
            return measurement;
        }
    };
    measurement.value.clone_from(&measured.text);
    // Whoever sets no condition asks for no value.
    let asks = !metric.success_condition.is_empty() || !metric.failure_condition.is_empty();
    let absent = absence(&measured, now).filter(|_| asks);
    let is_handled = absent.is_none_or(|why| why != Absence::Stale && handles_absence(metric));
    let phase = if is_handled { assessed(metric, &measured.result, now) } else { Ok(AnalysisPhase::Inconclusive) };
    match (phase, absent) {
        (Ok(phase), _) if is_handled => measurement.phase_word = phase.to_string(),
        (_, Some(absence)) => {
            measurement.phase_word = AnalysisPhase::Inconclusive.to_string();
            measurement.message = absence.reason().to_owned();
            measurement.metadata.insert(NO_DATA.to_owned(), absence.word().to_owned());
        }
        (Ok(phase), None) => measurement.phase_word = phase.to_string(),
        (Err(message), None) => {
            measurement.phase_word = AnalysisPhase::Error.to_string();
            measurement.message = message;
        }
    }
    measurement
}

/// The measurement with texts that a status can hold: what providers and conditions say may be of any length.
#[must_use]
pub fn shortened(mut measurement: Measurement) -> Measurement {
    for text in [&mut measurement.value, &mut measurement.message] {
        if text.len() > TEXT_BYTES_MAX {
            let end = (0..=TEXT_BYTES_MAX).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
            text.truncate(end);
            text.push('…');
        }
    }
    measurement
}

/// Whether a measurement held no data.
pub(crate) fn is_without_data(measurement: &Measurement) -> bool {
    measurement.metadata.contains_key(NO_DATA)
}

/// Why there is no data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absence {
    Empty,
    NoNumber,
    Stale,
}

impl Absence {
    fn word(self) -> &'static str {
        match self {
            Absence::Empty => "empty",
            Absence::NoNumber => "NaN",
            Absence::Stale => "stale",
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Absence::Empty => "metric result is nil or empty: no data returned from the metric provider",
            Absence::NoNumber => "metric result is NaN: there was nothing to measure",
            Absence::Stale => "metric result is stale: its data is older than 5 minutes",
        }
    }
}

fn absence(measured: &Measured, now: Timestamp) -> Option<Absence> {
    if measured.as_of.is_some_and(|as_of| now.duration_since(as_of) > STALE_AFTER) {
        return Some(Absence::Stale);
    }
    match &measured.result {
        Value::Nil => Some(Absence::Empty),
        Value::Float(value) if value.is_nan() => Some(Absence::NoNumber),
        Value::List(list) if list.items().is_empty() => Some(Absence::Empty),
        Value::List(list) if list.items().iter().any(|item| matches!(item, Value::Float(item) if item.is_nan())) => {
            Some(Absence::NoNumber)
        }
        _ => None,
    }
}

/// Whether every condition says itself what is to be done without data.
fn handles_absence(metric: &Metric) -> bool {
    let conditions = [&metric.success_condition, &metric.failure_condition];
    let mut given = conditions.into_iter().filter(|condition| !condition.is_empty());
    given.all(|condition| WORDS_OF_ABSENCE.iter().any(|word| condition.contains(word)))
}

/// The phase that the conditions give; a failure condition goes before.
fn assessed(metric: &Metric, result: &Value, now: Timestamp) -> Result<AnalysisPhase, String> {
    let holds = |name: &str, text: &str| {
        if text.is_empty() {
            return Ok(None);
        }
        let mut budget = Budget::new(LIMITS);
        let holds = condition::holds(text, result, now, &mut budget);
        holds.map(Some).map_err(|error| {
            let told: String = text.chars().take(CONDITION_CHARS_MAX).collect();
            let rest = if told.len() < text.len() { "…" } else { "" };
            format!("could not evaluate {name} \"{told}{rest}\": {error}")
        })
    };
    let success = holds("successCondition", &metric.success_condition)?;
    let failure = holds("failureCondition", &metric.failure_condition)?;
    Ok(match (success, failure) {
        (_, Some(true)) | (Some(false), None) => AnalysisPhase::Failed,
        (Some(false), Some(false)) => AnalysisPhase::Inconclusive,
        _ => AnalysisPhase::Successful,
    })
}
