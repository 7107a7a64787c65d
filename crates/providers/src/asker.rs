//! What every provider is asked with. A leaf module: each provider's own stands above it.

use base64::Engine;
use clock::Clock;
use cluster::ClusterClient;
use object::{Gvk, Object};
use outbound::Http;
use std::collections::BTreeMap;
use std::time::Duration;

/// What every provider is asked with.
pub(crate) struct Asker {
    pub http: Http,
    pub cluster: ClusterClient,
    pub clock: Clock,
    /// The namespace of this controller, where providers' Secrets are.
    pub namespace: Box<str>,
    /// Where Jobs are made, when it is not their run's namespace.
    pub job_namespace: Option<Box<str>>,
    /// Variables of the environment that settings may come from.
    pub variables: BTreeMap<String, String>,
}

impl Asker {
    /// A variable of the environment that is set to something.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A Secret's values by key.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub async fn secret(&self, namespace: &str, name: &str) -> Result<BTreeMap<String, String>, SecretError> {
        match self.cluster.get(&Gvk::new("", "v1", "Secret"), Some(namespace), name).await {
            Ok(Some(secret)) => Ok(values(&secret)),
            Ok(None) => Err(SecretError::Missing(format!("secrets {name:?} not found"))),
            Err(error) => Err(SecretError::Unread(format!("secret {name:?} could not be read: {error}"))),
        }
    }
}

/// Why there is no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SecretError {
    /// It is not there.
    Missing(String),
    /// It could not be read this time.
    Unread(String),
}

impl SecretError {
    pub fn message(self) -> String {
        match self {
            SecretError::Missing(message) | SecretError::Unread(message) => message,
        }
    }
}

fn values(secret: &Object) -> BTreeMap<String, String> {
    let data = secret.get("/data").unwrap_or_default();
    let entries = data.as_object().into_iter().flatten();
    let decoded = entries.filter_map(|(key, value)| {
        let bytes = base64::engine::general_purpose::STANDARD.decode(value.as_str()?).ok()?;
        Some((key.clone(), String::from_utf8_lossy(&bytes).into_owned()))
    });
    decoded.collect()
}

/// A duration as Go writes it.
///
/// # Errors
/// When it is none.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let nanos = sprig::duration::parse(text)?;
    Ok(Duration::from_nanos(u64::try_from(nanos).unwrap_or_default()))
}
