//! A pod's specification, in the order in which Kubernetes looks at it.

use super::one_of::one_of;
use super::{containers, scheduling, security, volumes};
use crate::checks::text::{dns_label, dns_subdomain, invalid_each, qualified_name};
use crate::checks::{labels, network};
use crate::field::{Errors, Path};
use crate::read;
use serde_json::Value;

/// DNS servers, search paths and their characters a pod may give.
const NAMESERVERS_MAX: usize = 3;
const SEARCHES_MAX: usize = 32;
const SEARCH_CHARACTERS_MAX: usize = 2048;

/// Problems of a specification.
pub fn validate(path: &Path<'_>, spec: &Value, errors: &mut Errors) {
    let volumes = volumes::validate(&path.child("volumes"), read::list(spec, "volumes"), errors);
    containers::validate(path, spec, &volumes, errors);
    host_network(path, spec, errors);
    policies(path, spec, errors);
    labels::labels(&path.child("nodeSelector"), read::at(spec, "nodeSelector"), errors);
    security::of_pod(&path.child("securityContext"), read::at(spec, "securityContext"), errors);
    scheduling::affinity(&path.child("affinity"), read::at(spec, "affinity"), errors);
    dns_config(&path.child("dnsConfig"), spec, errors);
    named_list(&path.child("readinessGates"), read::list(spec, "readinessGates"), "conditionType", errors);
    scheduling::gates(&path.child("schedulingGates"), read::list(spec, "schedulingGates"), errors);
    scheduling::spread(&path.child("topologySpreadConstraints"), read::list(spec, "topologySpreadConstraints"), errors);
    host_users(path, spec, errors);
    names(path, spec, errors);
    scheduling::tolerations(&path.child("tolerations"), read::list(spec, "tolerations"), errors);
    host_aliases(&path.child("hostAliases"), read::list(spec, "hostAliases"), errors);
    for field in ["priorityClassName", "runtimeClassName"] {
        checked(path, spec, field, dns_subdomain, errors);
    }
    preemption(path, spec, errors);
}

fn checked(path: &Path<'_>, spec: &Value, field: &str, check: fn(&str) -> Vec<String>, errors: &mut Errors) {
    let text = read::text(spec, field);
    if !text.is_empty() {
        invalid_each(&path.child(field), text, check(text), errors);
    }
}

fn names(path: &Path<'_>, spec: &Value, errors: &mut Errors) {
    checked(path, spec, "serviceAccountName", dns_subdomain, errors);
    checked(path, spec, "nodeName", dns_subdomain, errors);
    if let Some(seconds) = read::given_number(spec, "activeDeadlineSeconds") {
        let place = path.child("activeDeadlineSeconds");
        crate::checks::numbers::in_range(&place, seconds, 1, i64::from(i32::MAX), errors);
    }
    checked(path, spec, "hostname", dns_label, errors);
    checked(path, spec, "subdomain", dns_label, errors);
}

fn host_network(path: &Path<'_>, spec: &Value, errors: &mut Errors) {
    if !read::flag(spec, "hostNetwork") {
        return;
    }
    for list in ["containers", "initContainers"] {
        let place = path.child(list);
        for (index, container) in read::list(spec, list).iter().enumerate() {
            let place = place.index(index);
            let ports = place.child("ports");
            for (index, port) in read::list(container, "ports").iter().enumerate() {
                if read::number(port, "hostPort") != read::number(port, "containerPort") {
                    let port_path = ports.index(index);
                    let number = read::number(port, "containerPort");
                    errors.invalid_number(
                        &port_path.child("containerPort"),
                        number,
                        "must match `hostPort` when `hostNetwork` is true",
                    );
                }
            }
        }
    }
}

fn policies(path: &Path<'_>, spec: &Value, errors: &mut Errors) {
    let restart = ["Always", "OnFailure", "Never"];
    one_of(&path.child("restartPolicy"), read::text(spec, "restartPolicy"), &restart, errors);
    let dns = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    one_of(&path.child("dnsPolicy"), read::text(spec, "dnsPolicy"), &dns, errors);
}

fn preemption(path: &Path<'_>, spec: &Value, errors: &mut Errors) {
    let Some(policy) = spec.get("preemptionPolicy").and_then(Value::as_str) else { return };
    one_of(&path.child("preemptionPolicy"), policy, &["Never", "PreemptLowerPriority"], errors);
}

fn dns_config(path: &Path<'_>, spec: &Value, errors: &mut Errors) {
    let config = read::at(spec, "dnsConfig");
    let servers = read::list(config, "nameservers");
    if read::text(spec, "dnsPolicy") == "None" {
        if config.is_null() {
            return errors.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
        }
        if servers.is_empty() {
            let message = "must provide at least one DNS nameserver when `dnsPolicy` is None";
            return errors.required(&path.child("nameservers"), message);
        }
    }
    let place = path.child("nameservers");
    if servers.len() > NAMESERVERS_MAX {
        let message = format!("must not have more than {NAMESERVERS_MAX} nameservers");
        errors.invalid(&place, read::at(config, "nameservers"), message);
    }
    for (index, server) in servers.iter().enumerate() {
        network::address(&place.index(index), server.as_str().unwrap_or_default(), errors);
    }
    searches(&path.child("searches"), config, errors);
    let options = path.child("options");
    for (index, option) in read::list(config, "options").iter().enumerate() {
        if read::text(option, "name").is_empty() {
            errors.required(&options.index(index), "must not be empty");
        }
    }
}

fn searches(path: &Path<'_>, config: &Value, errors: &mut Errors) {
    let searches: Vec<&str> = read::list(config, "searches").iter().filter_map(Value::as_str).collect();
    let all = read::at(config, "searches");
    if searches.len() > SEARCHES_MAX {
        errors.invalid(path, all, format!("must not have more than {SEARCHES_MAX} search paths"));
    }
    if searches.join(" ").len() > SEARCH_CHARACTERS_MAX {
        let message =
            format!("must not have more than {SEARCH_CHARACTERS_MAX} characters (including spaces) in the search list");
        errors.invalid(path, all, message);
    }
    for (index, search) in searches.iter().enumerate().filter(|(_, search)| **search != ".") {
        let search = search.strip_suffix('.').unwrap_or(search);
        let plain: String = search.replace('_', "-").trim_start_matches('-').to_owned();
        if !dns_subdomain(&plain).is_empty() {
            invalid_each(&path.index(index), search, dns_subdomain(search), errors);
        }
    }
}

fn named_list(path: &Path<'_>, items: &[Value], field: &str, errors: &mut Errors) {
    for (index, item) in items.iter().enumerate() {
        let place = path.index(index);
        let name = read::text(item, field);
        invalid_each(&place.child(field), name, qualified_name(name), errors);
    }
}

fn host_users(path: &Path<'_>, spec: &Value, errors: &mut Errors) {
    if read::given_flag(spec, "hostUsers") != Some(false) {
        return;
    }
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        if read::flag(spec, field) {
            errors.forbidden(&path.child(field), "when `hostUsers` is false");
        }
    }
}

fn host_aliases(path: &Path<'_>, aliases: &[Value], errors: &mut Errors) {
    for (index, alias) in aliases.iter().enumerate() {
        let place = path.index(index);
        network::address(&place.child("ip"), read::text(alias, "ip"), errors);
        let names = place.child("hostnames");
        for name in read::list(alias, "hostnames").iter().filter_map(Value::as_str) {
            invalid_each(&names, name, dns_subdomain(name), errors);
        }
    }
}
