//! What a registry holds.

use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// All repositories, by name.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) repositories: BTreeMap<String, Repository>,
}

/// One repository.
#[derive(Debug, Default)]
pub(crate) struct Repository {
    pub(crate) blobs: BTreeMap<String, Bytes>,
    pub(crate) manifests: BTreeMap<String, Manifest>,
    pub(crate) tags: BTreeMap<String, String>,
    /// Counts changes of the tags.
    pub(crate) version: u64,
}

/// One manifest.
#[derive(Debug, Clone)]
pub(crate) struct Manifest {
    pub(crate) media_type: String,
    pub(crate) content: Bytes,
}

impl Repository {
    pub(crate) fn put_blob(&mut self, content: Bytes) -> String {
        let digest = digest_of(&content);
        self.blobs.insert(digest.clone(), content);
        digest
    }

    pub(crate) fn put_manifest(&mut self, manifest: Manifest, tag: Option<&str>) -> String {
        let digest = digest_of(&manifest.content);
        self.manifests.insert(digest.clone(), manifest);
        if let Some(tag) = tag {
            self.tags.insert(tag.to_owned(), digest.clone());
            self.version += 1;
        }
        digest
    }

    /// The manifest that a tag or digest names, with its digest.
    pub(crate) fn manifest(&self, reference: &str) -> Option<(&str, &Manifest)> {
        let digest = self.tags.get(reference).map_or(reference, String::as_str);
        self.manifests.get_key_value(digest).map(|(digest, manifest)| (digest.as_str(), manifest))
    }
}

/// `sha256:…` of some content.
#[must_use]
pub fn digest_of(content: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(content)))
}
