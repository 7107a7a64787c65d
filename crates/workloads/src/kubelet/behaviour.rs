//! How a simulated pod behaves: by its annotations, the rules about it, its probes, and the cluster's defaults.
//!
//! | annotation (prefix `sim.capstan.dev/`) | value | what the pod does |
//! |---|---|---|
//! | `start` | duration | takes that long until its containers run |
//! | `ready` | `false` or duration | never becomes ready, or takes that long after it runs |
//! | `run` | duration | its containers end after that long |
//! | `exit` | numbers | its containers end with that code, or with one of several |
//! | `pull` | `fail` | its image cannot be pulled |
//! | `stop` | duration | takes that long to end when deleted, its grace period at most |
//!
//! A duration may be a span (`1s..5s`); which moment of it, and which of several codes, follows from the pod's identity
//! alone: the same seed gives the same cluster.

use super::rules::{Rules, images};
use apiserver::Object;
use clock::Random;
use serde_json::Value;
use std::time::Duration;

/// The delays of pods that say nothing of their own, and the words that make them misbehave.
#[derive(Debug, Clone)]
pub struct Defaults {
    /// From the binding until the containers run.
    pub start: Duration,
    /// From the deletion until the pod is gone, its grace period at most.
    pub stop: Duration,
    /// How long the containers of a Job run, and those that are to exit.
    pub run: Duration,
    /// The prefix of the annotations, without the slash.
    pub annotation_prefix: String,
    /// Images that contain one of these cannot be pulled.
    pub missing_images: Vec<String>,
    /// How pods behave that say nothing of their own, by image, namespace and labels. The ConfigMap `simulated-pods` of
    /// `kube-system` takes their place.
    pub rules: Rules,
}

impl Default for Defaults {
    fn default() -> Self {
        Defaults {
            start: Duration::from_millis(150),
            stop: Duration::from_millis(50),
            run: Duration::from_millis(150),
            annotation_prefix: "sim.capstan.dev".to_owned(),
            missing_images: vec!["does-not-exist".to_owned()],
            rules: Rules::default(),
        }
    }
}

/// What one pod does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Behaviour {
    pub start: Duration,
    pub stop: Duration,
    pub pull: Pull,
    pub ready: Readiness,
    pub end: Option<End>,
    pub restart: Restart,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pull {
    Works,
    Fails,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readiness {
    After(Duration),
    Never,
}

/// How a run of the containers ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub after: Duration,
    pub code: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Restart {
    Always,
    OnFailure,
    Never,
}

impl Behaviour {
    /// Reads a pod's.
    pub(super) fn of(pod: &Object, spec: &Value, defaults: &Defaults) -> Self {
        let note = |name: &str| {
            let own = pod.meta().annotation(&format!("{}/{name}", defaults.annotation_prefix));
            own.map(str::to_owned).or_else(|| defaults.rules.say(pod, spec, name))
        };
        // Each matter draws from a stream of its own that the pod's identity begins.
        let chance = |name: &str| Random::seeded(0, &format!("{} {name}", pod.meta().uid));
        let lasting = |name: &str| note(name).and_then(|text| span(&text, &mut chance(name)));
        let restart = match spec["restartPolicy"].as_str() {
            Some("Never") => Restart::Never,
            Some("OnFailure") => Restart::OnFailure,
            _ => Restart::Always,
        };
        let code = note("exit").and_then(|codes| one_of(&codes, &mut chance("exit")));
        let ends = restart != Restart::Always || code.is_some() || note("run").is_some();
        let end = End { after: lasting("run").unwrap_or(defaults.run), code: code.unwrap_or_default() };
        let missing = |image: &str| defaults.missing_images.iter().any(|word| image.contains(word.as_str()));
        let pull = note("pull").as_deref() == Some("fail") || images(spec).any(missing);
        Behaviour {
            start: lasting("start").unwrap_or(defaults.start),
            stop: lasting("stop").unwrap_or(defaults.stop),
            pull: if pull { Pull::Fails } else { Pull::Works },
            ready: match note("ready").as_deref() {
                Some("false") => Readiness::Never,
                Some(text) => Readiness::After(span(text, &mut chance("ready")).unwrap_or_default()),
                None => Readiness::After(probed(spec)),
            },
            end: ends.then_some(end),
            restart,
        }
    }
}

/// The probes' delays: they succeed as soon as they are asked, as often as they must.
fn probed(spec: &Value) -> Duration {
    let containers = spec["containers"].as_array().into_iter().flatten();
    let slowest = containers.map(|container| delay(&container["startupProbe"]) + delay(&container["readinessProbe"]));
    Duration::from_secs(slowest.max().unwrap_or_default())
}

fn delay(probe: &Value) -> u64 {
    let number = |field: &str| probe[field].as_u64();
    let repeats = number("successThreshold").unwrap_or(1).saturating_sub(1);
    number("initialDelaySeconds").unwrap_or_default() + repeats * number("periodSeconds").unwrap_or(10)
}

/// A moment of `1s..5s`, or the duration itself.
fn span(text: &str, chance: &mut Random) -> Option<Duration> {
    let Some((from, to)) = text.split_once("..") else { return duration(text) };
    let (from, to) = (duration(from)?, duration(to)?);
    let width = u64::try_from(to.saturating_sub(from).as_millis()).ok()?;
    Some(from + Duration::from_millis(chance.below(width.saturating_add(1))))
}

/// One of `0,0,1`, or the number itself.
fn one_of(codes: &str, chance: &mut Random) -> Option<i64> {
    let codes: Option<Vec<i64>> = codes.split(',').map(|code| code.trim().parse().ok()).collect();
    let codes = codes?;
    codes.get(usize::try_from(chance.below(codes.len() as u64)).ok()?).copied()
}

/// Reads `1h2m3s`, `150ms` or plain seconds.
fn duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let unit_end = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |end| digits + end);
        let number: f64 = rest[..digits].parse().ok()?;
        let unit = match &rest[digits..unit_end] {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        total += Duration::try_from_secs_f64(number * unit).ok()?;
        rest = &rest[unit_end..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_codes_are_drawn_within_their_bounds_and_alike_for_the_same_pod() {
        let drawn = |uid: &str| {
            let mut chance = Random::seeded(0, uid);
            (span("1s..3s", &mut chance).expect("a span"), one_of("0, 1,7", &mut chance).expect("a code"))
        };
        let all: Vec<_> = (0..100).map(|number| drawn(&number.to_string())).collect();
        assert!(all.iter().all(|(span, code)| (1000..=3000).contains(&span.as_millis()) && [0, 1, 7].contains(code)));
        assert!([0, 1, 7].iter().all(|code| all.iter().any(|(_, drawn)| drawn == code)), "each comes at some time");
        assert_eq!(drawn("a"), drawn("a"));
        let mut chance = Random::seeded(0, "");
        assert_eq!((span("1s..soon", &mut chance), one_of("1,x", &mut chance)), (None, None));
    }

    #[test]
    fn durations_are_read_as_go_writes_them() {
        let cases = [("150ms", 150), ("1m30s", 90_000), ("2", 2000), ("0", 0), ("1.5s", 1500)];
        for (text, milliseconds) in cases {
            assert_eq!(duration(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        assert_eq!(duration("soon"), None);
        assert_eq!(duration("3 weeks"), None);
    }
}
