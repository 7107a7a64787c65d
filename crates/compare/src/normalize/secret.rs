//! Secrets: plain text is data that is not encoded yet.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// Moves `stringData` into `data`, encoded, and reads null values of `data` as empty.
pub(crate) fn normalize(secret: &mut Value) {
    let Some(secret) = secret.as_object_mut() else { return };
    if let Some(Value::Object(plain)) = secret.get("stringData") {
        let encoded: Vec<(String, Value)> = plain.iter().map(|(key, value)| (key.clone(), encode(value))).collect();
        let data = secret.entry("data").or_insert_with(|| Value::Object(Map::new()));
        if data.is_null() {
            *data = Value::Object(Map::new());
        }
        let Some(data) = data.as_object_mut() else { return };
        data.extend(encoded);
        secret.remove("stringData");
    }
    if let Some(Value::Object(data)) = secret.get_mut("data") {
        for value in data.values_mut().filter(|value| value.is_null()) {
            *value = Value::String(String::new());
        }
    }
}

/// What is no string is left as it is, so that applying the Secret fails and says why.
fn encode(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(STANDARD.encode(text)),
        other => other.clone(),
    }
}
