//! A metric that compares the canary with the stable version: `provider: {plugin: {"capstan/comparison": {…}}}`.
//!
//! It is one measurement that goes on from interval to interval until there is a verdict: passed, failed, or at its end
//! still held. What was seen is in the measurement's metadata, for people and for the next look.

use crate::verdict::{Block, Dispersion, Evidence, Interval};
use api::rollouts::{AnalysisPhase, Measurement, Metric};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// The name of the plugin that stands for a comparison.
pub const PLUGIN: &str = crate::numbers::COMPARISON;
/// In a measurement's metadata: what was seen, for the next look.
const STATE: &str = "capstan/evidence";
/// How long between two looks when the metric gives no interval.
const INTERVAL: SignedDuration = SignedDuration::from_secs(60);

/// What is asked of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// How likely a canary that is not worse may be failed, whatever happens.
    pub alpha: f64,
    /// How many times the odds of failure are tolerated: below, the canary passes.
    pub tolerance: f64,
    /// How long it is held without a verdict before it ends inconclusive.
    pub hold: SignedDuration,
    /// How failures come.
    pub dispersion: Dispersion,
    /// How long between two looks.
    pub interval: SignedDuration,
}

impl Comparison {
    /// The comparison that a metric is; `None` when it is something else.
    ///
    /// # Errors
    /// When a setting is not what it must be.
    pub fn read(metric: &Metric) -> Result<Option<Self>, String> {
        let Some(settings) = metric.provider.plugin.get(PLUGIN) else { return Ok(None) };
        let number = |name: &str, default: f64, range: std::ops::RangeInclusive<f64>| match settings.get(name) {
            None | Some(Value::Null) => Ok(default),
            Some(value) => {
                let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
                number.filter(|number| range.contains(number)).ok_or_else(|| {
                    format!("{PLUGIN}: {name} must be a number from {} to {}", range.start(), range.end())
                })
            }
        };
        let duration = |name: &str, text: Option<&str>, default: SignedDuration| match text {
            None | Some("") => Ok(default),
            Some(text) => sprig::duration::parse(text)
                .map(SignedDuration::from_nanos)
                .map_err(|error| format!("{PLUGIN}: {name}: {error}")),
        };
        let clumps = number("dispersion", 0.0, 0.0..=1_000.0)?;
        Ok(Some(Comparison {
            alpha: number("alpha", 0.001, 1e-9..=0.5)?,
            tolerance: number("tolerance", 2.0, 1.0..=60.0)?,
            hold: duration("hold", settings.get("hold").and_then(Value::as_str), SignedDuration::from_hours(1))?,
            dispersion: if clumps < 1.0 { Dispersion::Independent } else { Dispersion::Clumped(clumps) },
            interval: duration("interval", Some(&metric.interval), INTERVAL)?,
        }))
    }

    /// The measurement that begins now; what it sees first comes with the next look.
    #[must_use]
    pub fn started(&self, now: Timestamp) -> Measurement {
        let mut measurement = Measurement { started_at: Some(now.into()), ..Measurement::default() };
        measurement.phase_word = AnalysisPhase::Running.to_string();
        measurement.resume_at = Some(later(now, self.interval).into());
        measurement
    }

    /// The measurement after one more interval. What could not be counted tells nothing and is passed over: the hold goes
    /// on, with the reason, and has its end.
    #[must_use]
    pub fn resumed(&self, measurement: Measurement, counted: Result<Block, String>, now: Timestamp) -> Measurement {
        let known = measurement.metadata.get(STATE).and_then(|text| Evidence::read(text, self.dispersion));
        let mut evidence = known.unwrap_or_else(|| Evidence::new(self.dispersion));
        let trouble = match counted {
            Ok(block) => {
                evidence.see(block);
                block.mistake()
            }
            Err(message) => Some(message),
        };
        self.judged(measurement, &evidence, trouble, now)
    }

    fn judged(
        &self,
        mut measurement: Measurement,
        evidence: &Evidence,
        trouble: Option<String>,
        now: Timestamp,
    ) -> Measurement {
        let interval = evidence.interval(self.alpha);
        let log_e_value = evidence.log_e_value();
        self.tell(&mut measurement, evidence, interval, log_e_value);
        let since = measurement.started_at.map_or(now, api::Time::timestamp);
        let (phase, message) = if log_e_value >= -self.alpha.ln() {
            let times = evidence.ratio();
            (AnalysisPhase::Failed, format!("the canary is worse: about {times:.1} times the odds of failure"))
        } else if interval.high < self.tolerance {
            let high = interval.high;
            (AnalysisPhase::Successful, format!("the canary is not worse by more than {high:.1} times"))
        } else if now.duration_since(since) >= self.hold {
            (AnalysisPhase::Inconclusive, self.holding(evidence, trouble))
        } else {
            measurement.message = self.holding(evidence, trouble);
            measurement.resume_at = Some(later(now, self.interval).into());
            return measurement;
        };
        measurement.phase_word = phase.to_string();
        measurement.message = message;
        measurement.finished_at = Some(now.into());
        measurement.resume_at = None;
        measurement
    }

    /// Why there is no verdict yet.
    fn holding(&self, evidence: &Evidence, trouble: Option<String>) -> String {
        let hold = match evidence.needed(self.alpha) {
            Some(more) => format!("hold, needs about {more} more requests to the canary"),
            None if evidence.total().canary == 0 => "hold, no requests to the canary yet".to_owned(),
            None => "hold, the canary does not look worse".to_owned(),
        };
        trouble.map_or_else(|| hold.clone(), |trouble| format!("{hold}: {trouble}"))
    }

    /// Puts the evidence where people look for it.
    fn tell(&self, measurement: &mut Measurement, evidence: &Evidence, interval: Interval, log_e_value: f64) {
        let Block { stable, stable_bad, canary, canary_bad } = evidence.total();
        let counts = |bad: u64, all: u64| format!("{bad} of {all} bad");
        for (key, value) in [
            (STATE, evidence.write()),
            ("e-value", format!("{} of {:.0}", scientific(log_e_value), 1.0 / self.alpha)),
            ("stable", counts(stable_bad, stable)),
            ("canary", counts(canary_bad, canary)),
            ("odds-ratio", format!("{:.2} ({:.2} to {:.2})", evidence.ratio(), interval.low, interval.high)),
        ] {
            measurement.metadata.insert(key.to_owned(), value);
        }
        measurement.value = counts(canary_bad, canary);
    }
}

/// The measurement, now that the run ends before there is a verdict.
#[must_use]
pub fn terminated(mut measurement: Measurement, now: Timestamp) -> Measurement {
    measurement.phase_word = AnalysisPhase::Successful.to_string();
    measurement.finished_at = Some(now.into());
    measurement.resume_at = None;
    measurement
}

/// A number by its natural logarithm: it may be larger than any `f64`.
fn scientific(logarithm: f64) -> String {
    let value = logarithm.exp();
    if value.is_finite() {
        return format!("{value:.3e}");
    }
    format!("1e{:.0}", logarithm / std::f64::consts::LN_10)
}

fn later(now: Timestamp, interval: SignedDuration) -> Timestamp {
    now.checked_add(interval).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::scientific;

    #[test]
    fn evidence_beyond_all_numbers_is_told_by_its_size() {
        assert_eq!(scientific(0.0), "1.000e0");
        assert_eq!(scientific(1e6 * std::f64::consts::LN_10), "1e1000000");
    }
}
