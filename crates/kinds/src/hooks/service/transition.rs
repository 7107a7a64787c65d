//! Updates of services: allocated values that the new state leaves out are kept, those a new type has no use for are
//! freed unless they were changed too.

use super::reach::{is_external, needs_health_port};
use crate::read;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn needs_address(spec: &Value) -> bool {
    read::text(spec, "type") != "ExternalName"
}

fn needs_node_ports(spec: &Value) -> bool {
    matches!(read::text(spec, "type"), "NodePort" | "LoadBalancer")
}

fn node_ports(spec: &Value) -> BTreeSet<i64> {
    read::list(spec, "ports").iter().filter_map(|port| read::given_number(port, "nodePort")).collect()
}

/// Takes over addresses and node ports that the new state does not name.
pub fn keep_addresses(service: &mut Value, old: &Value) {
    let before = read::at(old, "spec");
    let spec = read::at_mut(service, "spec");
    if needs_address(before) && needs_address(spec) {
        if read::text(spec, "clusterIP").is_empty() {
            read::copy(spec, before, "clusterIP");
        }
        if read::list(spec, "clusterIPs").is_empty() {
            read::copy(spec, before, "clusterIPs");
        }
    }
    if needs_node_ports(before) && needs_node_ports(spec) {
        keep_node_ports(spec, before);
    }
    if needs_health_port(before) && needs_health_port(spec) && read::number(spec, "healthCheckNodePort") == 0 {
        read::copy(spec, before, "healthCheckNodePort");
    }
}

fn keep_node_ports(spec: &mut Value, before: &Value) {
    let used: BTreeSet<i64> = node_ports(before).intersection(&node_ports(spec)).copied().collect();
    let by_name: BTreeMap<&str, i64> = read::list(before, "ports")
        .iter()
        .map(|port| (read::text(port, "name"), read::number(port, "nodePort")))
        .collect();
    let Some(ports) = spec.get_mut("ports").and_then(Value::as_array_mut) else { return };
    for port in ports.iter_mut().filter(|port| read::number(port, "nodePort") == 0) {
        let known = by_name.get(read::text(port, "name")).copied().unwrap_or_default();
        if known != 0 && !used.contains(&known) {
            read::set(port, "nodePort", known);
        }
    }
}

/// Removes what the new type has no use for.
pub fn free(service: &mut Value, old: &Value) {
    let before = read::at(old, "spec");
    let spec = read::at_mut(service, "spec");
    if needs_address(before) && !needs_address(spec) {
        let same = |spec: &Value, field: &str| spec.get(field) == before.get(field);
        if same(spec, "clusterIP") && same(spec, "clusterIPs") {
            read::remove(spec, "clusterIP");
            read::remove(spec, "clusterIPs");
        }
        for field in ["ipFamilies", "ipFamilyPolicy"] {
            if same(spec, field) {
                read::remove(spec, field);
            }
        }
        // Compat: only services with an address have an internal policy; one that was there is dropped on reading.
        read::remove(spec, "internalTrafficPolicy");
    }
    if needs_node_ports(before) && !needs_node_ports(spec) && node_ports(spec).is_subset(&node_ports(before)) {
        for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
            read::remove(port, "nodePort");
        }
    }
    let balances = |spec: &Value| read::text(spec, "type") == "LoadBalancer";
    free_field(spec, before, "healthCheckNodePort", needs_health_port);
    free_field(spec, before, "allocateLoadBalancerNodePorts", balances);
    free_field(spec, before, "loadBalancerClass", balances);
    free_field(spec, before, "externalTrafficPolicy", is_external);
    if !balances(spec) {
        read::set(service, "status", serde_json::json!({"loadBalancer": {}}));
    }
}

fn free_field(spec: &mut Value, before: &Value, field: &str, needs: fn(&Value) -> bool) {
    if needs(before) && !needs(spec) && spec.get(field) == before.get(field) {
        read::remove(spec, field);
    }
}
