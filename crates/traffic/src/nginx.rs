//! The Ingress controller of NGINX: a second Ingress beside the stable one, with a weight in its annotations.

use crate::edit::{is_made_for, owner_reference};
use crate::objects::{Objects, has_rule_with};
use crate::routing::{Change, Note, Routed, Router, Routing, Write};
use api::rollouts::{NginxRouting, Rollout};
use object::{Fetched, Gvk};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const ROUTER: &str = "Nginx";
const DEFAULT_PREFIX: &str = "nginx.ingress.kubernetes.io";
const CLASS: &str = "kubernetes.io/ingress.class";
const SUFFIX: &str = "-canary";
/// The longest name of an object in Kubernetes.
const NAME_LENGTH_MAX: usize = 253;

/// The Ingress controller of NGINX for one Rollout.
pub struct Nginx<'a> {
    /// The Rollout.
    pub rollout: &'a Rollout,
    /// Its block.
    pub nginx: &'a NginxRouting,
    /// The Ingresses.
    pub objects: &'a Objects,
}

/// The name of the Ingress that is made beside a stable one.
#[must_use]
pub fn canary_ingress_name(rollout: &str, stable_ingress: &str) -> String {
    let mut prefix = format!("{rollout}-{stable_ingress}");
    // Names are ASCII; a name that is not is cut before the limit.
    let mut length = prefix.len().min(NAME_LENGTH_MAX - SUFFIX.len());
    while !prefix.is_char_boundary(length) {
        length -= 1;
    }
    prefix.truncate(length);
    prefix + SUFFIX
}

impl Router for Nginx<'_> {
    fn route(&self, wanted: &Routing) -> Routed {
        let names = match &self.nginx.stable_ingresses {
            Some(names) => names.iter().map(String::as_str).collect(),
            None => vec![self.nginx.stable_ingress.as_str()],
        };
        names.into_iter().fold(Routed::default(), |all, name| all.and(self.route_ingress(name, wanted)))
    }
}

