//! Hooks: objects that run at a point of a sync instead of being part of the application.

use crate::Phase;
use object::Meta;

/// The annotation that makes an object a hook.
pub const HOOK: &str = "argocd.argoproj.io/hook";
/// The annotation that says when a hook is deleted.
pub const HOOK_DELETE_POLICY: &str = "argocd.argoproj.io/hook-delete-policy";
/// Keeps a finished hook until its outcome was seen.
pub const HOOK_FINALIZER: &str = "argocd.argoproj.io/hook-finalizer";
/// Helm's annotation for hooks, mapped to ours where ours is absent.
const HELM_HOOK: &str = "helm.sh/hook";
/// Helm's delete policies, added to ours.
const HELM_HOOK_DELETE_POLICY: &str = "helm.sh/hook-delete-policy";

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookType {
    /// Before the sync.
    PreSync,
    /// With the application's objects.
    Sync,
    /// After all is healthy.
    PostSync,
    /// After a failed sync.
    SyncFail,
    /// Before the application's objects are deleted.
    PreDelete,
    /// After the application's objects were deleted.
    PostDelete,
}

impl HookType {
    /// Upstream's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            HookType::PreSync => "PreSync",
            HookType::Sync => "Sync",
            HookType::PostSync => "PostSync",
            HookType::SyncFail => "SyncFail",
            HookType::PreDelete => "PreDelete",
            HookType::PostDelete => "PostDelete",
        }
    }

    /// The phase of a sync it runs in, `None` for those that belong to deletion.
    #[must_use]
    pub fn phase(self) -> Option<Phase> {
        match self {
            HookType::PreSync => Some(Phase::PreSync),
            HookType::Sync => Some(Phase::Sync),
            HookType::PostSync => Some(Phase::PostSync),
            HookType::SyncFail => Some(Phase::SyncFail),
            HookType::PreDelete | HookType::PostDelete => None,
        }
    }

    /// The type with this word, `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        use HookType::{PostDelete, PostSync, PreDelete, PreSync, Sync, SyncFail};
        [PreSync, Sync, PostSync, SyncFail, PreDelete, PostDelete].into_iter().find(|hook| hook.as_str() == word)
    }

    fn from_helm(word: &str) -> Option<Self> {
        match word {
            "pre-install" | "pre-upgrade" => Some(HookType::PreSync),
            "post-install" | "post-upgrade" => Some(HookType::PostSync),
            "pre-delete" => Some(HookType::PreDelete),
            "post-delete" => Some(HookType::PostDelete),
            _ => None,
        }
    }
}

/// What part an object of the source has in the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// An object of the application.
    Resource,
    /// A hook of these types, sorted and distinct.
    Hook(Vec<HookType>),
    /// Neither applied nor compared: `hook: Skip`, or a Helm hook without a meaning here (tests).
    Ignored,
}

/// The part that the object with this metadata has.
#[must_use]
pub fn role(meta: &Meta) -> Role {
    let own = words(meta, HOOK);
    if own == ["Skip"] {
        return Role::Ignored;
    }
    let mut types: Vec<HookType> = own.iter().filter_map(|word| HookType::parse(word)).collect();
    let helm = words(meta, HELM_HOOK);
    // Compat: Helm marks CRDs as hooks of the type crd-install; they are ordinary objects.
    let is_helm_hook = meta.annotation(HELM_HOOK).is_some_and(|value| value != "crd-install");
    if own.is_empty() && !is_helm_hook {
        return Role::Resource;
    }
    if types.is_empty() {
        types = helm.iter().filter_map(|word| HookType::from_helm(word)).collect();
    }
    types.sort_unstable();
    types.dedup();
    if types.is_empty() { Role::Ignored } else { Role::Hook(types) }
}

/// When a hook object is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletePolicy {
    /// Before it is created again.
    pub before_creation: bool,
    /// When the sync has succeeded.
    pub on_success: bool,
    /// When the sync has failed.
    pub on_failure: bool,
}

/// The delete policy of the hook with this metadata; without one it is deleted before it is created again.
#[must_use]
pub fn delete_policy(meta: &Meta) -> DeletePolicy {
    let own = words(meta, HOOK_DELETE_POLICY);
    let helm = words(meta, HELM_HOOK_DELETE_POLICY);
    let named = |ours: &str, helms: &str| own.contains(&ours) || helm.contains(&helms);
    let policy = DeletePolicy {
        before_creation: named("BeforeHookCreation", "before-hook-creation"),
        on_success: named("HookSucceeded", "hook-succeeded"),
        on_failure: named("HookFailed", "hook-failed"),
    };
    let nothing = !policy.before_creation && !policy.on_success && !policy.on_failure;
    DeletePolicy { before_creation: policy.before_creation || nothing, ..policy }
}

/// The name of a hook that asks for a generated one: the same for one phase of one operation, so that nothing runs twice.
#[must_use]
pub fn generated_name(prefix: &str, revision: &str, phase: Phase, started_at_seconds: i64) -> String {
    let short = if revision.len() >= 8 && revision.is_ascii() { &revision[..7] } else { revision };
    format!("{prefix}{short}-{phase}-{started_at_seconds}").to_lowercase()
}

fn words<'m>(meta: &'m Meta, annotation: &str) -> Vec<&'m str> {
    let list = meta.annotation(annotation).unwrap_or_default();
    list.split(',').map(str::trim).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::Object;
    use serde_json::{Value, json};

    fn meta_with(annotations: Value) -> Object {
        let value = json!({"apiVersion": "v1", "kind": "A", "metadata": {"name": "a", "annotations": annotations}});
        Object::from_value(&value).expect("an object")
    }

    #[test]
    fn roles() {
        let of = |annotations: Value| role(meta_with(annotations).meta());
        assert_eq!(of(json!({})), Role::Resource);
        assert_eq!(of(json!({HOOK: "Skip"})), Role::Ignored);
        assert_eq!(of(json!({HOOK: "PostSync, PreSync"})), Role::Hook(vec![HookType::PreSync, HookType::PostSync]));
        assert_eq!(of(json!({HOOK: "Sync", HELM_HOOK: "pre-install"})), Role::Hook(vec![HookType::Sync]));
        assert_eq!(of(json!({HELM_HOOK: "pre-install,pre-upgrade"})), Role::Hook(vec![HookType::PreSync]));
        assert_eq!(of(json!({HELM_HOOK: "crd-install"})), Role::Resource);
        assert_eq!(of(json!({HELM_HOOK: "test"})), Role::Ignored);
    }

    #[test]
    fn policies_are_united_and_default_to_before_creation() {
        let of = |annotations: Value| delete_policy(meta_with(annotations).meta());
        assert!(of(json!({})).before_creation);
        let both = of(json!({HOOK_DELETE_POLICY: "HookSucceeded", HELM_HOOK_DELETE_POLICY: "hook-failed"}));
        assert_eq!(both, DeletePolicy { before_creation: false, on_success: true, on_failure: true });
    }

    #[test]
    fn generated_names_are_of_one_phase_of_one_operation() {
        assert_eq!(generated_name("migrate-", "abcdef0123", Phase::PreSync, 17), "migrate-abcdef0-presync-17");
        assert_eq!(generated_name("migrate-", "v1", Phase::Sync, 17), "migrate-v1-sync-17");
    }
}
