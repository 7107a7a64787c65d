//! What Ingresses and Gateways say of where they are reached. Pure.

use crate::objects::{Kind, Objects};
use crate::reading::{list, name, namespace, text};
use crate::routers::{GATEWAY, INGRESS};
use cluster::{Change, Part, PatchKind, Target, Write};
use jiff::Timestamp;
use object::Gvk;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// The writes that make every Ingress and Gateway say that it is reached at this address; none where all do.
#[must_use]
pub fn plan(objects: &Objects, address: SocketAddr, now: Timestamp) -> Vec<Write> {
    let ingresses = objects.all(INGRESS).filter_map(|ingress| {
        let wanted = json!([{"ip": address.ip().to_string(), "ports": [{"port": address.port(), "protocol": "TCP"}]}]);
        let is_so = ingress.pointer("/status/loadBalancer/ingress") == Some(&wanted);
        (!is_so).then(|| write(INGRESS, ingress, json!({"loadBalancer": {"ingress": wanted}})))
    });
    let gateways = objects.all(GATEWAY).filter_map(|gateway| of_gateway(gateway, address, now));
    ingresses.chain(gateways).collect()
}

fn of_gateway(gateway: &Value, address: SocketAddr, now: Timestamp) -> Option<Write> {
    let addresses = json!([{"type": "IPAddress", "value": address.ip().to_string()}]);
    let holds = |kind: &str| {
        let is_it = |it: &&Value| text(it, "/type") == kind && text(it, "/status") == "True";
        list(gateway, "/status/conditions").iter().any(|it| is_it(&it))
    };
    if gateway.pointer("/status/addresses") == Some(&addresses) && holds("Accepted") && holds("Programmed") {
        return None;
    }
    let condition = |kind: &str| {
        json!({
            "type": kind, "status": "True", "reason": kind, "message": "",
            "observedGeneration": gateway.pointer("/metadata/generation"),
            "lastTransitionTime": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        })
    };
    let conditions = [condition("Accepted"), condition("Programmed")];
    Some(write(GATEWAY, gateway, json!({"addresses": addresses, "conditions": conditions})))
}

fn write(kind: Kind, object: &Value, status: Value) -> Write {
    let gvk = Gvk::from_api_version(text(object, "/apiVersion"), kind.1);
    let target = Target::new(gvk, Some(namespace(object)), name(object));
    let body = json!({ "status": status });
    Write::new(target, Change::Patch { kind: PatchKind::Merge, body, part: Part::Status })
}
