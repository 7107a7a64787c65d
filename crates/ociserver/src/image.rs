//! Images to put into a registry.

use crate::content::{Content, Manifest};
use serde_json::{Value, json};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// An image to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// When it was built, RFC 3339.
    pub created: String,
    /// What it is built for, as `os/architecture[/variant]`: one makes a manifest, several make an index.
    pub platforms: Vec<String>,
    /// What makes this build differ from others.
    pub content: String,
}

impl Image {
    /// An image for Linux on amd64, built at `created`, which differs from others by `content`.
    #[must_use]
    pub fn new(created: &str, content: &str) -> Image {
        Image { created: created.to_owned(), platforms: vec!["linux/amd64".to_owned()], content: content.to_owned() }
    }

    /// The same for these platforms.
    #[must_use]
    pub fn on(mut self, platforms: &[&str]) -> Image {
        self.platforms = platforms.iter().map(|text| (*text).to_owned()).collect();
        self
    }

    /// Puts it into a repository and gives its digest.
    pub(crate) fn put(&self, content: &mut Content, repository: &str, tag: &str) -> String {
        let repository = content.repositories.entry(repository.to_owned()).or_default();
        let mut entries = Vec::new();
        for platform in &self.platforms {
            let mut parts = platform.splitn(3, '/').map(str::to_owned);
            let (os, architecture) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let mut of = json!({"os": os, "architecture": architecture});
            if let Some(variant) = parts.next() {
                of["variant"] = variant.into();
            }
            let mut config = of.clone();
            config["created"] = self.created.as_str().into();
            config["config"] = json!({"Labels": {"content": self.content}});
            config["rootfs"] = json!({"type": "layers", "diff_ids": []});
            let config = config.to_string();
            let size = config.len();
            let digest = repository.put_blob(config.into());
            let layer = repository.put_blob(self.content.clone().into());
            let manifest = json!({
                "schemaVersion": 2, "mediaType": MANIFEST,
                "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": size},
                "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": layer,
                    "size": self.content.len()}],
            });
            entries.push((manifest, of));
        }
        let single = entries.len() == 1;
        let mut listed = Vec::new();
        let mut last = String::new();
        for (manifest, platform) in entries {
            let text = manifest.to_string();
            let size = text.len();
            let manifest = Manifest { media_type: MANIFEST.to_owned(), content: text.into() };
            last = repository.put_manifest(manifest, Some(tag).filter(|_| single));
            listed.push(json!({"mediaType": MANIFEST, "digest": last, "size": size, "platform": platform}));
        }
        if single {
            return last;
        }
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": listed}).to_string();
        repository.put_manifest(Manifest { media_type: INDEX.to_owned(), content: index.into() }, Some(tag))
    }
}

/// The manifest of an artifact about the image with digest `subject`: one layer with these annotations.
#[must_use]
pub fn artifact(kind: &str, subject: &str, layer: &Value) -> Value {
    json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": kind,
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2,
            "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},
        "layers": [layer],
        "subject": {"mediaType": MANIFEST, "digest": subject, "size": 1},
    })
}
