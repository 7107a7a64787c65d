//! A metric that compares the canary with the stable version: `provider: {plugin: {"capstan/comparison": {…}}}`.
//!
//! It is one measurement that goes on from interval to interval until there is a verdict: passed, failed, or at its end
//! still held. What was seen is in the measurement's metadata, for people and for the next look.

use crate::verdict::{Block, Dispersion, Evidence, Interval, log_average};
use api::rollouts::{AnalysisPhase, Measurement, Metric};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// The name of the plugin that stands for a comparison.
pub const PLUGIN: &str = crate::numbers::COMPARISON;
/// In a measurement's metadata: what was seen, for the next look.
const STATE: &str = "capstan/evidence";
/// How long between two looks when the metric gives no interval.
const INTERVAL: SignedDuration = SignedDuration::from_secs(60);
/// How many bounds of a histogram are looked at: each costs power, and neighbours say the same.
const BOUNDS_MAX: usize = 8;

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
    /// At which bounds of a histogram requests are slow; none where they end well or badly.
    pub bounds: Vec<f64>,
}

/// The counts of one interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Count {
    /// Requests that took longer than this are bad; `None` where they end well or badly.
    pub bound: Option<f64>,
    /// The counts.
    pub block: Block,
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
            bounds: bounds(settings.get("bounds").unwrap_or(&Value::Null))?,
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

    /// The measurement after one more interval in which requests ended well or badly; see [`Comparison::looked`].
    #[must_use]
    pub fn resumed(&self, measurement: Measurement, counted: Result<Block, String>, now: Timestamp) -> Measurement {
        self.looked(measurement, counted.map(|block| vec![Count { bound: None, block }]), now)
    }

    /// The measurement after one more interval. What could not be counted tells nothing and is passed over: the hold goes
    /// on, with the reason, and has its end.
    #[must_use]
    pub fn looked(&self, measurement: Measurement, counted: Result<Vec<Count>, String>, now: Timestamp) -> Measurement {
        let known = measurement.metadata.get(STATE).and_then(|text| self.read_state(text));
        let mut seen = known.unwrap_or_else(|| self.nothing_seen());
        let trouble = match counted {
            Ok(counts) => {
                for Seen { bound, evidence } in &mut seen {
                    let count = counts.iter().find(|count| count.bound == *bound);
                    evidence.see(count.map(|count| count.block).unwrap_or_default());
                }
                counts.iter().find_map(|count| count.block.mistake())
            }
            Err(message) => Some(message),
        };
        self.judged(measurement, &Verdict::of(&seen, self.alpha), trouble, now)
    }

    fn nothing_seen(&self) -> Vec<Seen> {
        let seen = |bound| Seen { bound, evidence: Evidence::new(self.dispersion) };
        if self.bounds.is_empty() {
            return vec![seen(None)];
        }
        self.bounds.iter().map(|bound| seen(Some(*bound))).collect()
    }

    /// What an earlier look wrote down, provided it is about these bounds.
    fn read_state(&self, text: &str) -> Option<Vec<Seen>> {
        let mut seen = self.nothing_seen();
        let mut parts = text.split(';');
        for seen in &mut seen {
            seen.evidence = Evidence::read(parts.next()?, self.dispersion)?;
        }
        parts.next().is_none().then_some(seen)
    }

    fn judged(
        &self,
        mut measurement: Measurement,
        verdict: &Verdict<'_>,
        trouble: Option<String>,
        now: Timestamp,
    ) -> Measurement {
        self.tell(&mut measurement, verdict);
        let since = measurement.started_at.map_or(now, api::Time::timestamp);
        let high = verdict.high();
        let (phase, message) = if verdict.log_e_value >= -self.alpha.ln() {
            (AnalysisPhase::Failed, verdict.worse())
        } else if high < self.tolerance {
            let word = verdict.word();
            (AnalysisPhase::Successful, format!("the canary is not {word} by more than {high:.1} times"))
        } else if now.duration_since(since) >= self.hold {
            (AnalysisPhase::Inconclusive, self.holding(verdict, trouble))
        } else {
            measurement.message = self.holding(verdict, trouble);
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
    fn holding(&self, verdict: &Verdict<'_>, trouble: Option<String>) -> String {
        let worst = &verdict.worst.evidence;
        let mut hold = match worst.needed(self.alpha / verdict.seen.len() as f64) {
            Some(0) => "hold, needs more intervals: few do not tell one bad pod from a bad version".to_owned(),
            Some(more) => format!("hold, needs about {more} more requests to the canary"),
            None if worst.total().canary == 0 => "hold, no requests to the canary yet".to_owned(),
            None => format!("hold, the canary does not look {}", verdict.word()),
        };
        if let Some(clumps) = worst.undeclared() {
            hold.push_str(&format!(
                "; failures come about {clumps:.1} at a time, as when one pod differs: declare dispersion"
            ));
        }
        trouble.map_or_else(|| hold.clone(), |trouble| format!("{hold}: {trouble}"))
    }

    /// Puts the evidence where people look for it.
    fn tell(&self, measurement: &mut Measurement, verdict: &Verdict<'_>) {
        let all = |one: &dyn Fn(&Seen) -> String| verdict.seen.iter().map(one).collect::<Vec<_>>();
        let counts = |bad: u64, all: u64, seen: &Seen| match seen.bound {
            None => format!("{bad} of {all} bad"),
            Some(bound) => format!("{bad} of {all} over {bound}"),
        };
        let stable = |seen: &Seen| counts(seen.total().stable_bad, seen.total().stable, seen);
        let canary = |seen: &Seen| counts(seen.total().canary_bad, seen.total().canary, seen);
        let ratios: Vec<String> = (verdict.seen.iter().zip(&verdict.intervals))
            .map(|(seen, interval)| {
                format!("{:.2} ({:.2} to {:.2})", seen.evidence.ratio(), interval.low, interval.high)
            })
            .collect();
        for (key, value) in [
            (STATE, all(&|seen| seen.evidence.write()).join(";")),
            ("e-value", format!("{} of {:.0}", scientific(verdict.log_e_value), 1.0 / self.alpha)),
            ("stable", all(&stable).join(", ")),
            ("canary", all(&canary).join(", ")),
            ("odds-ratio", ratios.join(", ")),
        ] {
            measurement.metadata.insert(key.to_owned(), value);
        }
        measurement.value = canary(verdict.worst);
    }
}

/// What was seen at one bound.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    bound: Option<f64>,
    evidence: Evidence,
}

