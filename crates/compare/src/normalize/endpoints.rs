//! Endpoints: their order means nothing.

use serde_json::Value;

/// Fills in the protocol of ports and sorts subsets, addresses and ports.
pub(crate) fn normalize(endpoints: &mut Value) {
    let Some(Value::Array(subsets)) = endpoints.get_mut("subsets") else { return };
    for subset in subsets.iter_mut() {
        for port in list(subset, "ports") {
            let has_protocol = port.get("protocol").is_some_and(|it| it.as_str().is_some_and(|it| !it.is_empty()));
            if let (false, Some(port)) = (has_protocol, port.as_object_mut()) {
                port.insert("protocol".to_owned(), Value::String("TCP".to_owned()));
            }
        }
        for field in ["addresses", "notReadyAddresses", "ports"] {
            list(subset, field).sort_by_cached_key(Value::to_string);
        }
    }
    subsets.sort_by_cached_key(Value::to_string);
}

fn list<'v>(subset: &'v mut Value, field: &str) -> &'v mut [Value] {
    subset.get_mut(field).and_then(Value::as_array_mut).map_or(&mut [], Vec::as_mut_slice)
}
