//! Endpoints, endpoint slices, leases.

use crate::checks::text::{dns_label, dns_subdomain, invalid_each};
use crate::checks::{network, numbers};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// What answers about endpoints warn of.
pub const DEPRECATED: &str = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";

/// What is special about endpoints.
pub const ENDPOINTS: Hooks =
    Hooks { validate: endpoints, validate_update: |new, _, errors| endpoints(new, errors), ..PLAIN };

/// What is special about endpoint slices.
pub const SLICE: Hooks = Hooks {
    validate: slice,
    validate_update: |new, old, errors| {
        slice(new, errors);
        if new.get("addressType") != old.get("addressType") {
            errors.invalid(&Path::root("addressType"), read::at(new, "addressType"), "field is immutable");
        }
    },
    ..PLAIN
};

/// What is special about leases.
pub const LEASE: Hooks = Hooks { validate: lease, validate_update: |new, _, errors| lease(new, errors), ..PLAIN };

/// Endpoints and ports of one slice, addresses of one endpoint.
const SLICE_ENDPOINTS_MAX: usize = 1000;
const SLICE_PORTS_MAX: usize = 20_000;
const ADDRESSES_MAX: usize = 100;

fn endpoints(endpoints: &Value, errors: &mut Errors) {
    const SUBSETS: Path<'static> = Path::root("subsets");
    for (index, subset) in read::list(endpoints, "subsets").iter().enumerate() {
        let path = SUBSETS.index(index);
        let (ready, others) = (read::list(subset, "addresses"), read::list(subset, "notReadyAddresses"));
        if ready.is_empty() && others.is_empty() {
            errors.required(&path, "must specify `addresses` or `notReadyAddresses`");
        }
        for (field, list) in [("addresses", ready), ("notReadyAddresses", others)] {
            let place = path.child(field);
            for (index, address) in list.iter().enumerate() {
                let place = place.index(index);
                network::endpoint_address(&place.child("ip"), read::text(address, "ip"), errors);
                let host = read::text(address, "hostname");
                if !host.is_empty() {
                    invalid_each(&place.child("hostname"), host, dns_label(host), errors);
                }
            }
        }
        let place = path.child("ports");
        let ports = read::list(subset, "ports");
        for (index, port) in ports.iter().enumerate() {
            endpoint_port(&place.index(index), port, ports.len() > 1, errors);
        }
    }
}

fn endpoint_port(path: &Path<'_>, port: &Value, needs_name: bool, errors: &mut Errors) {
    match read::text(port, "name") {
        "" if needs_name => errors.required(&path.child("name"), ""),
        "" => (),
        name => invalid_each(&path.child("name"), name, dns_label(name), errors),
    }
    numbers::port(&path.child("port"), read::number(port, "port"), errors);
    let protocol = read::text(port, "protocol");
    if !matches!(protocol, "TCP" | "UDP" | "SCTP") {
        errors.not_supported(&path.child("protocol"), protocol, &["SCTP", "TCP", "UDP"]);
    }
}

fn slice(slice: &Value, errors: &mut Errors) {
    const ENDPOINTS: Path<'static> = Path::root("endpoints");
    let kind = read::text(slice, "addressType");
    let path = Path::root("addressType");
    let kinds = ["FQDN", "IPv4", "IPv6"];
    if kind.is_empty() {
        errors.required(&path, "");
    } else if !kinds.contains(&kind) {
        errors.not_supported(&path, kind, &kinds);
    }
    let list = read::list(slice, "endpoints");
    if list.len() > SLICE_ENDPOINTS_MAX {
        errors.too_many(&ENDPOINTS, list.len(), SLICE_ENDPOINTS_MAX);
    }
    for (index, endpoint) in list.iter().enumerate() {
        one_endpoint(&ENDPOINTS.index(index), endpoint, kind, errors);
    }
    slice_ports(slice, errors);
}

fn one_endpoint(path: &Path<'_>, endpoint: &Value, kind: &str, errors: &mut Errors) {
    let place = path.child("addresses");
    let addresses = read::list(endpoint, "addresses");
    if addresses.is_empty() {
        errors.required(&place, "must contain at least 1 address");
    } else if addresses.len() > ADDRESSES_MAX {
        errors.too_many(&place, addresses.len(), ADDRESSES_MAX);
    }
    for (index, address) in addresses.iter().filter_map(Value::as_str).enumerate() {
        let at = place.index(index);
        match kind {
            "FQDN" => invalid_each(&at, address, dns_subdomain(address), errors),
            "IPv4" | "IPv6" => {
                let parsed = address.parse::<IpAddr>().ok();
                // Compat: an address of the other family is reported at the list, without the index.
                if kind == "IPv4" && parsed.is_some_and(|address| address.is_ipv6()) {
                    errors.invalid_text(&place, address, "must be an IPv4 address");
                } else if kind == "IPv6" && parsed.is_some_and(|address| address.is_ipv4()) {
                    errors.invalid_text(&place, address, "must be an IPv6 address");
                }
                network::endpoint_address(&at, address, errors);
            }
            _ => (),
        }
    }
    let host = read::text(endpoint, "hostname");
    if !host.is_empty() {
        invalid_each(&path.child("hostname"), host, dns_label(host), errors);
    }
}

fn slice_ports(slice: &Value, errors: &mut Errors) {
    const PORTS: Path<'static> = Path::root("ports");
    let ports = read::list(slice, "ports");
    if ports.len() > SLICE_PORTS_MAX {
        errors.too_many(&PORTS, ports.len(), SLICE_PORTS_MAX);
    }
    let mut names = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let path = PORTS.index(index);
        let name = read::text(port, "name");
        if !name.is_empty() {
            invalid_each(&path.child("name"), name, dns_label(name), errors);
        }
        if !names.insert(name) {
            errors.duplicate(&path.child("name"), &json!(name));
        }
        let protocol = read::text(port, "protocol");
        if !matches!(protocol, "TCP" | "UDP" | "SCTP") {
            errors.not_supported(&path.child("protocol"), protocol, &["SCTP", "TCP", "UDP"]);
        }
        if let Some(number) = read::given_number(port, "port") {
            numbers::port(&path.child("port"), number, errors);
        }
    }
}

fn lease(lease: &Value, errors: &mut Errors) {
    const SPEC: Path<'static> = Path::root("spec");
    let spec = read::at(lease, "spec");
    if let Some(seconds) = read::given_number(spec, "leaseDurationSeconds").filter(|seconds| *seconds <= 0) {
        errors.invalid_number(&SPEC.child("leaseDurationSeconds"), seconds, "must be greater than 0");
    }
    numbers::not_negative_at(&SPEC, spec, "leaseTransitions", errors);
}
