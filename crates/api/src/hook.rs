//! What an object's annotations say of its part in a sync: hook or resource, phase, wave, options.

use crate::names::{
    ANNOTATION_HELM_HOOK, ANNOTATION_HELM_HOOK_DELETE_POLICY, ANNOTATION_HELM_HOOK_WEIGHT, ANNOTATION_HOOK,
    ANNOTATION_HOOK_DELETE_POLICY, ANNOTATION_SYNC_OPTIONS, ANNOTATION_SYNC_WAVE,
};
use object::Meta;
use std::fmt;

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookType {
    /// Before the sync.
    PreSync,
    /// With the sync.
    Sync,
    /// After the sync.
    PostSync,
    /// After a failed sync.
    SyncFail,
    /// Never: the object is left alone.
    Skip,
    /// Before the application is deleted.
    PreDelete,
    /// After the application is deleted.
    PostDelete,
}

/// When a hook is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookDeletePolicy {
    /// Once it succeeded.
    HookSucceeded,
    /// Once it failed.
    HookFailed,
    /// Before it is made anew.
    BeforeHookCreation,
}

impl fmt::Display for HookType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The trimmed, distinct, non-empty parts of a comma-separated annotation, in order.
#[must_use]
pub fn annotation_list<'m>(meta: &'m Meta, annotation: &str) -> Vec<&'m str> {
    let mut parts = Vec::new();
    for part in meta.annotation(annotation).unwrap_or_default().split(',').map(str::trim) {
        if !part.is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts
}

/// Whether a comma-separated annotation lists exactly this option.
#[must_use]
pub fn has_annotation_option(meta: &Meta, annotation: &str, option: &str) -> bool {
    annotation_list(meta, annotation).contains(&option)
}

/// The value of an option `key=value` of a resource's sync options.
#[must_use]
pub fn sync_option_value<'m>(meta: &'m Meta, key: &str) -> Option<&'m str> {
    annotation_list(meta, ANNOTATION_SYNC_OPTIONS)
        .into_iter()
        .find_map(|option| option.strip_prefix(key)?.strip_prefix('='))
}

/// The phases an object is a hook in, delete hooks left aside. Argo's types win over Helm's.
#[must_use]
pub fn hook_types(meta: &Meta) -> Vec<HookType> {
    let argo = annotation_list(meta, ANNOTATION_HOOK).into_iter().filter_map(|word| {
        Some(match word {
            "PreSync" => HookType::PreSync,
            "Sync" => HookType::Sync,
            "PostSync" => HookType::PostSync,
            "SyncFail" => HookType::SyncFail,
            "Skip" => HookType::Skip,
            _ => return None,
        })
    });
    let argo: Vec<_> = argo.collect();
    if !argo.is_empty() {
        return argo;
    }
    let mut helm = Vec::new();
    for word in annotation_list(meta, ANNOTATION_HELM_HOOK) {
        let hook = match word {
            "pre-install" | "pre-upgrade" => HookType::PreSync,
            "post-install" | "post-upgrade" => HookType::PostSync,
            _ => continue,
        };
        if !helm.contains(&hook) {
            helm.push(hook);
        }
    }
    helm
}

/// The phases of deletion an object is a hook in.
#[must_use]
pub fn delete_hook_types(meta: &Meta) -> Vec<HookType> {
    let lists = |annotation, word| has_annotation_option(meta, annotation, word);
    let pre = lists(ANNOTATION_HOOK, "PreDelete") || lists(ANNOTATION_HELM_HOOK, "pre-delete");
    let post = lists(ANNOTATION_HOOK, "PostDelete") || lists(ANNOTATION_HELM_HOOK, "post-delete");
    let types = [(pre, HookType::PreDelete), (post, HookType::PostDelete)];
    types.into_iter().filter(|(is, _)| *is).map(|(_, hook)| hook).collect()
}

/// Whether the object is left alone altogether: `Skip` is its only type.
#[must_use]
pub fn is_skipped(meta: &Meta) -> bool {
    hook_types(meta) == [HookType::Skip]
}

/// Whether the object is a hook and no resource of the application.
#[must_use]
pub fn is_hook(meta: &Meta) -> bool {
    match meta.annotation(ANNOTATION_HOOK) {
        Some(_) => !is_skipped(meta),
        // Helm marks definitions of its own old form like hooks; they are resources.
        None => meta.annotation(ANNOTATION_HELM_HOOK).is_some_and(|value| value != "crd-install"),
    }
}

/// Whether the object is a hook without a phase of ours, such as a Helm test: it plays no part at all.
#[must_use]
pub fn is_ignored(meta: &Meta) -> bool {
    is_hook(meta) && hook_types(meta).is_empty()
}

