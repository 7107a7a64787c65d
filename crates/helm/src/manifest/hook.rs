//! Documents that Helm applies at moments of their own instead of with the rest.

use super::Manifest;

const HOOK: &str = "helm.sh/hook";
const HOOK_WEIGHT: &str = "helm.sh/hook-weight";
const HOOK_DELETE_POLICY: &str = "helm.sh/hook-delete-policy";

/// A document with the annotation `helm.sh/hook`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The document.
    pub manifest: Manifest,
    /// When it is applied.
    pub events: Vec<HookEvent>,
    /// Its place among the hooks of one moment; 0 when nothing readable is said.
    pub weight: i64,
    /// When it is taken away, as written, in lower case.
    pub delete_policies: Vec<String>,
}

/// The moments that hooks know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum HookEvent {
    PreInstall,
    PostInstall,
    PreDelete,
    PostDelete,
    PreUpgrade,
    PostUpgrade,
    PreRollback,
    PostRollback,
    Test,
}

impl HookEvent {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "pre-install" => HookEvent::PreInstall,
            "post-install" => HookEvent::PostInstall,
            "pre-delete" => HookEvent::PreDelete,
            "post-delete" => HookEvent::PostDelete,
            "pre-upgrade" => HookEvent::PreUpgrade,
            "post-upgrade" => HookEvent::PostUpgrade,
            "pre-rollback" => HookEvent::PreRollback,
            "post-rollback" => HookEvent::PostRollback,
            "test" | "test-success" => HookEvent::Test,
            _ => return None,
        })
    }
}

impl Hook {
    /// Whether it is a test.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.events.contains(&HookEvent::Test)
    }
}

/// What the annotations make of a document.
pub(super) enum Found {
    NoHook,
    Hook {
        events: Vec<HookEvent>,
        weight: i64,
        delete_policies: Vec<String>,
    },
    /// It names a moment nobody knows: Helm drops it. The whole annotation.
    Unknown(String),
}

pub(super) fn find(annotations: &std::collections::BTreeMap<String, String>) -> Found {
    let Some(names) = annotations.get(HOOK) else { return Found::NoHook };
    let mut events = Vec::new();
    for name in listed(names) {
        match HookEvent::parse(&name) {
            Some(event) => events.push(event),
            None => return Found::Unknown(names.clone()),
        }
    }
    let weight = annotations.get(HOOK_WEIGHT).and_then(|weight| weight.parse().ok()).unwrap_or(0);
    let delete_policies = annotations.get(HOOK_DELETE_POLICY).map(|policies| listed(policies).collect());
    Found::Hook { events, weight, delete_policies: delete_policies.unwrap_or_default() }
}

fn listed(names: &str) -> impl Iterator<Item = String> {
    names.split(',').map(|name| name.trim().to_lowercase())
}
