//! When and how an application is synced.

use crate::duration::{DurationError, GoDuration};
use crate::wire::wire;
use std::collections::BTreeMap;

wire! {
    /// When and how an application is synced.
    pub struct SyncPolicy {
        /// Sync without being asked.
        pub automated: Option<SyncPolicyAutomated> = "automated";
        /// Options, each `Key=value`.
        pub sync_options: Vec<String> = "syncOptions";
        /// What happens after a failed sync.
        pub retry: Option<RetryStrategy> = "retry";
        /// Labels and annotations of the namespace that CreateNamespace makes.
        pub managed_namespace_metadata: Option<ManagedNamespaceMetadata> = "managedNamespaceMetadata";
    }

    /// Sync without being asked.
    pub struct SyncPolicyAutomated {
        /// Delete what is no longer desired (default: false).
        pub prune: Option<bool> = "prune";
        /// Undo changes made in the cluster (default: false).
        pub self_heal: Option<bool> = "selfHeal";
        /// Allow the application to have no resources at all (default: false).
        pub allow_empty: Option<bool> = "allowEmpty";
        /// Whether this block is in force (default: true).
        pub enabled: Option<bool> = "enabled";
    }

    /// What happens after a failed sync.
    pub struct RetryStrategy {
        /// How many times it is tried again: 0 never, negative without end.
        pub limit: i64 = "limit";
        /// How long to wait before.
        pub backoff: Option<Backoff> = "backoff";
        /// Take the newest revision instead of the one that failed.
        pub refresh: bool = "refresh";
    }

    /// How long to wait between attempts.
    pub struct Backoff {
        /// First wait: whole seconds or a duration such as 2m.
        pub duration: String = "duration";
        /// What each further wait is multiplied by.
        pub factor: Option<i64> = "factor";
        /// Longest wait: whole seconds or a duration such as 2m.
        pub max_duration: String = "maxDuration";
    }

    /// Labels and annotations of a namespace.
    pub struct ManagedNamespaceMetadata {
        /// Labels.
        pub labels: BTreeMap<String, String> = "labels";
        /// Annotations.
        pub annotations: BTreeMap<String, String> = "annotations";
    }
}

/// First wait when the spec does not say.
pub const DEFAULT_BACKOFF: GoDuration = GoDuration::from_seconds(5);
/// Factor when the spec does not say.
pub const DEFAULT_BACKOFF_FACTOR: i64 = 2;
/// Longest wait when the spec does not say.
pub const DEFAULT_BACKOFF_MAX: GoDuration = GoDuration::from_seconds(180);

impl SyncPolicyAutomated {
    /// Whether the block is in force: present without `enabled` means yes.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled != Some(false)
    }
}

impl SyncPolicy {
    /// The automated block, if it is in force.
    #[must_use]
    pub fn automated(&self) -> Option<&SyncPolicyAutomated> {
        self.automated.as_ref().filter(|automated| automated.is_enabled())
    }

    /// Whether exactly this option, such as `CreateNamespace=true`, is listed.
    #[must_use]
    pub fn has_option(&self, option: &str) -> bool {
        self.sync_options.iter().any(|listed| listed == option)
    }

    /// The value of the first option with this key.
    #[must_use]
    pub fn option_value(&self, key: &str) -> Option<&str> {
        self.sync_options.iter().find_map(|option| option.strip_prefix(key)?.strip_prefix('='))
    }
}

impl RetryStrategy {
    /// How long to wait after so many retries: `duration × factor^retries`, at most `maxDuration`.
    ///
    /// # Errors
    /// When a duration of the backoff is none.
    pub fn delay(&self, retries: i64) -> Result<GoDuration, DurationError> {
        let parse = |text: Option<&String>, default| match text {
            Some(text) if !text.is_empty() => GoDuration::parse(text),
            _ => Ok(default),
        };
        let backoff = self.backoff.as_ref();
        let first = parse(backoff.map(|backoff| &backoff.duration), DEFAULT_BACKOFF)?;
        let max = parse(backoff.map(|backoff| &backoff.max_duration), DEFAULT_BACKOFF_MAX)?;
        let factor = backoff.and_then(|backoff| backoff.factor).unwrap_or(DEFAULT_BACKOFF_FACTOR);
        let power = factor.saturating_pow(u32::try_from(retries).unwrap_or(0));
        let delay = GoDuration::from_nanoseconds(first.nanoseconds().saturating_mul(power));
        Ok(delay.min(max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_by_the_factor_up_to_the_maximum() {
        let delays = |retry: &RetryStrategy| -> Vec<String> {
            (0..7).map(|count| retry.delay(count).expect("valid durations").to_string()).collect()
        };
        assert_eq!(delays(&RetryStrategy::default()), ["5s", "10s", "20s", "40s", "1m20s", "2m40s", "3m0s"]);
        let backoff =
            Backoff { duration: "2".into(), factor: Some(3), max_duration: "1m".into(), ..Backoff::default() };
        let retry = RetryStrategy { backoff: Some(backoff), ..RetryStrategy::default() };
        assert_eq!(delays(&retry), ["2s", "6s", "18s", "54s", "1m0s", "1m0s", "1m0s"]);
    }

    #[test]
    fn automated_without_enabled_is_enabled() {
        let read = |text: &str| serde_json::from_str::<SyncPolicy>(text).expect("a policy");
        assert!(read(r#"{"automated": {}}"#).automated().is_some());
        assert!(read(r#"{"automated": {"enabled": false, "prune": true}}"#).automated().is_none());
        assert!(read("{}").automated().is_none());
    }

    #[test]
    fn options_are_matched_exactly() {
        let policy = SyncPolicy {
            sync_options: vec!["Prune=confirm".into(), "CreateNamespace=true".into()],
            ..SyncPolicy::default()
        };
        assert!(policy.has_option("CreateNamespace=true"));
        assert!(!policy.has_option("createnamespace=true"));
        assert_eq!(policy.option_value("Prune"), Some("confirm"));
    }
}
