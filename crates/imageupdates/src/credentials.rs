//! Who we are to registries and repositories.

use crate::options::Options;
use crate::program;
use crate::settings::{Settings, SigningMethod};
use applications::sources::secret_values;
use cluster::ClusterClient;
use git::{Credentials, OpenPgp, OpenPgpKey, Secret, Signer, SshSigner};
use images::{ImageReference, PullSecret, PullSecretError};
use object::Gvk;
use registry::{CosignKey, Login, Registry, login_of};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use web::{Reach, ServerTrust};

/// The key in Docker's Secrets.
const DOCKER_CONFIG: &str = ".dockerconfigjson";

/// The largest signing key that is read.
const KEY_BYTES_MAX: u64 = 64 << 10;

/// How private keys of OpenPGP begin.
const ARMOUR: &str = "-----BEGIN PGP PRIVATE KEY BLOCK-----";

/// The values of a Secret.
type Values = Arc<BTreeMap<String, String>>;

/// Reads credentials during one cycle; each Secret and program is asked once.
pub(crate) struct Wallet<'w> {
    pub(crate) client: &'w ClusterClient,
    pub(crate) settings: &'w Settings,
    pub(crate) programs: Option<PathBuf>,
    pub(crate) reach: Reach,
    secrets: tokio::sync::Mutex<BTreeMap<(String, String), Values>>,
    printed: tokio::sync::Mutex<BTreeMap<String, Result<String, String>>>,
}

impl<'w> Wallet<'w> {
    pub(crate) fn new(options: &'w Options, settings: &'w Settings) -> Self {
        Wallet {
            client: &options.client,
            settings,
            programs: options.programs.clone(),
            reach: options.reach,
            secrets: tokio::sync::Mutex::default(),
            printed: tokio::sync::Mutex::default(),
        }
    }

    /// The registry of an image, with the credentials of the application where it names some.
    pub(crate) async fn registry(
        &self,
        image: &ImageReference,
        pull_secret: Option<&str>,
        namespace: &str,
    ) -> Result<Arc<Registry>, String> {
        let own = pull_secret.map(|text| PullSecret::parse_of_application(text, namespace));
        self.registry_as(image, own).await
    }

    /// The same with these credentials in place of the configured ones.
    pub(crate) async fn registry_as(
        &self,
        image: &ImageReference,
        own: Option<Result<PullSecret, PullSecretError>>,
    ) -> Result<Arc<Registry>, String> {
        let mut configured = self.settings.registries.of(image);
        if !configured.ca_file.is_empty() && configured.ca_data.is_empty() {
            configured.ca_data = tokio::fs::read_to_string(&configured.ca_file)
                .await
                .map_err(|error| format!("registries.conf: {}: {error}", configured.ca_file))?;
        }
        let secret = match (own, configured.credentials.as_str()) {
            (Some(own), _) => Some(own),
            (None, "") => None,
            (None, text) => Some(PullSecret::parse(text)),
        };
        let mut registry =
            Registry::new(&configured, Login::Anonymous, self.reach).map_err(|error| error.to_string())?;
        if registry.trust == ServerTrust::System
            && let Some(pem) = self.settings.authorities.get(registry.url.host_str().unwrap_or_default())
        {
            registry.trust = ServerTrust::Also(pem.as_str().into());
        }
        let login = match secret {
            None => Login::Anonymous,
            Some(secret) => {
                let secret = secret.map_err(|error| error.to_string())?;
                self.login(&secret, &configured.prefix, &registry.host()).await?
            }
        };
        Ok(Arc::new(Registry { login, ..registry }))
    }

    async fn login(&self, secret: &PullSecret, prefix: &str, host: &str) -> Result<Login, String> {
        let pair = |text: &str, of: &str| Login::parse(text).map_err(|error| format!("{of}: {error}"));
        match secret {
            PullSecret::DockerConfig { namespace, name } => {
                let text = self.value(namespace, name, DOCKER_CONFIG).await?;
                login_of(&text, prefix, host).map_err(|error| format!("Secret {namespace}/{name}: {error}"))
            }
            PullSecret::Field { namespace, name, field } => {
                pair(&self.value(namespace, name, field).await?, &format!("Secret {namespace}/{name}, {field}"))
            }
            PullSecret::Environment(variable) => {
                let text = std::env::var(variable).map_err(|_| format!("the variable {variable} is not set"))?;
                pair(&text, &format!("the variable {variable}"))
            }
            PullSecret::Program(path) => {
                let mut printed = self.printed.lock().await;
                let text = match printed.get(path) {
                    Some(known) => known.clone(),
                    None => {
                        let text = program::output(path, self.programs.as_deref()).await;
                        printed.insert(path.clone(), text.clone());
                        text
                    }
                };
                pair(text?.trim(), path)
            }
        }
    }

