//! Services: address families, what a change of type frees, ports and policies. Addresses themselves are given by the
//! request pipeline after all this.

mod families;
mod ports;
mod reach;
mod transition;

use reach::{is_external, needs_health_port};

use crate::checks::text::{dns_subdomain, invalid_each};
use crate::checks::{labels, network, numbers};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::Value;

/// What is special about services.
pub const HOOKS: Hooks = Hooks {
    create: |service, _| {
        families::name_all_addresses(service);
        families::choose(service, None);
    },
    update: |service, old| {
        transition::keep_addresses(service, old);
        families::name_all_addresses(service);
        transition::free(service, old);
        families::choose(service, Some(old));
    },
    validate,
    validate_update,
    warnings: |service, _| warnings(read::at(service, "spec")),
    ..PLAIN
};

const SPEC: Path<'static> = Path::root("spec");

fn is_headless(spec: &Value) -> bool {
    read::list(spec, "clusterIPs").first().and_then(Value::as_str) == Some("None")
}

fn warnings(spec: &Value) -> Vec<String> {
    let kind = read::text(spec, "type");
    let headless = kind == "ClusterIP" && is_headless(spec);
    let has_external = !read::list(spec, "externalIPs").is_empty();
    let mut warnings = Vec::new();
    let mut warn = |applies: bool, text: &str| warnings.extend(applies.then(|| text.to_owned()));
    warn(headless && has_external, "spec.externalIPs is ignored for headless services");
    let sticky = read::text(spec, "sessionAffinity") != "None";
    warn(headless && sticky, "spec.SessionAffinity is ignored for headless services");
    let used = has_external && !headless && kind != "ExternalName";
    warn(used, "spec.externalIPs is deprecated and may no longer be implemented in some clusters");
    let named = kind == "ExternalName";
    warn(named && has_external, "spec.externalIPs is ignored when spec.type is \"ExternalName\"");
    let misnamed = !named && !read::text(spec, "externalName").is_empty();
    warn(misnamed, "spec.externalName is ignored when spec.type is not \"ExternalName\"");
    warnings
}

fn validate(service: &Value, errors: &mut Errors) {
    let spec = read::at(service, "spec");
    let kind = read::text(spec, "type");
    if read::list(spec, "ports").is_empty() && !is_headless(spec) && kind != "ExternalName" {
        errors.required(&SPEC.child("ports"), "");
    }
    by_type(kind, spec, errors);
    ports::validate(spec, errors);
    labels::labels(&SPEC.child("selector"), read::at(spec, "selector"), errors);
    session_affinity(spec, errors);
    families::validate(spec, errors);
    let external = SPEC.child("externalIPs");
    for (index, address) in read::list(spec, "externalIPs").iter().enumerate() {
        network::endpoint_address(&external.index(index), address.as_str().unwrap_or_default(), errors);
    }
    let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
    if !types.contains(&kind) {
        errors.not_supported(&SPEC.child("type"), kind, &types);
    }
    ports::validate_node_ports(spec, errors);
    load_balancer(kind, spec, errors);
    traffic(spec, errors);
    families::validate_configured(spec, errors);
}

fn by_type(kind: &str, spec: &Value, errors: &mut Errors) {
    let addresses = SPEC.child("clusterIPs");
    match kind {
        "LoadBalancer" | "NodePort" if is_headless(spec) => {
            let message = format!("may not be set to 'None' for {kind} services");
            errors.invalid_text(&addresses.index(0), "None", message);
        }
        "ExternalName" => {
            if !read::list(spec, "clusterIPs").is_empty() {
                errors.forbidden(&addresses, "may not be set for ExternalName services");
            }
            let path = SPEC.child("externalName");
            let name = read::text(spec, "externalName");
            match name.strip_suffix('.').unwrap_or(name) {
                "" => errors.required(&path, ""),
                name => invalid_each(&path, name, dns_subdomain(name), errors),
            }
        }
        _ => (),
    }
}

fn session_affinity(spec: &Value, errors: &mut Errors) {
    /// A day.
    const SECONDS_MAX: i64 = 86_400;
    let affinity = read::text(spec, "sessionAffinity");
    let config = SPEC.child("sessionAffinityConfig");
    match affinity {
        "ClientIP" => {
            let client = config.child("clientIP");
            let seconds = spec.pointer("/sessionAffinityConfig/clientIP/timeoutSeconds").and_then(Value::as_i64);
            if let Some(seconds) = seconds.filter(|seconds| *seconds <= 0 || *seconds > SECONDS_MAX) {
                let message = format!("must be greater than 0 and less than {SECONDS_MAX}");
                errors.invalid_number(&client.child("timeoutSeconds"), seconds, message);
            }
        }
        "None" if read::given(spec, "sessionAffinityConfig").is_some() => {
            errors.forbidden(&config, "must not be set when session affinity is None");
        }
        "None" => (),
        _ => errors.not_supported(&SPEC.child("sessionAffinity"), affinity, &["ClientIP", "None"]),
    }
}

fn load_balancer(kind: &str, spec: &Value, errors: &mut Errors) {
    let only = "may only be used when `type` is 'LoadBalancer'";
    let ranges = SPEC.child("loadBalancerSourceRanges");
    if !read::list(spec, "loadBalancerSourceRanges").is_empty() && kind != "LoadBalancer" {
        errors.forbidden(&ranges, only);
    }
    for (index, range) in read::list(spec, "loadBalancerSourceRanges").iter().enumerate() {
        network::network(&ranges.index(index), range.as_str().unwrap_or_default().trim(), errors);
    }
    for field in ["allocateLoadBalancerNodePorts", "loadBalancerClass"] {
        if read::given(spec, field).is_some() && kind != "LoadBalancer" {
            errors.forbidden(&SPEC.child(field), only);
        }
    }
}

fn traffic(spec: &Value, errors: &mut Errors) {
    let policies = ["Cluster", "Local"];
    let path = SPEC.child("externalTrafficPolicy");
    let external = read::text(spec, "externalTrafficPolicy");
    if !is_external(spec) {
        if !external.is_empty() {
            errors.invalid_text(&path, external, "may only be set for externally-accessible services");
        }
    } else if external.is_empty() {
        errors.required(&path, "");
    } else if !policies.contains(&external) {
        errors.not_supported(&path, external, &policies);
    }
    let health = SPEC.child("healthCheckNodePort");
    let port = read::number(spec, "healthCheckNodePort");
    if needs_health_port(spec) {
        if port != 0 {
            numbers::port(&health, port, errors);
        }
    } else if port != 0 {
        let message = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        errors.invalid_number(&health, port, message);
    }
    if let Some(internal) = spec.get("internalTrafficPolicy").and_then(Value::as_str)
        && !policies.contains(&internal)
    {
        errors.not_supported(&SPEC.child("internalTrafficPolicy"), internal, &policies);
    }
}

fn validate_update(service: &Value, old: &Value, errors: &mut Errors) {
    let (spec, before) = (read::at(service, "spec"), read::at(old, "spec"));
    let named = |spec: &Value| read::text(spec, "type") == "ExternalName";
    if !named(spec) && !named(before) {
        families::validate_kept(spec, before, errors);
    }
    let class = |spec| read::given(spec, "loadBalancerClass").cloned();
    if read::text(spec, "type") == "LoadBalancer"
        && read::text(before, "type") == "LoadBalancer"
        && class(spec) != class(before)
    {
        let path = SPEC.child("loadBalancerClass");
        errors.invalid(&path, read::at(spec, "loadBalancerClass"), "may not change once set");
    }
    validate(service, errors);
}
