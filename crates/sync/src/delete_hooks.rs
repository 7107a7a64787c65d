//! Hooks of a deletion: what runs before an application's resources go, and after.

use crate::HookType;
use crate::task::Live;
use api::HealthStatusCode;
use api::hook::{HookDeletePolicy, delete_hook_types, hook_delete_policies, sync_wave};
use api::names::{ANNOTATION_HELM_HOOK_DELETE_POLICY, ANNOTATION_HOOK_DELETE_POLICY};
use jiff::Timestamp;
use object::{Fetched, Key, Meta, Object};
use serde_json::Value;

/// What the hooks of a deletion go by.
#[derive(Clone, Copy)]
pub struct DeletionHooks<'a> {
    /// [`HookType::PreDelete`] or [`HookType::PostDelete`].
    pub when: HookType,
    /// The hooks of every type that the source names, marked as the application's.
    pub desired: &'a [Object],
    /// What is there under a key.
    pub live: &'a dyn Fn(&Key) -> Fetched<Live>,
    /// Since when the application is being deleted, for generated names.
    pub deleted_at: Timestamp,
}

/// What is due for them.
#[derive(Debug, Clone)]
pub enum HooksDue {
    /// Make these.
    Create(Vec<Object>),
    /// Wait: for what, in words.
    Wait(String),
    /// These have failed: they go, so that they run again; and what is to be said.
    Again {
        /// The live objects.
        failed: Vec<Object>,
        /// In words for a condition.
        message: String,
    },
    /// All of them have ended well, or there are none.
    Done,
}

/// What is due for the hooks of one type: one wave after the other, each ended before the next begins.
#[must_use]
pub fn plan_delete_hooks(hooks: &DeletionHooks<'_>) -> HooksDue {
    let mut expected = expected(hooks);
    expected.sort_by_key(|hook| (sync_wave(hook.meta()), hook.key()));
    let mut failed = Vec::new();
    for wave in expected.chunk_by(|a, b| sync_wave(a.meta()) == sync_wave(b.meta())) {
        let mut missing = Vec::new();
        let mut running = Vec::new();
        for hook in wave {
            match (hooks.live)(&hook.key()) {
                Fetched::Absent => missing.push(hook.clone()),
                Fetched::Unknown(cause) => running.push(format!("{}: {cause}", place(hook))),
                Fetched::Known(live) => match outcome(&live) {
                    Outcome::Running => running.push(place(hook)),
                    Outcome::Failed => failed.push(live.object),
                    Outcome::Ended => {}
                },
            }
        }
        if !missing.is_empty() {
            return HooksDue::Create(missing);
        }
        if let Some(first) = running.first() {
            let more = if running.len() > 1 { format!(" and {} more", running.len() - 1) } else { String::new() };
            return HooksDue::Wait(format!("completion of {} hook {first}{more}", hooks.when));
        }
        if !failed.is_empty() {
            let names: Vec<String> = failed.iter().map(place).collect();
            let message = format!("{} hook(s) failed: {}", hooks.when, names.join(", "));
            return HooksDue::Again { failed, message };
        }
    }
    HooksDue::Done
}

/// The live hooks of a deletion that go once all of it is done.
// Unlike upstream, a hook that says nothing of its own removal goes too: nothing else would ever take it away.
#[must_use]
pub fn leftover_delete_hooks(hooks: &DeletionHooks<'_>) -> Vec<Object> {
    let goes = |meta: &Meta| {
        let says_nothing = [ANNOTATION_HOOK_DELETE_POLICY, ANNOTATION_HELM_HOOK_DELETE_POLICY]
            .iter()
            .all(|annotation| meta.annotation(annotation).is_none());
        says_nothing || hook_delete_policies(meta).contains(&HookDeletePolicy::HookSucceeded)
    };
    let live = expected(hooks).into_iter().filter(|hook| goes(hook.meta()));
    live.filter_map(|hook| (hooks.live)(&hook.key()).known().map(|live| live.object.clone()))
        .filter(|object| !object.meta().is_terminating())
        .collect()
}

