//! Hooks: objects that run at a point of a sync instead of being part of the application.

use crate::Phase;
use api::hook::{HookDeletePolicy, hook_delete_policies, hook_types, is_hook};
use object::Meta;

pub use api::hook::HookType;
pub use api::names::FINALIZER_HOOK as HOOK_FINALIZER;

/// The phase of a sync that a hook of this type runs in, `None` for those that belong to deletion or run never.
#[must_use]
pub fn phase_of(hook: HookType) -> Option<Phase> {
    match hook {
        HookType::PreSync => Some(Phase::PreSync),
        HookType::Sync => Some(Phase::Sync),
        HookType::PostSync => Some(Phase::PostSync),
        HookType::SyncFail => Some(Phase::SyncFail),
        HookType::Skip | HookType::PreDelete | HookType::PostDelete => None,
    }
}

/// What part an object of the source has in a sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// An object of the application.
    Resource,
    /// A hook of these types.
    Hook(Vec<HookType>),
    /// None: `hook: Skip`, a hook of deletion, a Helm test.
    Ignored,
}

/// The part that the object with this metadata has.
#[must_use]
pub fn role(meta: &Meta) -> Role {
    let types: Vec<HookType> = hook_types(meta).into_iter().filter(|hook| phase_of(*hook).is_some()).collect();
    match (is_hook(meta), types.is_empty()) {
        (_, false) => Role::Hook(types),
        (true, true) => Role::Ignored,
        (false, true) if api::hook::is_skipped(meta) => Role::Ignored,
        (false, true) => Role::Resource,
    }
}

/// Whether a hook is deleted at this point.
#[must_use]
pub fn is_deleted(meta: &Meta, at: HookDeletePolicy) -> bool {
    hook_delete_policies(meta).contains(&at)
}

/// The type with this word, `None` for any other.
#[must_use]
pub fn parse_hook_type(word: &str) -> Option<HookType> {
    use HookType::{PostDelete, PostSync, PreDelete, PreSync, Skip, Sync, SyncFail};
    [PreSync, Sync, PostSync, SyncFail, Skip, PreDelete, PostDelete].into_iter().find(|hook| hook.to_string() == word)
}

/// The name of a hook that asks for a generated one: the same for one phase of one operation, so that nothing runs twice.
#[must_use]
pub fn generated_name(prefix: &str, revision: &str, phase: Phase, started_at_seconds: i64) -> String {
    let short = if revision.len() >= 8 && revision.is_ascii() { &revision[..7] } else { revision };
    format!("{prefix}{short}-{phase}-{started_at_seconds}").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::names::{ANNOTATION_HELM_HOOK, ANNOTATION_HOOK};
    use object::Object;
    use serde_json::{Value, json};

    #[test]
    fn roles() {
        let of = |annotations: Value| {
            let value = json!({"apiVersion": "v1", "kind": "A", "metadata": {"name": "a", "annotations": annotations}});
            role(Object::from_value(&value).expect("an object").meta())
        };
        assert_eq!(of(json!({})), Role::Resource);
        assert_eq!(of(json!({ANNOTATION_HOOK: "Skip"})), Role::Ignored);
        assert_eq!(of(json!({ANNOTATION_HOOK: "PreDelete"})), Role::Ignored);
        assert_eq!(
            of(json!({ANNOTATION_HOOK: "PreSync, PostSync"})),
            Role::Hook(vec![HookType::PreSync, HookType::PostSync])
        );
        assert_eq!(of(json!({ANNOTATION_HELM_HOOK: "crd-install"})), Role::Resource);
        assert_eq!(of(json!({ANNOTATION_HELM_HOOK: "test"})), Role::Ignored);
    }

    #[test]
    fn generated_names_are_of_one_phase_of_one_operation() {
        assert_eq!(generated_name("migrate-", "abcdef0123", Phase::PreSync, 17), "migrate-abcdef0-presync-17");
        assert_eq!(generated_name("migrate-", "v1", Phase::Sync, 17), "migrate-v1-sync-17");
    }

    #[test]
    fn words_of_hook_types_are_read_back() {
        assert_eq!(parse_hook_type("SyncFail"), Some(HookType::SyncFail));
        assert_eq!(parse_hook_type(""), None);
    }
}
