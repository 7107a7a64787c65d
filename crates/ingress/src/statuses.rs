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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const GATEWAY_OBJECT: &str = r#"{"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
        "metadata": {"name": "front", "namespace": "shop", "generation": 2}}"#;
    const INGRESS_OBJECT: &str = r#"{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": {"name": "web", "namespace": "shop"}}"#;

    #[test]
    fn each_is_told_once_where_it_is_reached() {
        let address: SocketAddr = ([127, 0, 0, 1], 8088).into();
        let mut objects = Objects::default();
        let (mut shown, mut patched) = (Vec::new(), Vec::new());
        for (kind, text) in [(INGRESS, INGRESS_OBJECT), (GATEWAY, GATEWAY_OBJECT)] {
            let value: Value = serde_json::from_str(text).expect("JSON");
            objects.insert(kind, Arc::new(value.clone()));
            patched.push((kind, value));
        }
        for write in plan(&objects, address, Timestamp::UNIX_EPOCH) {
            let Change::Patch { body, part: Part::Status, .. } = &write.change else { unreachable!("{write:?}") };
            let kind = &*write.target.gvk.kind;
            let (kind, value) = patched.iter_mut().find(|(it, _)| it.1 == kind).expect("one of the two");
            value["status"] = body["status"].clone();
            objects.insert(*kind, Arc::new(value.clone()));
            shown.push(body["status"].clone());
        }
        assert_eq!(shown[0]["loadBalancer"]["ingress"][0]["ip"], "127.0.0.1");
        assert_eq!(shown[1]["addresses"][0]["value"], "127.0.0.1");
        assert_eq!(shown[1]["conditions"][1]["type"], "Programmed");
        assert!(plan(&objects, address, Timestamp::UNIX_EPOCH).is_empty(), "what is so already is not written");
    }
}
