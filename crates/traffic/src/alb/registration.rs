//! Whether a target group has the pods that a Service selects: after a Service was switched to another version, the load
//! balancer takes a while to follow, and until then the old pods must stay.

use serde_json::Value;
use std::collections::BTreeSet;

/// Somebody who is registered in a target group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Its address.
    pub address: String,
    /// Its port.
    pub port: i64,
}

/// How far registration has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registration {
    /// Endpoints that are registered.
    pub registered: usize,
    /// Endpoints there are.
    pub total: usize,
}

impl Registration {
    /// Whether all are.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.registered == self.total
    }
}

/// Whether a TargetGroupBinding binds a port of a Service, by the addresses of its pods. Others are nodes, which stay
/// when pods change.
#[must_use]
pub fn is_bound_to(binding: &Value, service: &Value) -> bool {
    let is_by_address = binding.pointer("/spec/targetType").is_some_and(|kind| *kind == "ip");
    let name = binding.pointer("/spec/serviceRef/name");
    let is_its = name.is_some() && name == service.pointer("/metadata/name");
    is_by_address && is_its && bound_port(binding, service).is_some()
}

/// The target group that a TargetGroupBinding binds.
#[must_use]
pub fn target_group_of(binding: &Value) -> &str {
    binding.pointer("/spec/targetGroupARN").and_then(Value::as_str).unwrap_or_default()
}

/// How many of the ready endpoints of a Service are registered. Others may be too, and health is not looked at: the
/// question is whether the load balancer has heard of the switch.
#[must_use]
pub fn registration(binding: &Value, service: &Value, slices: &[Value], targets: &[Target]) -> Registration {
    let name = bound_port(binding, service).and_then(|port| port["name"].as_str()).unwrap_or_default();
    let wanted: BTreeSet<Target> = slices.iter().flat_map(|slice| ready(slice, name)).collect();
    let registered = wanted.iter().filter(|endpoint| targets.contains(endpoint)).count();
    Registration { registered, total: wanted.len() }
}

fn bound_port<'s>(binding: &Value, service: &'s Value) -> Option<&'s Value> {
    let wanted = binding.pointer("/spec/serviceRef/port")?;
    let ports = service.pointer("/spec/ports")?.as_array()?;
    ports.iter().find(|port| port["port"] == *wanted || (wanted.is_string() && port["name"] == *wanted))
}

/// The ready endpoints of a slice at a port of the Service.
fn ready(slice: &Value, port: &str) -> Vec<Target> {
    let list = |key: &str| slice[key].as_array().map(Vec::as_slice).unwrap_or_default();
    let named = list("ports").iter().find(|it| it["name"].as_str().unwrap_or_default() == port);
    let Some(port) = named.and_then(|it| it["port"].as_i64()) else { return Vec::new() };
    let ready = list("endpoints").iter().filter(|it| it.pointer("/conditions/ready") != Some(&Value::Bool(false)));
    let addresses = ready.flat_map(|it| it["addresses"].as_array().into_iter().flatten());
    addresses.filter_map(|it| Some(Target { address: it.as_str()?.to_owned(), port })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn service() -> Value {
        json!({"metadata": {"name": "web"}, "spec": {"ports": [
            {"name": "http", "port": 80, "targetPort": "web"}, {"name": "admin", "port": 81},
        ]}})
    }

    fn binding(port: Value) -> Value {
        json!({"spec": {"targetType": "ip", "targetGroupARN": "arn", "serviceRef": {"name": "web", "port": port}}})
    }

    #[test]
    fn all_ready_endpoints_must_be_registered_at_the_port_of_the_pods() {
        let slices = [json!({
            "ports": [{"name": "http", "port": 8080}, {"name": "admin", "port": 9090}],
            "endpoints": [
                {"addresses": ["10.0.0.1"], "conditions": {"ready": true}},
                {"addresses": ["10.0.0.2"]},
                {"addresses": ["10.0.0.3"], "conditions": {"ready": false}},
            ],
        })];
        let target = |address: &str, port| Target { address: address.to_owned(), port };
        let both = [target("10.0.0.1", 8080), target("10.0.0.2", 8080), target("10.9.9.9", 8080)];
        for port in [json!(80), json!("http")] {
            let found = registration(&binding(port.clone()), &service(), &slices, &both);
            assert_eq!(found, Registration { registered: 2, total: 2 });
            let found = registration(&binding(port), &service(), &slices, &[target("10.0.0.1", 9090)]);
            assert_eq!(found, Registration { registered: 0, total: 2 });
        }
    }

    #[test]
    fn only_bindings_of_a_port_of_the_service_by_address_count() {
        assert!(is_bound_to(&binding(json!(80)), &service()));
        assert!(is_bound_to(&binding(json!("admin")), &service()));
        assert!(!is_bound_to(&binding(json!(82)), &service()));
        let mut other = binding(json!(80));
        other["spec"]["serviceRef"]["name"] = json!("api");
        assert!(!is_bound_to(&other, &service()));
        let mut nodes = binding(json!(80));
        nodes["spec"]["targetType"] = json!("instance");
        assert!(!is_bound_to(&nodes, &service()));
        assert_eq!(target_group_of(&nodes), "arn");
    }
}
