//! Keeps pods of a new version off the nodes of the stable one, by a term put into the new ReplicaSet's template.

use api::rollouts::Rollout;
use api::rollouts::names::LABEL_POD_TEMPLATE_HASH;
use serde_json::{Map, Value, json};

const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";

/// The affinity that the ReplicaSet of the wanted version has: that of the template, and the term while another version
/// is stable. `Null` when there is none.
#[must_use]
pub fn with_term(rollout: &Rollout, hash: &str) -> Value {
    // A template that `undo` took from a ReplicaSet may have a term already, about a version that was stable then.
    let given = rollout.spec.template.pointer("/spec/affinity").cloned().unwrap_or_default();
    let mut affinity = without_term(&given, rollout);
    let stable = rollout.status.stable_rs.as_str();
    let Some(wanted) = rollout.spec.strategy.anti_affinity().filter(|_| !stable.is_empty() && stable != hash) else {
        return affinity;
    };
    let term = json!({
        "labelSelector": {"matchExpressions": [{"key": LABEL_POD_TEMPLATE_HASH, "operator": "In", "values": [stable]}]},
        "namespaces": [rollout.metadata.namespace],
        "topologyKey": "kubernetes.io/hostname",
    });
    let (list, item) = match &wanted.preferred {
        Some(preferred) => (PREFERRED, json!({"weight": preferred.weight, "podAffinityTerm": term})),
        None => (REQUIRED, term),
    };
    let terms = &mut object_at(object_at(&mut affinity, None), Some("podAntiAffinity"))[list];
    match terms {
        Value::Array(items) => items.push(item),
        other => *other = json!([item]),
    }
    affinity
}

fn object_at<'v>(value: &'v mut Value, field: Option<&str>) -> &'v mut Value {
    let place = match field {
        Some(field) => &mut value[field],
        None => value,
    };
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    place
}

/// The affinity without the term.
#[must_use]
pub fn without_term(affinity: &Value, rollout: &Rollout) -> Value {
    let mut affinity = affinity.clone();
    let Some(list) = rollout.spec.strategy.anti_affinity().map(list_of) else { return affinity };
    if find(&affinity, list).is_none() {
        return affinity;
    }
    let Some(anti) = affinity.get_mut("podAntiAffinity").and_then(Value::as_object_mut) else { return affinity };
    if let Some(terms) = anti.get_mut(list).and_then(Value::as_array_mut) {
        terms.retain(|term| expression(term).is_none());
    }
    anti.retain(|_, terms| terms.as_array().is_some_and(|terms| !terms.is_empty()));
    if anti.is_empty()
        && let Some(affinity) = affinity.as_object_mut()
    {
        affinity.remove("podAntiAffinity");
    }
    if affinity.as_object().is_some_and(|fields| fields.values().all(Value::is_null)) {
        return Value::Null;
    }
    affinity
}

fn list_of(wanted: &api::rollouts::AntiAffinity) -> &'static str {
    if wanted.preferred.is_some() { PREFERRED } else { REQUIRED }
}

/// Where in the list the term stands.
fn find(affinity: &Value, list: &str) -> Option<usize> {
    let terms = affinity.get("podAntiAffinity")?.get(list)?.as_array()?;
    terms.iter().position(|term| expression(term).is_some())
}

fn expression(term: &Value) -> Option<&Value> {
    let term = term.get("podAffinityTerm").unwrap_or(term);
    let expressions = term.pointer("/labelSelector/matchExpressions")?.as_array()?;
    expressions.iter().find(|expression| expression["key"] == LABEL_POD_TEMPLATE_HASH)
}

/// Whether the term in a ReplicaSet's affinity names another version than the stable one.
#[must_use]
pub fn is_outdated(affinity: &Value, rollout: &Rollout, hash: &str) -> bool {
    let Some(list) = rollout.spec.strategy.anti_affinity().map(list_of) else { return false };
    let Some(place) = find(affinity, list) else { return false };
    let stable = rollout.status.stable_rs.as_str();
    let named = expression(&affinity["podAntiAffinity"][list][place]).and_then(|it| it.pointer("/values/0"));
    stable != hash && named.is_some_and(|named| *named != *stable)
}
