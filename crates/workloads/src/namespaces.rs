//! The end of namespaces: what is in one goes first, pods before everything else, then its last finalizer.

use crate::controller::{Change, Context, Controller, Item};
use crate::difference::merge_patch;
use crate::plan::{Action, CONTROLLER_MANAGER, Part, Plan, Target};
use crate::reading::{target, time_text};
use apiserver::{Api, EventKind, GroupResource, Object, resources};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The finalizer in a namespace's spec that this controller takes away.
const FINALIZER: &str = "kubernetes";

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The namespace.
    pub namespace: Object,
    /// What is in it.
    pub content: Vec<(GroupResource, Object)>,
}

/// What to do about a namespace now.
#[must_use]
pub fn plan(observed: &Observed, now: Timestamp) -> Plan {
    let mut namespace = observed.namespace.value();
    let holds = namespace["spec"]["finalizers"].as_array().is_some_and(|own| own.iter().any(|own| own == FINALIZER));
    if !observed.namespace.meta().is_terminating() || !holds {
        return Plan::nothing();
    }
    if observed.content.is_empty() {
        if let Some(finalizers) = namespace["spec"]["finalizers"].as_array_mut() {
            finalizers.retain(|own| own != FINALIZER);
        }
        return Plan { actions: vec![Action::FinalizeNamespace { namespace }], wake: None };
    }
    let pods_first = observed.content.iter().any(|(resource, _)| *resource == resources::PODS);
    let doomed = observed
        .content
        .iter()
        .filter(|(resource, object)| !object.meta().is_terminating() && (!pods_first || *resource == resources::PODS));
    let deletions = doomed.map(|(resource, object)| Action::Delete {
        target: target(resource, object),
        uid: object.meta().uid.clone(),
        grace_seconds: None,
        propagation: None,
        manager: CONTROLLER_MANAGER,
    });
    let mut actions: Vec<_> = deletions.collect();
    // Only what has to wait is worth a word: most namespaces are gone before anybody could read it.
    if actions.is_empty() {
        actions.extend(tell(&observed.namespace, &namespace, &observed.content, now));
    }
    Plan { actions, wake: None }
}

fn tell(object: &Object, namespace: &Value, content: &[(GroupResource, Object)], now: Timestamp) -> Option<Action> {
    let before = namespace["status"].clone();
    let mut after = before.clone();
    after["conditions"] = conditions(&before["conditions"], content, now);
    let change = merge_patch(&before, &after)?;
    Some(Action::Patch {
        target: Target { resource: resources::NAMESPACES, namespace: Box::default(), name: object.name().into() },
        part: Part::Status,
        change: json!({"status": change}),
        manager: CONTROLLER_MANAGER,
        resource_version: Some(object.meta().resource_version.clone()),
    })
}

fn conditions(before: &Value, content: &[(GroupResource, Object)], now: Timestamp) -> Value {
    let remaining = counted(content.iter().map(|(resource, _)| format!("{}.{}", resource.resource, resource.group)));
    let remaining: Vec<_> =
        remaining.into_iter().map(|(kind, count)| format!("{kind} has {count} resource instances")).collect();
    let finalizers = content.iter().flat_map(|(_, object)| object.meta().finalizers.iter().map(ToString::to_string));
    let finalizers: Vec<_> = counted(finalizers)
        .into_iter()
        .map(|(finalizer, count)| format!("{finalizer} in {count} resource instances"))
        .collect();
    let (held, held_reason, held_message) = if finalizers.is_empty() {
        ("False", "ContentHasNoFinalizers", "All content-preserving finalizers finished".to_owned())
    } else {
        let message = format!("Some content in the namespace has finalizers remaining: {}", finalizers.join(", "));
        ("True", "SomeFinalizersRemain", message)
    };
    let stays = format!("Some resources are remaining: {}", remaining.join(", "));
    let found = "All resources successfully discovered".to_owned();
    let parsed = "All legacy kube types successfully parsed".to_owned();
    let deleted = "All content successfully deleted, may be waiting on finalization".to_owned();
    let list = [
        ("NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", found),
        ("NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions", parsed),
        ("NamespaceDeletionContentFailure", "False", "ContentDeleted", deleted),
        ("NamespaceContentRemaining", "True", "SomeResourcesRemain", stays),
        ("NamespaceFinalizersRemaining", held, held_reason, held_message),
    ];
    let time = |kind: &str, status: &str| {
        let kept = before.as_array().into_iter().flatten().find(|old| old["type"] == kind && old["status"] == status);
        kept.map_or_else(|| time_text(now).into(), |old| old["lastTransitionTime"].clone())
    };
    let values = list.into_iter().map(|(kind, status, reason, message)| {
        json!({
            "type": kind, "status": status, "lastTransitionTime": time(kind, status),
            "reason": reason, "message": message,
        })
    });
    values.collect()
}

fn counted(names: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// The namespace controller.
pub(crate) struct Namespaces;

impl Controller for Namespaces {
    fn name(&self) -> &'static str {
        "namespace"
    }

    fn notice(&mut self, change: &Change<'_>, api: &Api) -> Vec<Item> {
        if *change.resource == resources::NAMESPACES {
            let ending = change.object.meta().is_terminating() && change.kind != EventKind::Deleted;
            return if ending { vec![Item::of(change.object)] } else { Vec::new() };
        }
        let Some(namespace) = change.object.namespace() else { return Vec::new() };
        let ending =
            api.get(&resources::NAMESPACES, "", namespace).is_some_and(|object| object.meta().is_terminating());
        if ending { vec![Item::new("", namespace)] } else { Vec::new() }
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let Some(namespace) = context.api.get(&resources::NAMESPACES, "", &item.name) else { return Plan::nothing() };
        if !namespace.meta().is_terminating() {
            return Plan::nothing();
        }
        let content = context.api.in_namespace(&item.name);
        plan(&Observed { namespace, content }, context.now)
    }
}
