//! How traffic gets to pods: Ingresses and routes to Services, Services to pods.

use object::Object;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// So many links are told of one picture.
const LINKS_MAX: usize = 2_000;

/// One thing sends traffic to another; both by uid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Who sends.
    pub from: String,
    /// To whom.
    pub to: String,
    /// Of which host or port, where that is said.
    pub label: String,
}

/// Every link among these objects, in order.
#[must_use]
pub fn network(objects: &[Object]) -> Vec<Link> {
    let of_kind = |kind: &'static str| objects.iter().filter(move |own| &*own.gvk().kind == kind);
    let services: BTreeMap<(String, String), &Object> = of_kind("Service")
        .filter(|own| own.gvk().group.is_empty())
        .map(|own| ((own.namespace().unwrap_or_default().to_owned(), own.name().to_owned()), own))
        .collect();
    let mut links: BTreeSet<Link> = BTreeSet::new();
    for sender in of_kind("Ingress").chain(of_kind("HTTPRoute")) {
        let namespace = sender.namespace().unwrap_or_default();
        for (name, label) in backends(&sender.value()) {
            if let Some(service) = services.get(&(namespace.to_owned(), name)) {
                links.insert(link(sender, service, label));
            }
        }
    }
    for service in services.values() {
        let selector = service.get("/spec/selector").and_then(|own| serde_json::from_value(own).ok());
        let selector: BTreeMap<String, String> = selector.unwrap_or_default();
        let is_meant = |pod: &&Object| {
            !selector.is_empty()
                && pod.namespace() == service.namespace()
                && selector
                    .iter()
                    .all(|(key, value)| pod.meta().labels.get(key.as_str()).is_some_and(|own| **own == *value))
        };
        links.extend(of_kind("Pod").filter(is_meant).map(|pod| link(service, pod, ports(service))));
    }
    links.into_iter().take(LINKS_MAX).collect()
}

fn link(from: &Object, to: &Object, label: String) -> Link {
    Link { from: from.meta().uid.to_string(), to: to.meta().uid.to_string(), label }
}

fn ports(service: &Object) -> String {
    let ports = service.get("/spec/ports").unwrap_or_default();
    let numbers: Vec<String> = ports
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|own| own["port"].as_i64())
        .map(|own| own.to_string())
        .collect();
    numbers.join(", ")
}

/// The Services that an Ingress or an HTTPRoute names, each with the host or path.
fn backends(value: &Value) -> Vec<(String, String)> {
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let mut found = Vec::new();
    let spec = &value["spec"];
    let named = |backend: &Value| backend["service"]["name"].as_str().map(str::to_owned);
    found.extend(named(&spec["defaultBackend"]).map(|name| (name, String::new())));
    let hosts = list(spec, "hostnames").first().and_then(|own| own.as_str().map(str::to_owned)).unwrap_or_default();
    for rule in list(spec, "rules") {
        let host = rule["host"].as_str().unwrap_or(&hosts).to_owned();
        for path in list(&rule["http"], "paths") {
            let label = format!("{host}{}", path["path"].as_str().unwrap_or_default());
            found.extend(named(&path["backend"]).map(|name| (name, label)));
        }
        for backend in list(&rule, "backendRefs") {
            let weight = backend["weight"].as_i64().map(|own| format!(" {own}")).unwrap_or_default();
            found.extend(backend["name"].as_str().map(|name| (name.to_owned(), format!("{host}{weight}"))));
        }
    }
    found
}
