//! Ports of services.

use crate::checks::numbers;
use crate::checks::text::{dns_label, invalid_each, qualified_name};
use crate::field::{Errors, Path};
use crate::read;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SPEC: Path<'static> = Path::root("spec");

/// Names, numbers and targets.
pub fn validate(spec: &Value, errors: &mut Errors) {
    let path = SPEC.child("ports");
    let ports = read::list(spec, "ports");
    let mut names = BTreeSet::new();
    for (index, port) in ports.iter().enumerate() {
        let path = path.index(index);
        let name = read::text(port, "name");
        if name.is_empty() {
            if ports.len() > 1 {
                errors.required(&path.child("name"), "");
            }
        } else {
            invalid_each(&path.child("name"), name, dns_label(name), errors);
            if !names.insert(name) {
                errors.duplicate(&path.child("name"), &json!(name));
            }
        }
        numbers::port(&path.child("port"), read::number(port, "port"), errors);
        let protocol = read::text(port, "protocol");
        let protocols = ["SCTP", "TCP", "UDP"];
        if !protocols.contains(&protocol) {
            errors.not_supported(&path.child("protocol"), protocol, &protocols);
        }
        numbers::port_or_name(&path.child("targetPort"), read::at(port, "targetPort"), errors);
        if let Some(protocol) = port.get("appProtocol").and_then(Value::as_str) {
            invalid_each(&path.child("appProtocol"), protocol, qualified_name(protocol), errors);
        }
    }
}

/// Node ports, and numbers given twice.
pub fn validate_node_ports(spec: &Value, errors: &mut Errors) {
    let path = SPEC.child("ports");
    let ports = read::list(spec, "ports");
    if read::text(spec, "type") == "ClusterIP" {
        for (index, _) in ports.iter().enumerate().filter(|(_, port)| read::number(port, "nodePort") != 0) {
            errors.forbidden(&path.index(index).child("nodePort"), "may not be used when `type` is 'ClusterIP'");
        }
    }
    let (mut node_ports, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    for (index, port) in ports.iter().enumerate() {
        let path = path.index(index);
        let protocol = read::text(port, "protocol");
        let node_port = read::number(port, "nodePort");
        if node_port != 0 && !node_ports.insert((protocol, node_port)) {
            errors.duplicate(&path.child("nodePort"), &json!(node_port));
        }
    }
    for (index, port) in ports.iter().enumerate() {
        let (protocol, number) = (read::text(port, "protocol"), read::number(port, "port"));
        if !numbers.insert((protocol, number)) {
            // Compat: the value is shown as Go's own struct, with only the two fields that make the key.
            errors.duplicate_shown(
                &path.index(index),
                format!(
                    "{{\"Name\":\"\",\"Protocol\":\"{protocol}\",\"AppProtocol\":null,\"Port\":{number},\"TargetPort\":0,\"NodePort\":0}}"
                ),
            );
        }
    }
}
