//! The first start: what must be there before anybody can sign in, made once.

use crate::entropy::Entropy;
use crate::passwords;
use accounts::{ConfigData, Edit, SecretData, set_password};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clock::{Clock, Offload};

/// Length of the initial password: upstream's own.
const PASSWORD_LENGTH: usize = 16;
/// Length of the signing key in bytes: as long as the digest that it keys.
const KEY_BYTES: usize = 32;

/// What is to be written at the first start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bootstrap {
    /// Keys of `argocd-secret`.
    pub edit: Edit,
    /// The password for the Secret `argocd-initial-admin-secret`; `None` when the admin has one already.
    pub initial_password: Option<accounts::Hidden<String>>,
}

impl Bootstrap {
    /// Whether nothing is missing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Bootstrap::default()
    }
}

/// What is there already.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The data of `argocd-secret`.
    pub secret: SecretData,
    /// The data of `argocd-cm`.
    pub config: ConfigData,
    /// The password in `argocd-initial-admin-secret`, which an interrupted first start may have left.
    pub initial_password: Option<accounts::Hidden<String>>,
}

/// What is missing in `argocd-secret`: the key that tokens are signed with and, unless `argocd-cm` disables the admin, a
/// password.
pub async fn plan_bootstrap(clock: &Clock, offload: &Offload, found: &Found) -> Bootstrap {
    let entropy = Entropy::of(clock);
    let is_missing = |key: &str| found.secret.get(key).is_none_or(Vec::is_empty);
    let mut bootstrap = Bootstrap::default();
    let is_enabled = found.config.get("admin.enabled").is_none_or(|text| text != "false");
    if is_enabled && is_missing("admin.password") {
        let known = found.initial_password.as_ref().map(|password| password.reveal().clone());
        let password = known.clone().unwrap_or_else(|| entropy.text(PASSWORD_LENGTH));
        if let Some(hash) = passwords::hash(offload, &entropy, password.clone()).await {
            bootstrap.edit = set_password(accounts::ADMIN, &hash, clock.now());
            bootstrap.initial_password = known.is_none().then(|| accounts::Hidden::new(password));
        }
    }
    if is_missing("server.secretkey") {
        let key = STANDARD.encode(entropy.bytes::<KEY_BYTES>());
        bootstrap.edit.secret.insert("server.secretkey".to_owned(), Some(key));
    }
    bootstrap
}
