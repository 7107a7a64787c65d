//! One Secret that declares a repository, and what it says whatever kind of repository that is.

use git::{ClientCertificate, Credentials, GitError, Proxy, Secret};
use std::collections::BTreeMap;

/// One Secret, its values decoded. They never print.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Declared {
    pub name: Box<str>,
    pub values: BTreeMap<String, String>,
}

impl std::fmt::Debug for Declared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Declared({})", self.name)
    }
}

impl Declared {
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub fn is_true(&self, key: &str) -> bool {
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

/// That nothing is declared by which nothing works here.
pub(super) fn check_supported(declared: &Declared) -> Result<(), RepositorySecretError> {
    match UNSUPPORTED.into_iter().find(|key| declared.get(key).is_some()) {
        Some(field) => Err(RepositorySecretError::Unsupported { secret: declared.name.to_string(), field }),
        None => Ok(()),
    }
}

/// Who we are, but to ssh servers.
pub(super) fn credentials_of(declared: &Declared) -> Option<Credentials> {
    if let Some(token) = declared.get("bearerToken") {
        return Some(Credentials::Bearer(Secret::from(token.to_owned())));
    }
    let password = declared.get("password")?;
    let username = declared.get("username").unwrap_or_default().to_owned();
    Some(Credentials::Basic { username, password: Secret::from(password.to_owned()) })
}

/// A certificate of our own.
pub(super) fn certificate_of(declared: &Declared) -> Option<ClientCertificate> {
    let (certificate, key) = (declared.get("tlsClientCertData")?, declared.get("tlsClientCertKey")?);
    Some(ClientCertificate { certificate: certificate.into(), key: Secret::from(key.to_owned()) })
}

/// The way there.
pub(super) fn proxy_of(declared: &Declared) -> Option<Proxy> {
    let url = Secret::from(declared.get("proxy")?.to_owned());
    Some(Proxy { url, no_proxy: declared.get("noProxy").map(str::to_owned) })
}

/// The host, with its port where the URL names one.
pub(super) fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // Compat: certificates are declared by host name; a port is no part of it.
    authority.split(':').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
pub(super) mod tests {
    use object::Object;
    use serde_json::json;
    use std::collections::BTreeMap;

    /// A Secret of the control plane.
    pub(in crate::sources) fn secret(name: &str, kind: &str, values: &[(&str, &str)]) -> Object {
        use base64::Engine as _;
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let data: BTreeMap<&str, String> = values.iter().map(|(key, value)| (*key, encode(value))).collect();
        let metadata = json!({"name": name, "namespace": "argocd", "labels": {"argocd.argoproj.io/secret-type": kind}});
        Object::from_value(&json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}))
            .expect("a Secret")
    }
}
