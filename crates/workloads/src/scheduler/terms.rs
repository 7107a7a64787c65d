//! The terms of affinities: which nodes, and the company of which pods.

use apiserver::LabelSelector;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Labels of an object.
pub(super) type Labels = BTreeMap<Box<str>, Box<str>>;

/// Pods by their labels and namespaces, and how near they are.
#[derive(Debug, Clone)]
pub(super) struct AffinityTerm {
    selector: LabelSelector,
    namespaces: BTreeSet<Box<str>>,
    any_namespace: bool,
    pub topology_key: Box<str>,
}

impl AffinityTerm {
    fn read(term: &Value, own_namespace: &str) -> Self {
        let mut namespaces: BTreeSet<Box<str>> =
            term["namespaces"].as_array().into_iter().flatten().filter_map(Value::as_str).map(Into::into).collect();
        let any_namespace = term["namespaceSelector"].as_object().is_some_and(serde_json::Map::is_empty);
        if namespaces.is_empty() && !any_namespace {
            namespaces.insert(own_namespace.into());
        }
        AffinityTerm {
            selector: LabelSelector::from_value(term.get("labelSelector")),
            namespaces,
            any_namespace,
            topology_key: term["topologyKey"].as_str().unwrap_or_default().into(),
        }
    }

    /// Whether the term means a pod.
    pub(super) fn means(&self, namespace: &str, labels: &Labels) -> bool {
        (self.any_namespace || self.namespaces.contains(namespace)) && self.selector.matches(labels)
    }
}

fn required(spec: &Value, kind: &str, namespace: &str) -> Vec<AffinityTerm> {
    let terms = &spec["affinity"][kind]["requiredDuringSchedulingIgnoredDuringExecution"];
    terms.as_array().into_iter().flatten().map(|term| AffinityTerm::read(term, namespace)).collect()
}

/// Pods this one must be near.
pub(super) fn required_affinity(spec: &Value, namespace: &str) -> Vec<AffinityTerm> {
    required(spec, "podAffinity", namespace)
}

/// Pods this one must not be near.
pub(super) fn required_anti_affinity(spec: &Value, namespace: &str) -> Vec<AffinityTerm> {
    required(spec, "podAntiAffinity", namespace)
}

/// Pods this one would like to be near, with weights; those it would like to avoid have negative ones.
pub(super) fn preferred(spec: &Value, namespace: &str) -> Vec<(i64, AffinityTerm)> {
    let list = |kind: &str, sign: i64| -> Vec<_> {
        let terms = &spec["affinity"][kind]["preferredDuringSchedulingIgnoredDuringExecution"];
        let weighted = terms.as_array().into_iter().flatten().map(|term| {
            let weight = term["weight"].as_i64().unwrap_or_default();
            (sign * weight, AffinityTerm::read(&term["podAffinityTerm"], namespace))
        });
        weighted.collect()
    };
    let mut terms = list("podAffinity", 1);
    terms.extend(list("podAntiAffinity", -1));
    terms
}

/// Whether a node selector term means a node. An empty term means none.
pub(super) fn node_term_matches(term: &Value, name: &str, labels: &Labels) -> bool {
    let expressions = term["matchExpressions"].as_array().filter(|list| !list.is_empty());
    let fields = term["matchFields"].as_array().filter(|list| !list.is_empty());
    if expressions.is_none() && fields.is_none() {
        return false;
    }
    let as_labels = Labels::from([("metadata.name".into(), name.into())]);
    let holds = |list: Option<&Vec<Value>>, labels: &Labels| {
        list.is_none_or(|list| LabelSelector::from_value(Some(&json!({"matchExpressions": list}))).matches(labels))
    };
    holds(expressions, labels) && holds(fields, &as_labels)
}
