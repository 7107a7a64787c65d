//! What somebody has been told of already, as upstream keeps it: the annotation `notified.notifications.argoproj.io`.
//! Whoever takes over, either way, tells nobody twice.

use crate::destination::Destination;
use crate::trigger::Outcome;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The annotation.
pub const ANNOTATION: &str = "notified.notifications.argoproj.io";

/// How many are kept; upstream's number. Beyond, the oldest are forgotten.
const KEPT_MAX: usize = 100;

/// Who was told of what, and when (seconds since 1970).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notified(BTreeMap<String, i64>);

/// Whose configuration a trigger is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'n> {
    /// The control plane's.
    Global,
    /// That of the object's own namespace.
    OwnNamespace(&'n str),
}

/// What makes a notification one that was sent already.
#[must_use]
pub fn key(scope: Scope<'_>, trigger: &str, outcome: &Outcome, destination: &Destination) -> String {
    let Destination { service, recipient } = destination;
    let key = format!("{trigger}:{}:{service}:{recipient}", outcome.key);
    let key = match scope {
        Scope::Global => key,
        Scope::OwnNamespace(namespace) => format!("{namespace}:{key}"),
    };
    if outcome.once_per.is_empty() { key } else { format!("{}:{key}", outcome.once_per) }
}

impl Notified {
    /// What the annotation says. Compat: what cannot be read counts as nothing.
    #[must_use]
    pub fn parse(annotation: Option<&str>) -> Self {
        let read = annotation.and_then(|text| serde_json::from_str::<BTreeMap<String, Option<i64>>>(text).ok());
        Notified(read.unwrap_or_default().into_iter().map(|(key, at)| (key, at.unwrap_or_default())).collect())
    }

    /// Whether that was told.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// It was told at that time.
    pub fn insert(&mut self, key: String, at: i64) {
        self.0.insert(key, at);
    }

    /// It is no longer so that it was told.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// Keeps no more than upstream does: the newest.
    pub fn truncate(&mut self) {
        let mut by_age: Vec<(i64, String)> = self.0.iter().map(|(key, at)| (*at, key.clone())).collect();
        by_age.sort();
        let many = by_age.len().saturating_sub(KEPT_MAX);
        for (_, key) in by_age.into_iter().take(many) {
            self.0.remove(&key);
        }
    }

    /// The annotation's value, to the byte as Go writes it; `None` when there is nothing to keep.
    #[must_use]
    pub fn to_annotation(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let entries = self.0.iter().map(|(key, at)| (key.clone(), Json::from(*at)));
        let text = Json::Object(entries.collect()).to_string();
        // Of JSON's own signs none is among these: they stand in texts only, where Go escapes them.
        let escapes =
            [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")];
        Some(escapes.iter().fold(text, |text, (sign, escaped)| text.replace(*sign, escaped)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(once_per: &str) -> Outcome {
        Outcome {
            key: "[0].y7b5sbwa2Q329JYH755peeq-fBs".to_owned(),
            once_per: once_per.to_owned(),
            ..Outcome::default()
        }
    }

    #[test]
    fn keys_are_those_of_upstream() {
        let slack = Destination::parse("slack:ops");
        let key_of = |scope, once_per| key(scope, "on-deployed", &outcome(once_per), &slack);
        assert_eq!(key_of(Scope::Global, ""), "on-deployed:[0].y7b5sbwa2Q329JYH755peeq-fBs:slack:ops");
        assert_eq!(key_of(Scope::Global, "abc"), "abc:on-deployed:[0].y7b5sbwa2Q329JYH755peeq-fBs:slack:ops");
        let own = key_of(Scope::OwnNamespace("shop"), "abc");
        assert_eq!(own, "abc:shop:on-deployed:[0].y7b5sbwa2Q329JYH755peeq-fBs:slack:ops");
    }

    #[test]
    fn the_annotation_is_gos_to_the_byte() {
        let text = r#"{"a:\u003cb\u003e\u0026":1,"z":1700000000}"#;
        let mut notified = Notified::parse(Some(text));
        assert!(notified.has("a:<b>&"));
        assert_eq!(notified.to_annotation().as_deref(), Some(text));
        notified.remove("z");
        notified.remove("a:<b>&");
        assert_eq!(notified.to_annotation(), None);
        assert_eq!(Notified::parse(Some("{broken")), Notified::default());
    }

    #[test]
    fn the_oldest_are_forgotten_beyond_a_hundred() {
        let mut notified = Notified::default();
        (0..120).for_each(|at| notified.insert(format!("k{at:03}"), at));
        notified.truncate();
        assert!(!notified.has("k019") && notified.has("k020") && notified.has("k119"));
    }
}
