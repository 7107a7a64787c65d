//! Docker's file of credentials: what Secrets of type `kubernetes.io/dockerconfigjson` hold.

use crate::login::Login;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Text that is no such file. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DockerConfigError {
    /// It is something else.
    #[error("not Docker's file of credentials: JSON with `auths` is expected")]
    Shape,
    /// The entry cannot be read.
    #[error("the entry of the registry holds neither username and password nor a readable auth")]
    Entry,
    /// There is none.
    #[error("it has no entry for the registry")]
    Absent,
}

#[derive(Deserialize)]
struct File {
    auths: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Entry {
    username: String,
    password: String,
    auth: String,
    registrytoken: String,
}

/// The login of a registry, named by the prefix of its images or by the host of its API.
///
/// # Errors
/// When the file or its entry cannot be read, or there is none for the registry.
pub fn login_of(text: &str, prefix: &str, host: &str) -> Result<Login, DockerConfigError> {
    let file: File = serde_json::from_str(text).map_err(|_| DockerConfigError::Shape)?;
    let fits = |key: &str| {
        let key = bare(key);
        key == prefix || key == host || (is_docker_hub(key) && (is_docker_hub(prefix) || is_docker_hub(host)))
    };
    let entry = file.auths.iter().find(|(key, _)| fits(key)).map(|(_, entry)| entry);
    read(entry.ok_or(DockerConfigError::Absent)?)
}

fn read(entry: &Entry) -> Result<Login, DockerConfigError> {
    if !entry.registrytoken.is_empty() {
        return Ok(Login::Bearer(entry.registrytoken.as_str().into()));
    }
    if !entry.username.is_empty() {
        let (username, password) = (entry.username.clone(), entry.password.as_str().into());
        return Ok(Login::Basic { username, password });
    }
    let pair = STANDARD.decode(entry.auth.trim()).ok().and_then(|pair| String::from_utf8(pair).ok());
    let pair = pair.ok_or(DockerConfigError::Entry)?;
    Login::parse(&pair).map_err(|_| DockerConfigError::Entry)
}

/// The host of a key, which may be a URL: `https://index.docker.io/v1/`.
fn bare(key: &str) -> &str {
    let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

fn is_docker_hub(host: &str) -> bool {
    host.is_empty() || host == "docker.io" || host.ends_with(".docker.io")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_registry_is_found() {
        let text = r#"{"auths": {
            "https://index.docker.io/v1/": {"auth": "aHViOnNlY3JldA=="},
            "ghcr.io": {"username": "me", "password": "p"},
            "https://quay.io/v2/": {"registrytoken": "t"},
            "broken.example": {"auth": "!"}}}"#;
        let login = |prefix: &str, host: &str| login_of(text, prefix, host);
        let basic =
            |username: &str, password: &str| Ok(Login::Basic { username: username.into(), password: password.into() });
        assert_eq!(login("docker.io", "registry-1.docker.io"), basic("hub", "secret"));
        assert_eq!(login("", "registry-1.docker.io"), basic("hub", "secret"));
        assert_eq!(login("ghcr.io", "ghcr.io"), basic("me", "p"));
        assert_eq!(login("quay.io", "quay.io"), Ok(Login::Bearer("t".into())));
        assert_eq!(login("broken.example", "broken.example"), Err(DockerConfigError::Entry));
        assert_eq!(login("other.example", "other.example"), Err(DockerConfigError::Absent));
        assert_eq!(login_of("[]", "ghcr.io", "ghcr.io"), Err(DockerConfigError::Shape));
    }
}
