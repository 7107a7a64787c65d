//! The pods behind a service, as endpoints name them.

use crate::pod::Pod;
use apiserver::Object;
use serde_json::{Value, json};

/// A pod behind a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: Box<str>,
    /// Its namespace.
    pub namespace: Box<str>,
    /// Its uid.
    pub uid: Box<str>,
    /// Its address.
    pub ip: String,
    /// Its node.
    pub node: String,
    /// Its node's zone.
    pub zone: Option<String>,
    /// Its name within a headless service.
    pub hostname: Option<String>,
    /// Whether it answers.
    pub is_serving: bool,
    /// Whether it is being deleted.
    pub is_terminating: bool,
    /// The numbers of its named ports.
    pub ports: Vec<(String, i64)>,
}

impl Member {
    /// The pod as a member of the service of that name; `None` when it has no address or has ended.
    #[must_use]
    pub fn read(object: &Object, service: &str, zone: Option<String>) -> Option<Self> {
        let pod = Pod::read(object);
        if pod.status.pod_ip.is_empty() || pod.is_finished() {
            return None;
        }
        let named = !pod.spec.hostname.is_empty() && pod.spec.subdomain == service;
        Some(Member {
            name: object.name().into(),
            namespace: object.namespace().unwrap_or_default().into(),
            uid: object.meta().uid.clone(),
            is_serving: pod.is_ready(),
            is_terminating: object.meta().is_terminating(),
            ports: named_ports(&object.get("/spec").unwrap_or_default()),
            hostname: named.then_some(pod.spec.hostname),
            ip: pod.status.pod_ip,
            node: pod.spec.node_name,
            zone,
        })
    }

    /// The reference to the pod.
    pub(super) fn reference(&self) -> Value {
        json!({"kind": "Pod", "namespace": &*self.namespace, "name": &*self.name, "uid": &*self.uid})
    }
}

fn named_ports(spec: &Value) -> Vec<(String, i64)> {
    let lists =
        ["containers", "initContainers"].into_iter().flat_map(|list| spec[list].as_array().into_iter().flatten());
    let ports = lists.flat_map(|container| container["ports"].as_array().into_iter().flatten());
    ports.filter_map(|port| Some((port["name"].as_str()?.to_owned(), port["containerPort"].as_i64()?))).collect()
}
