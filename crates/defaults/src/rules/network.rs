//! Services, endpoints, network policies and ingress classes.

use super::fields::{default_to, items, map, number_at, text};
use serde_json::{Map, Value, json};

/// Seconds a client sticks to a pod when its service asks for that without saying how long: three hours.
const AFFINITY_SECONDS: i64 = 10_800;

pub fn service(service: &mut Map<String, Value>) {
    let Some(spec) = map(service, "spec") else { return };
    session_affinity(spec);
    default_to(spec, "type", "ClusterIP");
    items(spec, "ports").for_each(service_port);
    let kind = text(spec, "type").to_owned();
    let has_external_ips = spec.get("externalIPs").and_then(Value::as_array).is_some_and(|ips| !ips.is_empty());
    match kind.as_str() {
        "NodePort" | "LoadBalancer" => default_to(spec, "externalTrafficPolicy", "Cluster"),
        "ClusterIP" if has_external_ips => default_to(spec, "externalTrafficPolicy", "Cluster"),
        _ => (),
    }
    if matches!(kind.as_str(), "ClusterIP" | "NodePort" | "LoadBalancer") {
        default_to(spec, "internalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        default_to(spec, "allocateLoadBalancerNodePorts", true);
        if let Some(balancer) = map(service, "status").and_then(|status| map(status, "loadBalancer")) {
            let addressed = items(balancer, "ingress").filter(|ingress| !text(ingress, "ip").is_empty());
            addressed.for_each(|ingress| default_to(ingress, "ipMode", "VIP"));
        }
    }
}

fn session_affinity(spec: &mut Map<String, Value>) {
    default_to(spec, "sessionAffinity", "None");
    match text(spec, "sessionAffinity") {
        "None" => {
            spec.remove("sessionAffinityConfig");
        }
        "ClientIP" => {
            let given = spec.get("sessionAffinityConfig").and_then(|config| config.pointer("/clientIP/timeoutSeconds"));
            if given.is_none() {
                let config = json!({"clientIP": {"timeoutSeconds": AFFINITY_SECONDS}});
                spec.insert("sessionAffinityConfig".to_owned(), config);
            }
        }
        _ => (),
    }
}

fn service_port(port: &mut Map<String, Value>) {
    default_to(port, "protocol", "TCP");
    let target = port.get("targetPort");
    if target.is_none() || target == Some(&json!(0)) || target == Some(&json!("")) {
        let number = number_at(port, "port");
        port.insert("targetPort".to_owned(), number.into());
    }
}

pub fn endpoint_port(port: &mut Map<String, Value>) {
    default_to(port, "protocol", "TCP");
}

pub fn slice_port(port: &mut Map<String, Value>) {
    default_to(port, "name", "");
    default_to(port, "protocol", "TCP");
}

pub fn network_policy(policy: &mut Map<String, Value>) {
    let Some(spec) = map(policy, "spec") else { return };
    let types = if spec.contains_key("egress") { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) };
    default_to(spec, "policyTypes", types);
}

pub fn network_policy_port(port: &mut Map<String, Value>) {
    default_to(port, "protocol", "TCP");
}

pub fn ingress_class(class: &mut Map<String, Value>) {
    let parameters = map(class, "spec").and_then(|spec| spec.get_mut("parameters")).and_then(Value::as_object_mut);
    if let Some(parameters) = parameters {
        default_to(parameters, "scope", "Cluster");
    }
}
