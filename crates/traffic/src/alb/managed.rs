//! Which annotations of an Ingress are whose: several Rollouts may share one.

use std::collections::BTreeMap;
use std::fmt;

/// The annotation that says so.
pub const ANNOTATION_MANAGED: &str = "rollouts.argoproj.io/managed-alb-annotations";

/// The keys of annotations each Rollout manages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ManagedKeys(BTreeMap<String, Vec<String>>);

impl ManagedKeys {
    /// Reads the annotation; empty text is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(ManagedKeys::default());
        }
        serde_json::from_str(text).map(ManagedKeys).map_err(|error| {
            format!("annotation {ANNOTATION_MANAGED}: {error}; expected {{\"<rollout>\":[\"<key>\"]}}")
        })
    }

    /// This Rollout manages this key too.
    pub fn add(&mut self, rollout: &str, key: &str) {
        let keys = self.0.entry(rollout.to_owned()).or_default();
        if !keys.iter().any(|own| own == key) {
            keys.push(key.to_owned());
        }
    }

    /// Only these Rollouts manage anything; gives what others managed.
    pub fn release(&mut self, kept: &[&str]) -> Vec<String> {
        let (kept, left) =
            std::mem::take(&mut self.0).into_iter().partition(|(rollout, _)| kept.contains(&rollout.as_str()));
        self.0 = kept;
        let left: BTreeMap<String, Vec<String>> = left;
        left.into_values().flatten().collect()
    }

    /// Whether nobody manages anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// This Rollout no longer manages these keys.
    pub fn remove(&mut self, rollout: &str, removed: &[&str]) {
        self.0.entry(rollout.to_owned()).or_default().retain(|own| !removed.contains(&own.as_str()));
    }
}

impl fmt::Display for ManagedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::json!(self.0).to_string())
    }
}
