//! Finds the ReplicaSet that already is the wanted version, whoever made it: by either hash in its label, else by its
//! template. Taking over somebody's Rollouts must restart no pod.

use super::Identity;
use crate::affinity;
use crate::pod_metadata;
use crate::replica_set::{ReplicaSet, sort_by_creation};
use api::rollouts::Rollout;
use api::rollouts::names::LABEL_POD_TEMPLATE_HASH;
use defaults::Quantity;
use object::Gvk;
use serde_json::{Map, Value, json};

/// A ReplicaSet that is the wanted version, and how it was known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Recognised<'a> {
    /// Its label has the hash.
    ByHash(&'a ReplicaSet),
    /// Its label has the hash that releases before 1.9 gave it.
    ByFormerHash(&'a ReplicaSet),
    /// Its template is the wanted one.
    ByTemplate(&'a ReplicaSet),
}

impl<'a> Recognised<'a> {
    /// The ReplicaSet.
    #[must_use]
    pub fn set(self) -> &'a ReplicaSet {
        match self {
            Recognised::ByHash(set) | Recognised::ByFormerHash(set) | Recognised::ByTemplate(set) => set,
        }
    }
}

/// Finds it.
#[must_use]
pub fn recognise<'a>(rollout: &Rollout, identity: &Identity, sets: &'a [ReplicaSet]) -> Option<Recognised<'a>> {
    let mut sets: Vec<&ReplicaSet> = sets.iter().collect();
    sort_by_creation(&mut sets);
    let labelled = |hash: &str| sets.iter().copied().find(|set| set.hash == hash);
    if let Some(set) = labelled(&identity.template) {
        return Some(Recognised::ByHash(set));
    }
    if let Some(set) = labelled(&identity.template_before) {
        return Some(Recognised::ByFormerHash(set));
    }
    let mut wanted = rollout.spec.template.clone();
    // What `undo` takes from a ReplicaSet has its term too.
    strip_term(&mut wanted, rollout);
    let wanted = canonical(&wanted);
    // The one that was the wanted version before is asked first: of two equal templates it is the one in use.
    let current = rollout.status.current_pod_hash.as_str();
    sets.sort_by_key(|set| set.hash != current);
    let found = sets.into_iter().find(|set| {
        let mut live = pod_metadata::stripped(set);
        strip_term(&mut live, rollout);
        same(&canonical(&live), &wanted, false)
    });
    found.map(Recognised::ByTemplate)
}

fn strip_term(template: &mut Value, rollout: &Rollout) {
    if let Some(affinity) = template.pointer_mut("/spec/affinity") {
        *affinity = affinity::without_term(affinity, rollout);
    }
}

/// A template with defaults, in its one spelling, without what does not count.
fn canonical(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove(LABEL_POD_TEMPLATE_HASH);
    }
    if let Some(spec) = template.pointer_mut("/spec").and_then(Value::as_object_mut) {
        // Compat: the deprecated name of serviceAccountName is there in live templates only.
        spec.remove("serviceAccount");
    }
    let mut whole = json!({"apiVersion": "v1", "kind": "PodTemplate", "metadata": {}, "template": template});
    defaults::apply(&Gvk::new("", "v1", "PodTemplate"), &mut whole);
    whole["template"].take()
}

/// Whether two values say the same; nothing, empty lists and empty maps are one, and quantities are compared by value.
fn same(left: &Value, right: &Value, are_quantities: bool) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => same_fields(left, right),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right, false))
        }
        (Value::String(left), Value::String(right)) => left == right || (are_quantities && same_quantity(left, right)),
        _ => left == right || (is_nothing(left) && is_nothing(right)),
    }
}

fn same_fields(left: &Map<String, Value>, right: &Map<String, Value>) -> bool {
    let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
    let mut keys = keys;
    keys.all(|key| {
        let (left, right) = (left.get(key).unwrap_or(&Value::Null), right.get(key).unwrap_or(&Value::Null));
        match (left, right) {
            (Value::Object(left), Value::Object(right)) if holds_quantities(key) => {
                left.len() == right.len()
                    && left.iter().all(|(name, left)| right.get(name).is_some_and(|right| same(left, right, true)))
            }
            _ => same(left, right, key == "sizeLimit" || key == "divisor"),
        }
    })
}

fn holds_quantities(key: &str) -> bool {
    matches!(key, "limits" | "requests" | "overhead")
}

fn same_quantity(left: &str, right: &str) -> bool {
    match (Quantity::parse(left), Quantity::parse(right)) {
        (Ok(left), Ok(right)) => left.partial_cmp(&right) == Some(std::cmp::Ordering::Equal),
        _ => false,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}
