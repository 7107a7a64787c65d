//! Repositories as Secrets and ConfigMaps of the control plane declare them: credentials, trust, proxies.

use super::build_settings::{BuildSettings, CONFIG};
use super::declared::{
    Declared, RepositorySecretError, certificate_of, check_supported, credentials_of, host, proxy_of,
};
use git::{Credentials, HostKeys, Place, PlainHttp, Reach, Remote, Secret, ServerTrust, Trust, same_repository};
use object::Object;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The label that says what a Secret is for.
pub const SECRET_TYPE: &str = "argocd.argoproj.io/secret-type";
/// The ConfigMap with ssh host keys.
pub const KNOWN_HOSTS: &str = "argocd-ssh-known-hosts-cm";
/// The ConfigMap with certificate authorities by host.
pub const TLS_CERTS: &str = "argocd-tls-certs-cm";

/// The ConfigMap with the OpenPGP keys that are trusted, by their identity.
pub const GPG_KEYS: &str = "argocd-gpg-keys-cm";

/// The Secret with the installation's own secrets.
pub const OWN_SECRET: &str = "argocd-secret";
/// The key in it from which passwords that templates make up follow.
const SERVER_KEY: &str = "server.secretkey";

/// All that is declared about repositories.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repositories {
    pub(super) repositories: Vec<Declared>,
    pub(super) templates: Vec<Declared>,
    known_hosts: Arc<str>,
    authorities: BTreeMap<String, Arc<str>>,
    salt: Option<Salt>,
    build: BuildSettings,
    pub(super) person: Option<Person>,
}

/// What a person on their own machine allows, who has declared nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Which addresses may be asked for what others name.
    pub reach: Reach,
    /// Who they are to ssh servers.
    pub ssh: Option<Credentials>,
    /// The ssh servers they know, as a `known_hosts` file says it.
    pub known_hosts: Arc<str>,
}

/// A secret that never prints.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Salt([u8; 32]);

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt")
    }
}

impl Repositories {
    /// Reads the Secrets and ConfigMaps of the control plane's namespace; others are left aside.
    #[must_use]
    pub fn read<'o>(objects: impl IntoIterator<Item = &'o Object>) -> Self {
        let mut read = Repositories::default();
        for object in objects {
            match (&*object.gvk().kind, object.name()) {
                ("ConfigMap", KNOWN_HOSTS) => {
                    let hosts = strings(object, "/data").remove("ssh_known_hosts").unwrap_or_default();
                    read.known_hosts = hosts.into();
                }
                ("ConfigMap", CONFIG) => read.build = BuildSettings::read(strings(object, "/data")),
                ("ConfigMap", TLS_CERTS) => {
                    let authorities = strings(object, "/data").into_iter().map(|(host, pem)| (host, pem.into()));
                    read.authorities = authorities.collect();
                }
                ("Secret", OWN_SECRET) => {
                    let key = secret_values(object).remove(SERVER_KEY).filter(|key| !key.is_empty());
                    read.salt = key.map(|key| Salt(Sha256::digest(format!("render {key}")).into()));
                }
                ("Secret", _) => read.add_secret(object),
                _ => {}
            }
        }
        read
    }

    /// A person on their own machine: nothing is declared, and repositories of this machine are theirs.
    #[must_use]
    pub fn of_person(person: Person) -> Self {
        let known_hosts = Arc::clone(&person.known_hosts);
        Repositories { person: Some(person), known_hosts, ..Repositories::default() }
    }

    /// How sources are rendered: `base`, with what the control plane's ConfigMap says.
    #[must_use]
    pub fn settings(&self, base: &render::Settings) -> render::Settings {
        self.build.over(base)
    }

    /// The secret of this installation from which passwords that templates make up follow, where it has one.
    #[must_use]
    pub fn salt(&self) -> Option<[u8; 32]> {
        self.salt.map(|salt| salt.0)
    }

    fn add_secret(&mut self, object: &Object) {
        let declared = || Declared { name: object.name().into(), values: secret_values(object) };
        match object.meta().labels.get(SECRET_TYPE).map(|label| &**label) {
            Some("repository") => self.repositories.push(declared()),
            Some("repo-creds") => self.templates.push(declared()),
            _ => {}
        }
    }

    /// How to reach the repository at `url` for applications of `project`: a repository declared for the project, else
    /// for all projects, else credentials of the template with the longest URL that begins `url`.
    ///
    /// # Errors
    /// The URL is none, or what is declared cannot be used.
    pub fn remote(&self, url: &str, project: &str) -> Result<Remote, RepositorySecretError> {
        let same = |declared: &&Declared| declared.get("url").is_some_and(|own| same_repository(own, url));
        let of = |owner: Option<&str>| self.repositories.iter().filter(same).find(|d| d.get("project") == owner);
        let repository = of(Some(project)).or_else(|| of(None));
        let has_own = repository.is_some_and(|declared| {
            ["password", "bearerToken", "sshPrivateKey"].iter().any(|key| declared.get(key).is_some())
        });
        let template = if has_own { None } else { self.template(url) };
        let mut remote = Remote::parse(url)?;
        if let (Place::Ssh(_), Some(ssh)) =
            (remote.url.place(), self.person.as_ref().and_then(|person| person.ssh.as_ref()))
        {
            remote.credentials = ssh.clone();
        }
        for declared in template.into_iter().chain(repository) {
            apply(&mut remote, declared)?;
        }
        self.trust(&mut remote, repository, template);
        Ok(remote)
    }

    /// The template with the longest URL that begins `url`.
    pub(super) fn template(&self, url: &str) -> Option<&Declared> {
        let begins = |declared: &&Declared| {
            declared
                .get("url")
                .is_some_and(|own| url.to_lowercase().starts_with(&own.trim_end_matches('/').to_lowercase()))
        };
        self.templates.iter().filter(begins).max_by_key(|declared| declared.get("url").map_or(0, str::len))
    }

    fn trust(&self, remote: &mut Remote, repository: Option<&Declared>, template: Option<&Declared>) {
        let is_insecure = |key| repository.into_iter().chain(template).any(|declared| declared.is_true(key));
        let host_keys = if is_insecure("insecureIgnoreHostKey") || is_insecure("insecure") {
            HostKeys::Anything
        } else {
            HostKeys::Known(Arc::clone(&self.known_hosts))
        };
        let tls =
            if is_insecure("insecure") { ServerTrust::Anything } else { self.server_trust(&remote.url.to_string()) };
        remote.trust = Trust { tls, host_keys };
    }

    /// Which TLS certificates of the host of `url` are accepted.
    pub(super) fn server_trust(&self, url: &str) -> ServerTrust {
        self.authorities.get(&host(url)).map_or(ServerTrust::System, |pem| ServerTrust::Only(Arc::clone(pem)))
    }
}

