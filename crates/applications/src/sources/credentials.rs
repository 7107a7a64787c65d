//! Repositories as Secrets and ConfigMaps of the control plane declare them: credentials, trust, proxies.

use git::{
    ClientCertificate, Credentials, GitError, HostKeys, PlainHttp, Proxy, Remote, Secret, ServerTrust, Trust,
    same_repository,
};
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

/// The Secret with the installation's own secrets.
pub const OWN_SECRET: &str = "argocd-secret";
/// The key in it from which passwords that templates make up follow.
const SERVER_KEY: &str = "server.secretkey";

/// All that is declared about repositories.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repositories {
    repositories: Vec<Declared>,
    templates: Vec<Declared>,
    known_hosts: Arc<str>,
    authorities: BTreeMap<String, Arc<str>>,
    salt: Option<Salt>,
}

/// A secret that never prints.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Salt([u8; 32]);

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt")
    }
}

/// One Secret, its values decoded. They never print.
#[derive(Clone, PartialEq, Eq)]
struct Declared {
    name: Box<str>,
    values: BTreeMap<String, String>,
}

impl std::fmt::Debug for Declared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Declared({})", self.name)
    }
}

impl Declared {
    fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn is_true(&self, key: &str) -> bool {
        self.get(key) == Some("true")
    }
}

/// Why a declared repository cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RepositorySecretError {
    /// The URL is no URL.
    #[error(transparent)]
    Url(#[from] GitError),
    /// It declares what is not supported.
    #[error("Secret {secret} declares {field}, which is not supported by this version of Capstan yet")]
    Unsupported {
        /// The Secret.
        secret: String,
        /// The key in it.
        field: &'static str,
    },
}

/// Keys of a repository Secret by which nothing works here yet.
const UNSUPPORTED: [&str; 4] =
    ["githubAppPrivateKey", "gcpServiceAccountKey", "azureServicePrincipalClientSecret", "useAzureWorkloadIdentity"];

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
        for declared in template.into_iter().chain(repository) {
            apply(&mut remote, declared)?;
        }
        self.trust(&mut remote, repository, template);
        Ok(remote)
    }

    fn template(&self, url: &str) -> Option<&Declared> {
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
        let host = host(&remote.url.to_string());
        let tls = match self.authorities.get(&host) {
            _ if is_insecure("insecure") => ServerTrust::Anything,
            Some(authority) => ServerTrust::Only(Arc::clone(authority)),
            None => ServerTrust::System,
        };
        remote.trust = Trust { tls, host_keys };
    }
}

fn apply(remote: &mut Remote, declared: &Declared) -> Result<(), RepositorySecretError> {
    if let Some(field) = UNSUPPORTED.into_iter().find(|key| declared.get(key).is_some()) {
        return Err(RepositorySecretError::Unsupported { secret: declared.name.to_string(), field });
    }
    if let Some(key) = declared.get("sshPrivateKey") {
        remote.credentials = Credentials::SshKey { private_key: Secret::from(key.to_owned()), passphrase: None };
    } else if let Some(token) = declared.get("bearerToken") {
        remote.credentials = Credentials::Bearer(Secret::from(token.to_owned()));
    } else if let Some(password) = declared.get("password") {
        let username = declared.get("username").unwrap_or_default().to_owned();
        remote.credentials = Credentials::Basic { username, password: Secret::from(password.to_owned()) };
    }
    if let (Some(certificate), Some(key)) = (declared.get("tlsClientCertData"), declared.get("tlsClientCertKey")) {
        let key = Secret::from(key.to_owned());
        remote.client_certificate = Some(ClientCertificate { certificate: certificate.into(), key });
    }
    if let Some(proxy) = declared.get("proxy") {
        let no_proxy = declared.get("noProxy").map(str::to_owned);
        remote.proxy = Some(Proxy { url: Secret::from(proxy.to_owned()), no_proxy });
    }
    if declared.is_true("insecure") {
        remote.plain_http = PlainHttp::Allowed;
    }
    Ok(())
}

/// The host, with its port where the URL names one.
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // Compat: certificates are declared by host name; a port is no part of it.
    authority.split(':').next().unwrap_or_default().to_owned()
}

fn strings(object: &Object, pointer: &str) -> BTreeMap<String, String> {
    let Some(Value::Object(map)) = object.get(pointer) else { return BTreeMap::new() };
    map.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned()))).collect()
}

fn secret_values(object: &Object) -> BTreeMap<String, String> {
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
    use base64::Engine as _;
    use serde_json::json;

    fn secret(name: &str, kind: &str, values: &[(&str, &str)]) -> Object {
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let data: BTreeMap<&str, String> = values.iter().map(|(key, value)| (*key, encode(value))).collect();
        let metadata = json!({"name": name, "namespace": "argocd", "labels": {SECRET_TYPE: kind}});
        Object::from_value(&json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}))
            .expect("a Secret")
    }

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
