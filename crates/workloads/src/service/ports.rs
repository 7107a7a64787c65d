//! Which port of a pod a service's port means.

use super::member::Member;
use serde_json::{Map, Value};

/// A service's ports as they are on a pod; a name the pod does not know gives none.
pub(super) fn resolve(service: &Value, member: &Member) -> Vec<Value> {
    let ports = service["spec"]["ports"].as_array().into_iter().flatten();
    let resolved = ports.filter_map(|port| {
        let number = match &port["targetPort"] {
            Value::String(name) => member.ports.iter().find(|(own, _)| own == name)?.1,
            Value::Number(number) if number.as_i64() != Some(0) => number.as_i64()?,
            _ => port["port"].as_i64()?,
        };
        Some(described(port, number))
    });
    resolved.collect()
}

fn described(port: &Value, number: i64) -> Value {
    let mut described = Map::new();
    for field in ["name", "appProtocol"] {
        if let Some(value) = port.get(field) {
            described.insert(field.to_owned(), value.clone());
        }
    }
    described.insert("port".to_owned(), number.into());
    described.insert("protocol".to_owned(), port.get("protocol").cloned().unwrap_or_else(|| "TCP".into()));
    Value::Object(described)
}