fn expected(hooks: &DeletionHooks<'_>) -> Vec<Object> {
    let of_type = hooks.desired.iter().filter(|hook| delete_hook_types(hook.meta()).contains(&hooks.when));
    of_type.map(|hook| named(hook, hooks)).collect()
}

/// The hook with a name: the same one for all passes of one deletion.
fn named(hook: &Object, hooks: &DeletionHooks<'_>) -> Object {
    let Some(prefix) = hook.meta().generate_name.as_deref().filter(|_| hook.name().is_empty()) else {
        return hook.clone();
    };
    let name = format!("{prefix}{}-{}", hooks.when, hooks.deleted_at.as_second()).to_lowercase();
    let mut value = hook.value();
    if let Some(Value::Object(metadata)) = value.get_mut("metadata") {
        metadata.remove("generateName");
        metadata.insert("name".into(), name.into());
    }
    Object::from_value(&value).expect("invariant: an object with a name added is an object")
}

enum Outcome {
    Running,
    Failed,
    Ended,
}

fn outcome(live: &Live) -> Outcome {
    if live.object.meta().is_terminating() {
        return Outcome::Running;
    }
    match live.health.as_ref().map(|(status, _)| *status) {
        None | Some(HealthStatusCode::Healthy) => Outcome::Ended,
        Some(HealthStatusCode::Degraded) => Outcome::Failed,
        Some(_) => Outcome::Running,
    }
}

fn place(object: &Object) -> String {
    format!("{}/{}", object.namespace().unwrap_or_default(), object.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn hook(name: &str, when: &str, wave: &str) -> Object {
        let annotations = json!({"argocd.argoproj.io/hook": when, "argocd.argoproj.io/sync-wave": wave});
        let value = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name, "namespace": "shop", "annotations": annotations}});
        Object::from_value(&value).expect("an object")
    }

    fn due(desired: &[Object], live: &[(&Object, HealthStatusCode)]) -> String {
        let live: BTreeMap<Key, Live> = live
            .iter()
            .map(|(object, health)| {
                (object.key(), Live { object: (*object).clone(), health: Some((*health, String::new())) })
            })
            .collect();
        let find = |key: &Key| live.get(key).cloned().map_or(Fetched::Absent, Fetched::Known);
        let hooks =
            DeletionHooks { when: HookType::PreDelete, desired, live: &find, deleted_at: Timestamp::UNIX_EPOCH };
        match plan_delete_hooks(&hooks) {
            HooksDue::Create(hooks) => {
                format!("create {}", hooks.iter().map(Object::name).collect::<Vec<_>>().join(" "))
            }
            HooksDue::Wait(what) => format!("wait for {what}"),
            HooksDue::Again { message, .. } => message,
            HooksDue::Done => format!("done, {} left over", leftover_delete_hooks(&hooks).len()),
        }
    }

    #[test]
    fn they_run_wave_by_wave_and_again_after_a_failure() {
        use HealthStatusCode::{Degraded, Healthy, Progressing};
        let (a, b, other) = (hook("a", "PreDelete", "0"), hook("b", "PreDelete", "1"), hook("c", "PostDelete", "0"));
        let all = [b.clone(), a.clone(), other];
        assert_eq!(due(&all, &[]), "create a");
        assert_eq!(due(&all, &[(&a, Progressing)]), "wait for completion of PreDelete hook shop/a");
        assert_eq!(due(&all, &[(&a, Degraded)]), "PreDelete hook(s) failed: shop/a");
        assert_eq!(due(&all, &[(&a, Healthy)]), "create b");
        assert_eq!(due(&all, &[(&a, Healthy), (&b, Healthy)]), "done, 2 left over");
        assert_eq!(due(&[], &[]), "done, 0 left over");
    }
}