    /// One value of a Secret.
    pub(crate) async fn value(&self, namespace: &str, name: &str, key: &str) -> Result<String, String> {
        let values = self.secret(namespace, name).await?;
        values.get(key).cloned().ok_or_else(|| format!("Secret {namespace}/{name} has no {key}"))
    }

    async fn secret(&self, namespace: &str, name: &str) -> Result<Values, String> {
        let at = (namespace.to_owned(), name.to_owned());
        let mut known = self.secrets.lock().await;
        if let Some(values) = known.get(&at) {
            return Ok(Arc::clone(values));
        }
        let found = self.client.get(&Gvk::new("", "v1", "Secret"), Some(namespace), name).await;
        let found = found.map_err(|error| format!("Secret {namespace}/{name}: {error}"))?;
        let found = found.ok_or_else(|| format!("there is no Secret {namespace}/{name}"))?;
        let values = Arc::new(secret_values(&found));
        known.insert(at, Arc::clone(&values));
        Ok(values)
    }

    /// The key that must have signed an image.
    pub(crate) async fn cosign_key(&self, namespace: &str, secret: &str, key: &str) -> Result<CosignKey, String> {
        let pem = self.value(namespace, secret, key).await?;
        CosignKey::parse(&pem).map_err(|error| format!("Secret {namespace}/{secret}, {key}: {error}"))
    }

    /// Credentials of a repository from a Secret `namespace/name`, which must be the application's own to use.
    pub(crate) async fn of_repository(&self, secret: &str, namespaces: &[&str]) -> Result<Credentials, String> {
        let (namespace, name) = secret.split_once('/').unwrap_or_default();
        if !namespaces.contains(&namespace) {
            return Err(format!("the Secret {secret} is in another namespace than the application"));
        }
        let values = self.secret(namespace, name).await?;
        let get = |key: &str| values.get(key).map(String::as_str).filter(|text| !text.is_empty());
        if let Some(key) = get("sshPrivateKey") {
            return Ok(Credentials::SshKey { private_key: Secret::from(key), passphrase: None });
        }
        if let Some(token) = get("bearerToken") {
            return Ok(Credentials::Bearer(Secret::from(token)));
        }
        let password =
            get("password").ok_or_else(|| format!("the Secret {secret} has neither password nor sshPrivateKey"))?;
        let username = get("username").unwrap_or_default().to_owned();
        Ok(Credentials::Basic { username, password: Secret::from(password) })
    }

    /// Who signs commits, where somebody does.
    pub(crate) async fn signer(&self) -> Result<Option<Signer>, String> {
        let Some(place) = &self.settings.signing_key else { return Ok(None) };
        let text = match place.strip_prefix("secret:") {
            Some(rest) => {
                let form =
                    || format!("git.commit-signing-key is {place:?}; secret:<namespace>/<name>#<field> is expected");
                let (secret, field) = rest.split_once('#').ok_or_else(form)?;
                let (namespace, name) = secret.split_once('/').ok_or_else(form)?;
                self.value(namespace, name, field).await?
            }
            // Compat: OpenPGP is meant unless something else is said, and its keys are named, not kept in files.
            None if !place.contains('/') && self.settings.signing_method != SigningMethod::Ssh => {
                return Ok(Some(open_pgp(OpenPgpKey::Kept(place.clone()))));
            }
            None => read(place).await?,
        };
        let is_open_pgp = match self.settings.signing_method {
            SigningMethod::ByKey => text.contains(ARMOUR),
            method => method == SigningMethod::OpenPgp,
        };
        let key = Secret::from(text);
        Ok(Some(match is_open_pgp {
            true => open_pgp(OpenPgpKey::Armoured(key)),
            false => Signer::Ssh(SshSigner { key, passphrase: None }),
        }))
    }
}

/// The program that is found on the path, as Git finds it.
fn open_pgp(key: OpenPgpKey) -> Signer {
    Signer::OpenPgp(OpenPgp { program: PathBuf::from("gpg"), key })
}

async fn read(path: &str) -> Result<String, String> {
    let at = |error: &dyn std::fmt::Display| format!("git.commit-signing-key: {path}: {error}");
    let length = tokio::fs::metadata(path).await.map_err(|error| at(&error))?.len();
    if length > KEY_BYTES_MAX {
        return Err(at(&format!("it has more than {KEY_BYTES_MAX} bytes")));
    }
    tokio::fs::read_to_string(path).await.map_err(|error| at(&error))
}