impl Seen {
    fn total(&self) -> Block {
        self.evidence.total()
    }
}

/// What all bounds come to.
struct Verdict<'s> {
    seen: &'s [Seen],
    /// The one that speaks most against the canary.
    worst: &'s Seen,
    log_e_value: f64,
    /// Of each bound; all together err with no more than is allowed.
    intervals: Vec<Interval>,
}

impl<'s> Verdict<'s> {
    fn of(seen: &'s [Seen], alpha: f64) -> Self {
        let logarithms: Vec<f64> = seen.iter().map(|seen| seen.evidence.log_e_value()).collect();
        let mut at = 0;
        for (index, logarithm) in logarithms.iter().enumerate() {
            if *logarithm > logarithms[at] {
                at = index;
            }
        }
        let alpha = alpha / seen.len() as f64;
        let intervals = seen.iter().map(|seen| seen.evidence.interval(alpha)).collect();
        Verdict { seen, worst: &seen[at], log_e_value: log_average(&logarithms), intervals }
    }

    /// How much worse the canary may be at most, at any bound.
    fn high(&self) -> f64 {
        self.intervals.iter().map(|interval| interval.high).fold(0.0, f64::max)
    }

    fn word(&self) -> &'static str {
        if self.worst.bound.is_some() { "slower" } else { "worse" }
    }

    fn worse(&self) -> String {
        let times = self.worst.evidence.ratio();
        match self.worst.bound {
            None => format!("the canary is worse: about {times:.1} times the odds of failure"),
            Some(bound) => {
                format!("the canary is slower: about {times:.1} times the odds of taking longer than {bound}")
            }
        }
    }
}

/// Upper bounds of buckets, in the histogram's own unit.
fn bounds(given: &Value) -> Result<Vec<f64>, String> {
    if given.is_null() {
        return Ok(Vec::new());
    }
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    let bounds: Option<Vec<f64>> = given.as_array().into_iter().flatten().map(number).collect();
    let is_fit = |bounds: &Vec<f64>| {
        let is_ascending = bounds.windows(2).all(|pair| pair[0] < pair[1]);
        (1..=BOUNDS_MAX).contains(&bounds.len()) && is_ascending && bounds.iter().all(|bound| bound.is_finite())
    };
    let wrong = || format!("{PLUGIN}: bounds must be 1 to {BOUNDS_MAX} numbers, each larger than the one before");
    bounds.filter(is_fit).ok_or_else(wrong)
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
