//! The logins of `helm registry login` and `docker login`: only those that stand in the file. Programs that keep
//! credentials elsewhere are not run.

use super::credentials::basic;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use git::Credentials;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The largest file that is read.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// The logins of one or several files; earlier ones count first.
#[derive(Debug, Default)]
pub(super) struct RegistryConfig {
    files: Vec<Value>,
}

impl RegistryConfig {
    /// Reads the files that are there.
    pub(super) fn read(paths: &[PathBuf]) -> Self {
        RegistryConfig { files: paths.iter().filter_map(|path| read(path)).collect() }
    }

    /// The login at `host`.
    pub(super) fn credentials(&self, host: &str) -> Credentials {
        self.files.iter().find_map(|file| login(file, host)).unwrap_or_default()
    }
}

fn read(path: &Path) -> Option<Value> {
    if std::fs::metadata(path).ok()?.len() > FILE_BYTES_MAX {
        return None;
    }
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn login(file: &Value, host: &str) -> Option<Credentials> {
    let auths = file.get("auths")?.as_object()?;
    let entry = [host.to_owned(), format!("https://{host}"), format!("https://{host}/v1/")]
        .iter()
        .find_map(|key| auths.get(key))?;
    let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let joined = STANDARD.decode(text("auth")).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let (username, password) = match joined.as_deref().and_then(|joined| joined.split_once(':')) {
        Some((username, password)) => (username.to_owned(), password.to_owned()),
        None => (text("username"), text("password")),
    };
    match basic(&username, &password) {
        Credentials::Anonymous => None,
        credentials => Some(credentials),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn logins_are_found_by_host() {
        let file = json!({"auths": {"ghcr.io": {"auth": "bWU6YTpi"}, "https://r.example": {"username": "u", "password": "p"}, "empty": {}}});
        let config = RegistryConfig { files: vec![file] };
        assert_eq!(config.credentials("ghcr.io"), basic("me", "a:b"));
        assert_eq!(config.credentials("r.example"), basic("u", "p"));
        assert_eq!(config.credentials("empty"), Credentials::Anonymous);
        assert_eq!(config.credentials("other"), Credentials::Anonymous);
    }
}
