//! What a registry says of an image: manifests, indexes over manifests, configurations.

use crate::problem::{Problem, protocol};
use images::Platform;
use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The media types that are asked for.
pub(crate) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json";

/// Entries of an index, or layers of a manifest, that are looked at; images have a dozen.
const ENTRIES_MAX: usize = 4096;

/// A piece of content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    pub(crate) artifact_type: String,
    pub(crate) digest: String,
    pub(crate) annotations: BTreeMap<String, String>,
    pub(crate) platform: Option<OfPlatform>,
}

/// How indexes and configurations name a platform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct OfPlatform {
    os: String,
    architecture: String,
    variant: String,
}

/// A manifest of either kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Manifest {
    pub(crate) schema_version: u32,
    pub(crate) config: Option<Descriptor>,
    pub(crate) layers: Vec<Descriptor>,
    pub(crate) manifests: Option<Vec<Descriptor>>,
}

/// What of an image's configuration is of interest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Config {
    pub(crate) created: Option<String>,
    #[serde(flatten)]
    platform: OfPlatform,
}

impl Manifest {
    pub(crate) fn parse(text: &[u8]) -> Result<Manifest, Problem> {
        let manifest: Manifest = serde_json::from_slice(text).map_err(|_| protocol("a manifest that is none"))?;
        if manifest.schema_version != 2 {
            return Err(protocol("a manifest of another schema than version 2"));
        }
        let entries = manifest.layers.len() + manifest.manifests.as_ref().map_or(0, Vec::len);
        if entries > ENTRIES_MAX {
            return Err(Problem::TooLarge { what: "entries of a manifest", max: ENTRIES_MAX as u64 });
        }
        Ok(manifest)
    }

    /// The images of an index. What describes others - attestations - is of platform unknown, and left out.
    pub(crate) fn images(&self) -> impl Iterator<Item = (&Descriptor, Platform)> {
        let entries = self.manifests.iter().flatten();
        entries.filter_map(|entry| Some((entry, entry.platform.as_ref()?.read()?)))
    }
}

impl Config {
    pub(crate) fn parse(text: &[u8]) -> Result<Config, Problem> {
        serde_json::from_slice(text).map_err(|_| protocol("an image's configuration that is none"))
    }

    pub(crate) fn created(&self) -> Option<Timestamp> {
        self.created.as_deref()?.parse().ok()
    }

    pub(crate) fn platform(&self) -> Option<Platform> {
        self.platform.read()
    }
}

impl OfPlatform {
    fn read(&self) -> Option<Platform> {
        let is_known = |text: &str| !text.is_empty() && text != "unknown";
        (is_known(&self.os) && is_known(&self.architecture)).then(|| Platform {
            os: self.os.clone(),
            architecture: self.architecture.clone(),
            variant: self.variant.clone(),
        })
    }
}

/// Whether a text is `sha256:` and 64 hexadecimal digits: it becomes part of URLs and of files.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:").unwrap_or_default();
    digits.len() == 64 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Holds content to the digest that was promised.
pub(crate) fn check(what: &'static str, expected: &str, content: &[u8]) -> Result<(), Problem> {
    let found = digest_of(content);
    if found == expected { Ok(()) } else { Err(Problem::Digest { what, expected: expected.to_owned(), found }) }
}

pub(crate) fn digest_of(content: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_not_believed_to_be_names() {
        let good = format!("sha256:{}", "0".repeat(64));
        assert!(is_digest(&good));
        for odd in ["", "sha256:", "sha256:../../etc/passwd", "md5:00", &good.to_uppercase(), &format!("{good}0")] {
            assert!(!is_digest(odd), "{odd}");
        }
    }

    #[test]
    fn only_images_of_an_index_count() {
        let index = br#"{"schemaVersion":2,"manifests":[
            {"digest":"a","platform":{"os":"linux","architecture":"arm64","variant":"v8"}},
            {"digest":"b","platform":{"os":"unknown","architecture":"unknown"}}, {"digest":"c"}]}"#;
        let manifest = Manifest::parse(index).expect("an index");
        let images: Vec<_> = manifest.images().map(|(entry, at)| (entry.digest.as_str(), at.to_string())).collect();
        assert_eq!(images, [("a", "linux/arm64/v8".to_owned())]);
        for odd in [&b"[]"[..], b"{}", br#"{"schemaVersion":1}"#, b"<html>"] {
            assert!(Manifest::parse(odd).is_err(), "{}", String::from_utf8_lossy(odd));
        }
    }
}