/// When a hook is deleted: Argo's and Helm's policies together, before it is made anew if neither says anything.
#[must_use]
pub fn hook_delete_policies(meta: &Meta) -> Vec<HookDeletePolicy> {
    let named = |annotation: &str, names: [&str; 3]| {
        let [succeeded, failed, before] = names;
        let listed = annotation_list(meta, annotation);
        let policies = [
            (succeeded, HookDeletePolicy::HookSucceeded),
            (failed, HookDeletePolicy::HookFailed),
            (before, HookDeletePolicy::BeforeHookCreation),
        ];
        policies.into_iter().filter(|(name, _)| listed.contains(name)).map(|(_, policy)| policy).collect::<Vec<_>>()
    };
    let mut policies = named(ANNOTATION_HOOK_DELETE_POLICY, ["HookSucceeded", "HookFailed", "BeforeHookCreation"]);
    policies
        .extend(named(ANNOTATION_HELM_HOOK_DELETE_POLICY, ["hook-succeeded", "hook-failed", "before-hook-creation"]));
    policies.sort_unstable();
    policies.dedup();
    if policies.is_empty() { vec![HookDeletePolicy::BeforeHookCreation] } else { policies }
}

/// The object's wave: its own annotation, else Helm's weight, else 0. Text that is no integer counts as absent.
#[must_use]
pub fn sync_wave(meta: &Meta) -> i64 {
    let integer = |annotation| meta.annotation(annotation).and_then(|text: &str| text.parse().ok());
    integer(ANNOTATION_SYNC_WAVE).or_else(|| integer(ANNOTATION_HELM_HOOK_WEIGHT)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn meta(annotations: &[(&str, &str)]) -> Meta {
        let annotations: std::collections::BTreeMap<_, _> = annotations.iter().copied().collect();
        let value = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "annotations": annotations}});
        object::Object::from_value(&value).expect("an object").meta().clone()
    }

    #[test]
    fn argo_types_win_over_helm_types() {
        let both = meta(&[(ANNOTATION_HOOK, "PostSync, nonsense"), (ANNOTATION_HELM_HOOK, "pre-install")]);
        assert_eq!(hook_types(&both), [HookType::PostSync]);
        let helm = meta(&[(ANNOTATION_HELM_HOOK, "pre-install,pre-upgrade,post-upgrade")]);
        assert_eq!(hook_types(&helm), [HookType::PreSync, HookType::PostSync]);
        assert!(is_hook(&helm) && !is_ignored(&helm));
    }

    #[test]
    fn skip_counts_only_alone() {
        assert!(is_skipped(&meta(&[(ANNOTATION_HOOK, "Skip")])));
        assert!(!is_hook(&meta(&[(ANNOTATION_HOOK, "Skip")])));
        assert!(!is_skipped(&meta(&[(ANNOTATION_HOOK, "Skip,PreSync")])));
        assert!(is_hook(&meta(&[(ANNOTATION_HOOK, "Skip,PreSync")])));
    }

    #[test]
    fn helm_tests_are_ignored_and_definitions_are_not() {
        assert!(is_ignored(&meta(&[(ANNOTATION_HELM_HOOK, "test")])));
        assert!(!is_hook(&meta(&[(ANNOTATION_HELM_HOOK, "crd-install")])));
        assert!(!is_hook(&meta(&[])));
    }

    #[test]
    fn delete_hooks_are_a_matter_of_their_own() {
        let hook = meta(&[(ANNOTATION_HOOK, "PreDelete,PostSync")]);
        assert_eq!(delete_hook_types(&hook), [HookType::PreDelete]);
        assert_eq!(hook_types(&hook), [HookType::PostSync]);
    }

    #[test]
    fn waves_fall_back_to_weights() {
        assert_eq!(sync_wave(&meta(&[(ANNOTATION_SYNC_WAVE, "-2"), (ANNOTATION_HELM_HOOK_WEIGHT, "7")])), -2);
        assert_eq!(sync_wave(&meta(&[(ANNOTATION_SYNC_WAVE, "x"), (ANNOTATION_HELM_HOOK_WEIGHT, "7")])), 7);
        assert_eq!(sync_wave(&meta(&[])), 0);
    }

    #[test]
    fn policies_are_united() {
        let hook = meta(&[
            (ANNOTATION_HOOK_DELETE_POLICY, "HookFailed"),
            (ANNOTATION_HELM_HOOK_DELETE_POLICY, "hook-succeeded"),
        ]);
        assert_eq!(hook_delete_policies(&hook), [HookDeletePolicy::HookSucceeded, HookDeletePolicy::HookFailed]);
        assert_eq!(hook_delete_policies(&meta(&[])), [HookDeletePolicy::BeforeHookCreation]);
    }
}
