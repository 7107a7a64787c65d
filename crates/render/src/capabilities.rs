//! What the destination can do, as far as charts ask.

use sha2::{Digest, Sha256};

/// What the destination can do: its version and the API versions it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    kube_version: String,
    api_versions: Vec<String>,
    id: CapabilitiesId,
}

/// Tells capabilities apart: equal ids mean equal capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CapabilitiesId([u8; 32]);

impl Capabilities {
    /// A cluster of this version (`v1.36.2`) that serves these: `apps/v1` and `apps/v1/Deployment`.
    #[must_use]
    pub fn new(kube_version: impl Into<String>, api_versions: impl IntoIterator<Item = String>) -> Self {
        let (kube_version, mut api_versions) = (kube_version.into(), Vec::from_iter(api_versions));
        api_versions.sort_unstable();
        api_versions.dedup();
        let mut hasher = Sha256::new();
        for text in std::iter::once(&kube_version).chain(&api_versions) {
            hasher.update(text.as_bytes());
            hasher.update([0]);
        }
        Capabilities { kube_version, api_versions, id: CapabilitiesId(hasher.finalize().into()) }
    }

    /// Its version.
    #[must_use]
    pub fn kube_version(&self) -> &str {
        &self.kube_version
    }

    /// What it serves, sorted.
    #[must_use]
    pub fn api_versions(&self) -> &[String] {
        &self.api_versions
    }

    /// What tells it apart.
    #[must_use]
    pub fn id(&self) -> CapabilitiesId {
        self.id
    }
}
