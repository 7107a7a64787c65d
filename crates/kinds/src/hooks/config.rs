//! Config maps and secrets.

use crate::checks::text::{config_key, invalid_each};
use crate::field::{Errors, Path, quoted};
use crate::kind::{Hooks, PLAIN};
use crate::read;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// Bytes that the data of one object may take.
pub const DATA_BYTES_MAX: usize = 1024 * 1024;

const DATA: Path<'static> = Path::root("data");
const IMMUTABLE: &str = "field is immutable when `immutable` is set";

/// What is special about config maps.
pub const CONFIG_MAP: Hooks = Hooks {
    validate: validate_config_map,
    validate_update: |new, old, errors| {
        immutable(new, old, &["data", "binaryData"], errors);
        validate_config_map(new, errors);
    },
    ..PLAIN
};

/// What is special about secrets.
pub const SECRET: Hooks = Hooks {
    create: |secret, _| fold_plain_text(secret),
    update: |secret, _| fold_plain_text(secret),
    validate: validate_secret,
    validate_update: |new, old, errors| {
        if new.get("type") != old.get("type") {
            errors.invalid(&Path::root("type"), read::at(new, "type"), "field is immutable");
        }
        immutable(new, old, &["data"], errors);
        validate_secret(new, errors);
    },
    warnings: |secret, _| certificate_warnings(secret),
    ..PLAIN
};

fn immutable(new: &Value, old: &Value, fields: &[&str], errors: &mut Errors) {
    if !read::flag(old, "immutable") {
        return;
    }
    if !read::flag(new, "immutable") {
        errors.forbidden(&Path::root("immutable"), IMMUTABLE);
    }
    for field in fields.iter().filter(|field| new.get(**field) != old.get(**field)) {
        errors.forbidden(&Path::root(field), IMMUTABLE);
    }
}

fn validate_config_map(map: &Value, errors: &mut Errors) {
    const BINARY: Path<'static> = Path::root("binaryData");
    let mut bytes = 0;
    let binary = read::map(map, "binaryData");
    for (key, value) in read::entries(map, "data") {
        invalid_each(&DATA.key(key), key, config_key(key), errors);
        if binary.is_some_and(|binary| binary.contains_key(key)) {
            errors.invalid_text(&DATA.key(key), key, "duplicate of key present in binaryData");
        }
        bytes += value.as_str().map_or(0, str::len);
    }
    for (key, value) in read::entries(map, "binaryData") {
        invalid_each(&BINARY.key(key), key, config_key(key), errors);
        bytes += decoded_bytes(value);
    }
    if bytes > DATA_BYTES_MAX {
        // Compat: the field of the whole object is written so.
        errors.too_long(&Path::root("[]"), DATA_BYTES_MAX);
    }
}

/// Bytes that base64 text stands for.
fn decoded_bytes(value: &Value) -> usize {
    let text = value.as_str().unwrap_or_default();
    text.trim_end_matches('=').len() * 3 / 4
}

/// Moves `stringData` into `data`, over what stands there.
fn fold_plain_text(secret: &mut Value) {
    let Some(Value::Object(plain)) = read::object_mut(secret).remove("stringData") else { return };
    let data = read::object_mut(read::at_mut(secret, "data"));
    for (key, value) in plain {
        let encoded = STANDARD.encode(value.as_str().unwrap_or_default());
        data.insert(key, encoded.into());
    }
    if data.is_empty() {
        read::remove(secret, "data");
    }
}

fn validate_secret(secret: &Value, errors: &mut Errors) {
    let empty = Map::new();
    let data = read::map(secret, "data").unwrap_or(&empty);
    let mut bytes = 0;
    for (key, value) in data {
        invalid_each(&DATA.key(key), key, config_key(key), errors);
        bytes += decoded_bytes(value);
    }
    if bytes > DATA_BYTES_MAX {
        errors.too_long(&DATA, DATA_BYTES_MAX);
    }
    by_type(secret, data, errors);
}

fn by_type(secret: &Value, data: &Map<String, Value>, errors: &mut Errors) {
    let required = |key: &str, errors: &mut Errors| {
        if !data.contains_key(key) {
            errors.required(&DATA.key(key), "");
        }
    };
    match read::text(secret, "type") {
        "kubernetes.io/service-account-token" => {
            const KEY: &str = "kubernetes.io/service-account.name";
            let annotations = read::map(read::at(secret, "metadata"), "annotations");
            let name = annotations.and_then(|map| map.get(KEY)).and_then(Value::as_str).unwrap_or_default();
            if name.is_empty() {
                let metadata = Path::root("metadata");
                errors.required(&metadata.child("annotations").key(KEY), "");
            }
        }
        "kubernetes.io/dockercfg" => docker_config(".dockercfg", data, errors),
        "kubernetes.io/dockerconfigjson" => docker_config(".dockerconfigjson", data, errors),
        "kubernetes.io/basic-auth" if !data.contains_key("username") && !data.contains_key("password") => {
            required("username", errors);
            required("password", errors);
        }
        "kubernetes.io/ssh-auth" => required("ssh-privatekey", errors),
        "kubernetes.io/tls" => {
            required("tls.crt", errors);
            required("tls.key", errors);
        }
        _ => (),
    }
}

fn decoded(data: &Map<String, Value>, key: &str) -> Option<Vec<u8>> {
    STANDARD.decode(data.get(key)?.as_str()?).ok()
}

fn docker_config(key: &str, data: &Map<String, Value>, errors: &mut Errors) {
    let Some(content) = decoded(data, key) else { return errors.required(&DATA.key(key), "") };
    if serde_json::from_slice::<Map<String, Value>>(&content).is_ok() {
        return;
    }
    let first = content.iter().find(|byte| !byte.is_ascii_whitespace());
    let message = match first {
        None => "unexpected end of JSON input".to_owned(),
        Some(b'{') => "invalid character in JSON".to_owned(),
        Some(first) => format!("invalid character '{}' looking for beginning of value", char::from(*first)),
    };
    errors.invalid_shown(&DATA.key(key), quoted("<secret contents redacted>"), message);
}

fn certificate_warnings(secret: &Value) -> Vec<String> {
    let empty = Map::new();
    let data = read::map(secret, "data").unwrap_or(&empty);
    if read::text(secret, "type") != "kubernetes.io/tls" {
        return Vec::new();
    }
    let has_pem = |key| decoded(data, key).is_some_and(|text| text.windows(11).any(|part| part == b"-----BEGIN "));
    match (has_pem("tls.crt"), has_pem("tls.key")) {
        (false, _) => vec!["tls: failed to find any PEM data in certificate input".to_owned()],
        (true, false) => vec!["tls: failed to find any PEM data in key input".to_owned()],
        (true, true) => Vec::new(),
    }
}
