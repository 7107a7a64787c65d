//! The desired objects of an application, made ready: namespaces, marks, duplicates, hooks.

use crate::context::{Context, Scope};
use api::hook::{HookType, delete_hook_types, hook_types, is_hook, is_ignored};
use api::names::{
    CONDITION_COMPARISON_ERROR, CONDITION_EXCLUDED_RESOURCE_WARNING, CONDITION_REPEATED_RESOURCE_WARNING,
};
use api::{ApplicationCondition, TrackingId};
use object::{Fetched, Key, Object};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One desired object.
#[derive(Debug, Clone)]
pub struct Target {
    /// What it will be called. An object with only a generated name gets one that no live object can have.
    pub key: Key,
    /// Whether its kind lives in namespaces, as far as is known.
    pub scope: Fetched<Scope>,
    /// The object, marked and with its namespace.
    pub object: Object,
}

impl Target {
    /// The keys under which the live object may be found, first choice first: where the scope of the kind is not
    /// known, both with and without namespace, lest an object be overlooked and taken for undesired.
    #[must_use]
    pub fn lookup_keys(&self) -> Vec<Key> {
        let without = Key { namespace: None, ..self.key.clone() };
        match self.scope {
            Fetched::Known(Scope::Cluster) => vec![without],
            Fetched::Known(Scope::Namespaced) => vec![self.key.clone()],
            _ if self.key.namespace.is_none() => vec![without],
            _ => vec![self.key.clone(), without],
        }
    }
}

/// The desired objects of an application, sorted by key within each list.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    /// Ordinary resources.
    pub resources: Vec<Target>,
    /// Hooks of a sync.
    pub hooks: Vec<Target>,
    /// Hooks of deletion; one that is a hook of a sync too is in both lists.
    pub delete_hooks: Vec<Target>,
    /// What is wrong or worth knowing about them.
    pub conditions: Vec<ApplicationCondition>,
}

impl Targets {
    /// Every key to look up among the live objects.
    #[must_use]
    pub fn lookup_keys(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.resources.iter().flat_map(Target::lookup_keys).collect();
        keys.sort();
        keys.dedup();
        keys
    }
}

/// Makes manifests ready: puts objects into the destination namespace or out of any, marks them, keeps the last of
/// several with one key, drops what the settings exclude, and sorts out the hooks.
#[must_use]
pub fn prepare_targets(context: &Context<'_>, manifests: Vec<Object>) -> Targets {
    let mut targets = Targets::default();
    let mut by_key: BTreeMap<Key, (Target, usize)> = BTreeMap::new();
    for (index, manifest) in manifests.into_iter().enumerate() {
        match place(context, manifest, index) {
            Ok(target) => {
                let count = by_key.get(&target.key).map_or(0, |(_, count)| *count);
                by_key.insert(target.key.clone(), (target, count + 1));
            }
            Err(condition) => targets.conditions.push(condition),
        }
    }
    for (key, (target, count)) in by_key {
        if count > 1 {
            let message = format!("Resource {key} appeared {count} times among application resources.");
            targets.conditions.push(ApplicationCondition::new(CONDITION_REPEATED_RESOURCE_WARNING, message));
        }
        sort_in(context, &mut targets, target);
    }
    targets
}

fn sort_in(context: &Context<'_>, targets: &mut Targets, target: Target) {
    let meta = target.object.meta();
    if (context.is_excluded)(&meta.gvk) {
        let message =
            format!("Resource {}/{} {} is excluded in the settings", meta.gvk.group, meta.gvk.kind, meta.name);
        targets.conditions.push(ApplicationCondition::new(CONDITION_EXCLUDED_RESOURCE_WARNING, message));
        return;
    }
    if !delete_hook_types(meta).is_empty() {
        targets.delete_hooks.push(target.clone());
        if !hook_types(meta).iter().any(|hook| *hook != HookType::Skip) {
            return;
        }
    }
    if is_ignored(meta) {
        return;
    }
    if is_hook(meta) {
        targets.hooks.push(target);
    } else {
        targets.resources.push(target);
    }
}

/// The manifest with its namespace and its mark.
fn place(context: &Context<'_>, manifest: Object, index: usize) -> Result<Target, ApplicationCondition> {
    let scope = (context.scope)(manifest.gvk());
    let destination = &*context.application.spec.destination.namespace;
    let namespace = match scope {
        Fetched::Known(Scope::Cluster) => None,
        _ => manifest.namespace().or(Some(destination)).filter(|namespace| !namespace.is_empty()),
    };
    let name = match (manifest.name(), &manifest.meta().generate_name) {
        // No live object has a '#' in its name, so that every such object is always to be made.
        ("", Some(prefix)) => format!("{prefix}#{index}"),
        (name, _) => name.to_owned(),
    };
    let key = Key::new(&manifest.gvk().group, &manifest.gvk().kind, namespace, &name);
    let object = mark(context, &manifest, namespace).map_err(|problem| {
        let message = format!("Failed to load target state: {key}: {problem}");
        ApplicationCondition::new(CONDITION_COMPARISON_ERROR, message)
    })?;
    Ok(Target { key, scope, object })
}

fn mark(context: &Context<'_>, manifest: &Object, namespace: Option<&str>) -> Result<Object, String> {
    let mut value = manifest.value();
    set_namespace(&mut value, namespace);
    let destination = &context.application.spec.destination.namespace;
    let id = TrackingId {
        namespace: namespace.unwrap_or(destination).to_owned(),
        ..TrackingId::of(manifest.meta(), &context.instance(), destination)
    };
    context.tracking().mark(&mut value, &id).map_err(|error| error.to_string())?;
    Object::from_value(&value).map_err(|error| error.to_string())
}

fn set_namespace(value: &mut Value, namespace: Option<&str>) {
    let Some(value) = value.as_object_mut() else { return };
    let metadata = value.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
    let Some(metadata) = metadata.as_object_mut() else { return };
    match namespace {
        Some(namespace) => metadata.insert("namespace".to_owned(), Value::String(namespace.to_owned())),
        None => metadata.remove("namespace"),
    };
}
