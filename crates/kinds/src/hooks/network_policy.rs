//! Network policies.

use crate::checks::{labels, network, numbers};
use crate::field::{Errors, Path};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use serde_json::Value;

/// What is special about network policies.
pub const HOOKS: Hooks = Hooks { validate, validate_update: |new, _, errors| validate(new, errors), ..PLAIN };

const SPEC: Path<'static> = Path::root("spec");

fn validate(policy: &Value, errors: &mut Errors) {
    let spec = read::at(policy, "spec");
    labels::selector(&SPEC.child("podSelector"), read::at(spec, "podSelector"), errors);
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        let path = SPEC.child(direction);
        for (index, one) in read::list(spec, direction).iter().enumerate() {
            rule(&path.index(index), one, peers, errors);
        }
    }
    let types = SPEC.child("policyTypes");
    let given = read::list(spec, "policyTypes");
    if given.len() > 2 {
        errors.invalid(&types, read::at(spec, "policyTypes"), "may not specify more than two policyTypes");
        return;
    }
    for (index, kind) in given.iter().filter_map(Value::as_str).enumerate() {
        if !matches!(kind, "Ingress" | "Egress") {
            errors.not_supported(&types.index(index), kind, &["Ingress", "Egress"]);
        }
    }
}

fn rule(path: &Path<'_>, rule: &Value, peers: &str, errors: &mut Errors) {
    let ports = path.child("ports");
    for (index, one) in read::list(rule, "ports").iter().enumerate() {
        port(&ports.index(index), one, errors);
    }
    let place = path.child(peers);
    for (index, one) in read::list(rule, peers).iter().enumerate() {
        peer(&place.index(index), one, errors);
    }
}

fn port(path: &Path<'_>, port: &Value, errors: &mut Errors) {
    let protocol = read::text(port, "protocol");
    if !matches!(protocol, "" | "TCP" | "UDP" | "SCTP") {
        errors.not_supported(&path.child("protocol"), protocol, &["SCTP", "TCP", "UDP"]);
    }
    let (first, last) = (read::given(port, "port"), read::given_number(port, "endPort"));
    let Some(first) = first else {
        if last.is_some() {
            errors.required(&path.child("port"), "must be specified when `endPort` is specified");
        }
        return;
    };
    numbers::port_or_name(&path.child("port"), first, errors);
    let Some(last) = last else { return };
    let place = path.child("endPort");
    match first.as_i64() {
        None => errors.forbidden(&place, "may not be specified when `port` is non-numeric"),
        Some(first) => {
            if last < first {
                errors.invalid_number(&place, last, "must be greater than or equal to `port`");
            }
            numbers::port(&place, last, errors);
        }
    }
}

fn peer(path: &Path<'_>, peer: &Value, errors: &mut Errors) {
    let mut peers = 0;
    for field in ["podSelector", "namespaceSelector"] {
        if let Some(selector) = read::given(peer, field) {
            peers += 1;
            labels::selector(&path.child(field), selector, errors);
        }
    }
    if let Some(block) = read::given(peer, "ipBlock") {
        if peers > 0 {
            errors.forbidden(path, "may not specify both ipBlock and another peer");
        }
        peers += 1;
        ip_block(&path.child("ipBlock"), block, errors);
    }
    if peers == 0 {
        errors.required(path, "must specify a peer");
    }
}

fn ip_block(path: &Path<'_>, block: &Value, errors: &mut Errors) {
    let text = read::text(block, "cidr");
    if text.is_empty() {
        return errors.required(&path.child("cidr"), "");
    }
    let Some(whole) = network::network(&path.child("cidr"), text, errors) else { return };
    let exceptions = path.child("except");
    for (index, text) in read::list(block, "except").iter().filter_map(Value::as_str).enumerate() {
        let place = exceptions.index(index);
        if let Some(part) = network::network(&place, text, errors)
            && !whole.strictly_contains(part)
        {
            errors.invalid_text(&place, text, "must be a strict subset of `cidr`");
        }
    }
}
