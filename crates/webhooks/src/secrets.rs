//! What senders prove themselves with, and the proofs. Everything secret is compared in constant time.

use crate::delivery::{Delivery, Sender};
use crate::refusal::Refusal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use std::collections::BTreeMap;
use std::fmt;
use subtle::ConstantTimeEq;

/// What each sender proves itself with. `Debug` shows none of it.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<&'static str, String>);

/// A key of `argocd-secret`, or, for registries, the image updater's own key for the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    updater: Option<&'static str>,
}

impl Key {
    const fn new(name: &'static str) -> Self {
        Key { name, updater: None }
    }

    const fn registry(name: &'static str, updater: &'static str) -> Self {
        Key { name, updater: Some(updater) }
    }
}

pub(crate) const GITHUB: Key = Key::new("webhook.github.secret");
pub(crate) const GITLAB: Key = Key::new("webhook.gitlab.secret");
pub(crate) const BITBUCKET: Key = Key::new("webhook.bitbucket.uuid");
pub(crate) const BITBUCKET_SERVER: Key = Key::new("webhook.bitbucketserver.secret");
pub(crate) const GOGS: Key = Key::new("webhook.gogs.secret");
pub(crate) const AZURE_USER: Key = Key::new("webhook.azuredevops.username");
pub(crate) const AZURE_PASSWORD: Key = Key::new("webhook.azuredevops.password");
pub(crate) const HARBOR: Key = Key::registry("webhook.harbor.secret", "webhook.harbor-secret");
pub(crate) const GHCR: Key = Key::registry("webhook.ghcr.secret", "webhook.ghcr-secret");
pub(crate) const DOCKER: Key = Key::registry("webhook.docker.secret", "webhook.docker-secret");
pub(crate) const QUAY: Key = Key::registry("webhook.quay.secret", "webhook.quay-secret");
pub(crate) const AZURE_REGISTRY: Key = Key::registry("webhook.acr.secret", "webhook.acr-secret");
pub(crate) const ALIBABA: Key = Key::registry("webhook.aliyun-acr.secret", "webhook.aliyun-acr-secret");
pub(crate) const CLOUD_EVENTS: Key = Key::registry("webhook.cloudevents.secret", "webhook.cloudevents-secret");

const ALL: [Key; 14] = [
    GITHUB,
    GITLAB,
    BITBUCKET,
    BITBUCKET_SERVER,
    GOGS,
    AZURE_USER,
    AZURE_PASSWORD,
    HARBOR,
    GHCR,
    DOCKER,
    QUAY,
    AZURE_REGISTRY,
    ALIBABA,
    CLOUD_EVENTS,
];

impl Secrets {
    /// Takes the webhook keys by looking each up: in `argocd-secret`, for registries also under the image updater's own
    /// names (`webhook.docker-secret` and so on). References such as `$other-key` are the caller's to resolve.
    #[must_use]
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let mut secrets = BTreeMap::new();
        for key in ALL {
            let found = [Some(key.name), key.updater].into_iter().flatten().find_map(&get);
            if let Some(secret) = found.filter(|secret| !secret.is_empty()) {
                secrets.insert(key.name, secret);
            }
        }
        Secrets(secrets)
    }

    pub(crate) fn get(&self, key: Key) -> Option<&str> {
        self.0.get(key.name).map(String::as_str)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

fn refused(sender: Sender, problem: &'static str) -> Refusal {
    Refusal::Unauthorized { sender, problem }
}

/// Whether what was sent is the secret. Nothing is demanded where none is configured.
pub(crate) fn is_secret(
    sender: Sender,
    secret: Option<&str>,
    sent: Option<&str>,
    missing: &'static str,
) -> Result<(), Refusal> {
    let Some(secret) = secret else { return Ok(()) };
    let sent = sent.ok_or_else(|| refused(sender, missing))?;
    if is_equal(secret.as_bytes(), sent.as_bytes()) {
        Ok(())
    } else {
        Err(refused(sender, "the secret is not the configured one"))
    }
}

fn is_equal(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// A signature in a header, of the whole body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed {
    pub(crate) sender: Sender,
    /// Headers that may hold it, the strongest first.
    pub(crate) headers: &'static [&'static str],
    /// The digest when the header does not name one before an equals sign.
    pub(crate) unnamed: Option<&'static str>,
}

impl Signed {
    /// Whether the body is signed with the secret. Nothing is demanded where none is configured.
    pub(crate) fn check(&self, delivery: &Delivery<'_>, secret: Option<&str>) -> Result<(), Refusal> {
        let Some(secret) = secret else { return Ok(()) };
        let sent = self.headers.iter().find_map(|name| delivery.header(name));
        let sent = sent.ok_or_else(|| refused(self.sender, "the signature header is missing"))?;
        let unreadable = || refused(self.sender, "the signature is not of the form algorithm=hexadecimal");
        let (algorithm, digits) = match (sent.split_once('='), self.unnamed) {
            (Some((algorithm, digits)), _) => (algorithm, digits),
            (None, Some(algorithm)) => (algorithm, sent),
            (None, None) => return Err(unreadable()),
        };
        let signature = hex::decode(digits.trim()).map_err(|_| unreadable())?;
        let valid = match algorithm.trim() {
            "sha1" => verify::<Hmac<Sha1>>(secret, delivery.body, &signature),
            "sha256" => verify::<Hmac<Sha256>>(secret, delivery.body, &signature),
            "sha512" => verify::<Hmac<Sha512>>(secret, delivery.body, &signature),
            _ => return Err(refused(self.sender, "the signature is of no known algorithm: sha256, sha512 or sha1")),
        };
        if valid { Ok(()) } else { Err(refused(self.sender, "the signature is not one of the configured secret")) }
    }
}

fn verify<M: Mac + KeyInit>(secret: &str, body: &[u8], signature: &[u8]) -> bool {
    // A signature that is cut off is none: the whole of it is compared.
    <M as KeyInit>::new_from_slice(secret.as_bytes())
        .is_ok_and(|mac| mac.chain_update(body).verify_slice(signature).is_ok())
}

/// Whether the basic authentication of a request is this user and password.
pub(crate) fn is_basic(
    sender: Sender,
    delivery: &Delivery<'_>,
    user: Option<&str>,
    password: Option<&str>,
) -> Result<(), Refusal> {
    if user.is_none() && password.is_none() {
        return Ok(());
    }
    let sent = delivery.header("authorization").ok_or_else(|| refused(sender, "user and password are missing"))?;
    let expected = format!("{}:{}", user.unwrap_or_default(), password.unwrap_or_default());
    let given = sent
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok())
        .ok_or_else(|| refused(sender, "user and password are not given as basic authentication"))?;
    if is_equal(expected.as_bytes(), &given) { Ok(()) } else { Err(refused(sender, "user or password is wrong")) }
}
