//! Events of a Rollout that somebody is to be told of: written down on it before what they tell of is done, and taken off
//! once they were told, so that none is lost with a process. A leaf module.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The annotation that they are written down in.
pub const ANNOTATION_WAITING: &str = "notifications.capstan.dev/waiting";

/// How many are kept; beyond, the oldest are forgotten. With their messages they stay far below the 256 KiB that
/// annotations may have together.
const KEPT_MAX: usize = 100;

/// An event that is to be told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Its reason, by which it fires a trigger.
    pub reason: String,
    /// What it says.
    pub message: String,
    /// `Normal` or `Warning`.
    #[serde(rename = "type")]
    pub severity: String,
    /// When it was written down, in milliseconds since 1970.
    pub at: i64,
    /// The process that wrote it down.
    pub by: String,
    /// What the Rollout was then: see [`state_of`].
    pub of: String,
}

/// Events that are to be told of, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WaitingEvents(pub Vec<Waiting>);

/// Who wants to hear of a Rollout's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    /// The process that listens.
    pub by: String,
    /// The triggers that somebody is subscribed to; `None` while that is not known: it may be any.
    pub triggers: Option<BTreeSet<String>>,
}

impl Listening {
    /// Whether an event of this reason is to be told of.
    #[must_use]
    pub fn wants(&self, reason: &str) -> bool {
        // A trigger is the reason in lower case, with hyphens between its words.
        let fires = |trigger: &String| trigger.strip_prefix("on-").is_some_and(|it| is_same(it, reason));
        self.triggers.as_ref().is_none_or(|triggers| triggers.iter().any(fires))
    }
}

fn is_same(trigger: &str, reason: &str) -> bool {
    trigger.chars().filter(|sign| *sign != '-').eq(reason.chars().flat_map(char::to_lowercase))
}

impl WaitingEvents {
    /// What the annotation says; what cannot be read counts as nothing.
    #[must_use]
    pub fn parse(annotation: Option<&str>) -> Self {
        WaitingEvents(annotation.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default())
    }

    /// Writes one down. One that is there already of the same Rollout in the same state stays as it is: what it tells of
    /// was tried before and is tried again.
    pub fn add(&mut self, event: Waiting) {
        let is_same = |it: &Waiting| it.reason == event.reason && it.message == event.message;
        if self.0.iter().any(|it| is_same(it) && it.of == event.of) {
            return;
        }
        self.0.retain(|it| !is_same(it));
        self.0.push(event);
        let many = self.0.len().saturating_sub(KEPT_MAX);
        self.0.drain(..many);
    }

    /// The annotation's value; `None` when there is nothing to keep.
    #[must_use]
    pub fn to_annotation(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| serde_json::to_string(&self.0).unwrap_or_default())
    }
}

/// A short name for a Rollout's state: the same as long as its status and generation are.
#[must_use]
pub fn state_of(status: &Json, generation: i64) -> String {
    let mut hasher = DefaultHasher::new();
    (generation, status.to_string()).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(message: &str, of: &str, at: i64) -> Waiting {
        let word = str::to_owned;
        let (reason, severity) = (word("RolloutPaused"), word("Normal"));
        Waiting { reason, message: word(message), severity, at, by: word("one"), of: word(of) }
    }

    #[test]
    fn what_is_tried_again_is_written_down_once() {
        let mut waiting = WaitingEvents::default();
        waiting.add(event("a", "x", 1));
        waiting.add(event("b", "x", 2));
        waiting.add(event("a", "x", 3));
        assert_eq!(waiting.0, [event("a", "x", 1), event("b", "x", 2)]);
        waiting.add(event("a", "y", 4));
        assert_eq!(waiting.0, [event("b", "x", 2), event("a", "y", 4)], "another of the same words");
        let text = waiting.to_annotation();
        assert_eq!(WaitingEvents::parse(text.as_deref()), waiting);
        assert_eq!(WaitingEvents::parse(Some("{broken")), WaitingEvents::default());
        assert_eq!(WaitingEvents::default().to_annotation(), None);
    }

    #[test]
    fn the_oldest_are_forgotten_beyond_a_hundred() {
        let mut waiting = WaitingEvents::default();
        (0..120).for_each(|at| waiting.add(event(&at.to_string(), "x", at)));
        assert_eq!((waiting.0.len(), waiting.0[0].at), (KEPT_MAX, 20));
    }

    #[test]
    fn triggers_are_reasons_with_hyphens() {
        let listening = |trigger: &str| Listening { by: String::new(), triggers: Some([trigger.to_owned()].into()) };
        assert!(listening("on-scaling-replica-set").wants("ScalingReplicaSet"));
        assert!(listening("on-patching-alb-ingress").wants("PatchingALBIngress"));
        assert!(!listening("on-rollout-completed").wants("RolloutStepCompleted"));
        assert!(Listening { by: String::new(), triggers: None }.wants("Any"));
    }
}