impl Nginx<'_> {
    fn route_ingress(&self, stable: &str, wanted: &Routing) -> Routed {
        let ingress = match self.objects.ingresses.get(stable) {
            Some(Fetched::Known(ingress)) => ingress,
            Some(Fetched::Unknown(cause)) => {
                return Routed::refuse(
                    ROUTER,
                    format!("error retrieving stableIngress `{stable}` from cache: {cause}"),
                );
            }
            Some(Fetched::Absent) | None => {
                return Routed::refuse(
                    ROUTER,
                    format!(
                        "error retrieving stableIngress `{stable}` from cache: ingress.networking.k8s.io \"{stable}\" not found"
                    ),
                );
            }
        };
        let name = canary_ingress_name(&self.rollout.metadata.name, stable);
        let service = self.services().0;
        if !has_rule_with(ingress, service) {
            return Routed::refuse(ROUTER, format!("ingress `{stable}` has no rules using service {service} backend"));
        }
        let (annotations, spec) = (self.annotations(ingress, wanted), self.spec(ingress));
        match self.objects.ingresses.get(&name) {
            Some(Fetched::Known(existing)) => self.patch(&name, existing, &annotations, &spec, wanted),
            Some(Fetched::Unknown(cause)) => {
                Routed::refuse(ROUTER, format!("error retrieving canary ingress `{name}` from cache: {cause}"))
            }
            Some(Fetched::Absent) | None => self.create(&name, &annotations, &spec, wanted),
        }
    }

    fn create(&self, name: &str, annotations: &BTreeMap<String, String>, spec: &Value, wanted: &Routing) -> Routed {
        let value = json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {
                "name": name,
                "namespace": self.rollout.metadata.namespace,
                "annotations": annotations,
                "ownerReferences": [owner_reference(self.rollout)],
            },
            "spec": spec,
        });
        let message = format!("Creating canary ingress `{name}` with weight `{}`", wanted.canary.weight);
        Routed {
            writes: vec![Write { gvk: gvk(), namespace: None, name: name.to_owned(), change: Change::Create(value) }],
            notes: vec![Note { reason: "CreatingCanaryIngress", message }],
            ..Routed::default()
        }
    }

    fn patch(
        &self,
        name: &str,
        existing: &Value,
        annotations: &BTreeMap<String, String>,
        spec: &Value,
        wanted: &Routing,
    ) -> Routed {
        if !is_made_for(existing, self.rollout) {
            let way_out =
                "rename it, or the Ingress that spec.strategy.canary.trafficRouting.nginx.stableIngress names";
            return Routed::refuse(
                ROUTER,
                format!("canary ingress `{name}` controlled by different object: {way_out}"),
            );
        }
        let mut patch = Map::new();
        let current = &existing["metadata"]["annotations"];
        let mut changed: Map<String, Value> = annotations
            .iter()
            .filter(|(key, value)| current[key.as_str()] != ***value)
            .map(|(key, value)| (key.clone(), json!(value)))
            .collect();
        // What the block no longer asks for goes; what others put there stays.
        let own = format!("{}/", self.prefix());
        let stale = current.as_object().into_iter().flat_map(Map::keys);
        let stale = stale.filter(|key| key.starts_with(&own) && !annotations.contains_key(*key));
        changed.extend(stale.map(|key| (key.clone(), Value::Null)));
        if !changed.is_empty() {
            patch.insert("metadata".to_owned(), json!({"annotations": changed}));
        }
        let changed = spec_patch(&existing["spec"], spec);
        if !changed.is_empty() {
            patch.insert("spec".to_owned(), Value::Object(changed));
        }
        if patch.is_empty() {
            return Routed::default();
        }
        let message = format!("Updating Ingress `{name}` to desiredWeight '{}'", wanted.canary.weight);
        Routed {
            writes: vec![Write {
                gvk: gvk(),
                namespace: None,
                name: name.to_owned(),
                change: Change::Merge(Value::Object(patch)),
            }],
            notes: vec![Note { reason: "PatchingCanaryIngress", message }],
            ..Routed::default()
        }
    }

    /// TLS and class of the stable Ingress, and those of its rules that lead to the stable Service, led to the new one.
    fn spec(&self, ingress: &Value) -> Value {
        let (stable, canary) = self.services();
        let mut spec = Map::new();
        for field in ["ingressClassName", "tls"] {
            if let Some(value) = ingress["spec"].get(field).filter(|value| !value.is_null()) {
                spec.insert(field.to_owned(), value.clone());
            }
        }
        let rules = ingress.pointer("/spec/rules").and_then(Value::as_array);
        let rules = rules.into_iter().flatten().filter_map(|rule| lead_to(rule, stable, canary)).collect();
        spec.insert("rules".to_owned(), Value::Array(rules));
        Value::Object(spec)
    }

    fn annotations(&self, ingress: &Value, wanted: &Routing) -> BTreeMap<String, String> {
        let prefix = self.prefix();
        let mut annotations = BTreeMap::new();
        if let Some(class) = ingress["metadata"]["annotations"][CLASS].as_str() {
            annotations.insert(CLASS.to_owned(), class.to_owned());
        }
        for (key, value) in &self.nginx.additional_ingress_annotations {
            let key = if key.starts_with(prefix) { key.clone() } else { format!("{prefix}/{key}") };
            annotations.insert(key, value.clone());
        }
        annotations.extend(self.nginx.canary_ingress_annotations.clone());
        annotations.insert(format!("{prefix}/canary"), "true".to_owned());
        annotations.insert(format!("{prefix}/canary-weight"), wanted.canary.weight.to_string());
        if self.has_own_total() {
            annotations.insert(format!("{prefix}/canary-weight-total"), wanted.weight_max.to_string());
        }
        annotations
    }

    fn prefix(&self) -> &str {
        if self.nginx.annotation_prefix.is_empty() { DEFAULT_PREFIX } else { &self.nginx.annotation_prefix }
    }

    fn has_own_total(&self) -> bool {
        let routing = self.rollout.spec.strategy.canary.as_ref().and_then(|canary| canary.traffic_routing.as_ref());
        routing.is_some_and(|routing| routing.max_traffic_weight.is_some())
    }

    fn services(&self) -> (&str, &str) {
        let canary = self.rollout.spec.strategy.canary.as_ref();
        canary.map_or(("", ""), |canary| (canary.stable_service.as_str(), canary.canary_service.as_str()))
    }
}

fn gvk() -> Gvk {
    Gvk::new("networking.k8s.io", "v1", "Ingress")
}

/// The rule with backends of one Service replaced by another; `None` when it has none of it.
fn lead_to(rule: &Value, from: &str, to: &str) -> Option<Value> {
    let mut rule = rule.clone();
    let mut found = false;
    for path in rule.pointer_mut("/http/paths").and_then(Value::as_array_mut)? {
        if let Some(name) = path.pointer_mut("/backend/service/name").filter(|name| **name == *from) {
            *name = json!(to);
            found = true;
        }
    }
    found.then_some(rule)
}

/// What of a spec is not as wanted.
fn spec_patch(current: &Value, wanted: &Value) -> Map<String, Value> {
    let mut patch = Map::new();
    for field in ["ingressClassName", "tls", "rules"] {
        match (current.get(field), wanted.get(field)) {
            (current, Some(wanted)) if current != Some(wanted) => {
                patch.insert(field.to_owned(), wanted.clone());
            }
            (Some(current), None) if !current.is_null() => {
                patch.insert(field.to_owned(), Value::Null);
            }
            _ => {}
        }
    }
    patch
}