fn apply(remote: &mut Remote, declared: &Declared) -> Result<(), RepositorySecretError> {
    check_supported(declared)?;
    if let Some(key) = declared.get("sshPrivateKey") {
        remote.credentials = Credentials::SshKey { private_key: Secret::from(key.to_owned()), passphrase: None };
    } else if let Some(credentials) = credentials_of(declared) {
        remote.credentials = credentials;
    }
    remote.client_certificate = certificate_of(declared).or(remote.client_certificate.take());
    remote.proxy = proxy_of(declared).or(remote.proxy.take());
    if declared.is_true("insecure") {
        remote.plain_http = PlainHttp::Allowed;
    }
    Ok(())
}

fn strings(object: &Object, pointer: &str) -> BTreeMap<String, String> {
    let Some(Value::Object(map)) = object.get(pointer) else { return BTreeMap::new() };
    map.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned()))).collect()
}

/// The values of a Secret that are text, decoded.
pub fn secret_values(object: &Object) -> BTreeMap<String, String> {
    use base64::Engine as _;
    let decode = |text: &str| {
        let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
        String::from_utf8(bytes).ok()
    };
    strings(object, "/data").into_iter().filter_map(|(key, text)| Some((key, decode(&text)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::declared::tests::secret;
    use serde_json::json;

    fn user(repositories: &Repositories, url: &str, project: &str) -> String {
        match repositories.remote(url, project).expect("a remote").credentials {
            Credentials::Basic { username, .. } => username,
            Credentials::Anonymous => "nobody".into(),
            _ => "somebody".into(),
        }
    }

    #[test]
    fn the_nearest_declaration_wins() {
        let repositories = Repositories::read(&[
            secret(
                "all",
                "repository",
                &[("url", "https://git.example/a.git"), ("username", "all"), ("password", "x")],
            ),
            secret(
                "mine",
                "repository",
                &[("url", "https://GIT.example/a"), ("project", "p"), ("username", "mine"), ("password", "x")],
            ),
            secret("short", "repo-creds", &[("url", "https://git.example/"), ("username", "short"), ("password", "x")]),
            secret(
                "long",
                "repo-creds",
                &[("url", "https://git.example/team"), ("username", "long"), ("password", "x")],
            ),
            secret("bare", "repository", &[("url", "https://git.example/team/bare")]),
            secret("other", "unrelated", &[("url", "https://git.example/a.git")]),
        ]);
        assert_eq!(user(&repositories, "https://git.example/a.git", "p"), "mine");
        assert_eq!(user(&repositories, "https://git.example/a.git", "q"), "all");
        assert_eq!(user(&repositories, "https://git.example/b.git", "q"), "short");
        assert_eq!(user(&repositories, "https://git.example/team/bare", "q"), "long");
        assert_eq!(user(&repositories, "https://elsewhere.example/b.git", "q"), "nobody");
    }

    #[test]
    fn what_is_not_supported_is_named() {
        let values = [("url", "https://git.example/a.git"), ("githubAppPrivateKey", "key")];
        let repositories = Repositories::read(&[secret("app", "repository", &values)]);
        let refused = repositories.remote("https://git.example/a.git", "p").expect_err("not supported");
        assert!(refused.to_string().starts_with("Secret app declares githubAppPrivateKey"), "{refused}");
        assert!(!format!("{repositories:?}").contains("key\""), "values must not print");
    }

    #[test]
    fn authorities_and_host_keys_are_those_of_the_control_plane() {
        let map = |name: &str, data: serde_json::Value| {
            Object::from_value(
                &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}),
            )
            .expect("a ConfigMap")
        };
        let repositories = Repositories::read(&[
            map(KNOWN_HOSTS, json!({"ssh_known_hosts": "git.example ssh-ed25519 AAAA"})),
            map(TLS_CERTS, json!({"git.example": "PEM"})),
        ]);
        let trust = repositories.remote("https://git.example:8443/a.git", "p").expect("a remote").trust;
        assert_eq!(trust.tls, ServerTrust::Only("PEM".into()));
        assert_eq!(trust.host_keys, HostKeys::Known("git.example ssh-ed25519 AAAA".into()));
    }
}
