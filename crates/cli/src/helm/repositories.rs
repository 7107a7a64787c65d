//! The repositories of `helm repo add`: names, URLs, credentials.

use budget::{Budget, Limits};
use serde_json::Value;
use std::path::Path;
use yaml::Dialect;

/// A list of names is small.
const LIMITS: Limits = Limits { fuel: 1_000_000, bytes: 16 << 20, depth: 32 };

/// One repository.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct RepositoryEntry {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) username: String,
    pub(super) password: String,
    pub(super) cert_file: String,
    pub(super) key_file: String,
    pub(super) ca_file: String,
    pub(super) insecure_skip_tls_verify: bool,
    pub(super) pass_credentials_all: bool,
}

/// The repositories of the file; none when it is not there.
///
/// # Errors
/// When it is no YAML.
pub(super) fn read(path: &Path) -> Result<Vec<RepositoryEntry>, String> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("couldn't load repositories file ({}): {error}", path.display())),
    };
    let value = yaml::parse_one(&text, Dialect::V2, &mut Budget::new(LIMITS))
        .map_err(|error| format!("couldn't load repositories file ({}): {error}", path.display()))?;
    let listed = value.get("repositories").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Ok(listed.iter().map(entry).collect())
}

fn entry(value: &Value) -> RepositoryEntry {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let flag = |key: &str| value.get(key).and_then(Value::as_bool).unwrap_or_default();
    RepositoryEntry {
        name: text("name"),
        url: text("url"),
        username: text("username"),
        password: text("password"),
        cert_file: text("certFile"),
        key_file: text("keyFile"),
        ca_file: text("caFile"),
        insecure_skip_tls_verify: flag("insecure_skip_tls_verify"),
        pass_credentials_all: flag("pass_credentials_all"),
    }
}
