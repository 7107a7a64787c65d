//! What a registry says of a chart: its manifest, and the layer among it that is the archive.

use crate::problem::{Problem, protocol};
use serde::Deserialize;

/// The media types of manifests that are asked for.
pub(crate) const ACCEPT: &str =
    "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json;q=0.9";

const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
/// What charts were pushed as before Helm 3.8.
const CHART_BEFORE: &str = "application/tar+gzip";

/// The most layers of a manifest that are looked at; a chart has one or two.
const LAYERS_MAX: usize = 1000;

#[derive(Debug, Deserialize)]
struct Manifest {
    config: Descriptor,
    #[serde(default)]
    layers: Vec<Descriptor>,
}

/// A piece of content.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Descriptor {
    pub(crate) media_type: String,
    pub(crate) digest: String,
    #[serde(default)]
    pub(crate) size: u64,
}

/// The layer that holds the chart's archive.
pub(crate) fn chart_layer(text: &[u8]) -> Result<Descriptor, Problem> {
    let manifest: Manifest =
        serde_json::from_slice(text).map_err(|_| protocol("the manifest is not one of an OCI image"))?;
    if manifest.config.media_type != CONFIG {
        return Err(protocol(format!("it is no Helm chart: its manifest has no config of media type {CONFIG}")));
    }
    if manifest.layers.len() > LAYERS_MAX {
        return Err(Problem::TooLarge { what: "number of layers", max: LAYERS_MAX as u64 });
    }
    let is_chart = |layer: &&Descriptor| layer.media_type == CHART || layer.media_type == CHART_BEFORE;
    let layer = manifest.layers.iter().rfind(is_chart);
    layer.cloned().ok_or_else(|| protocol(format!("its manifest has no layer of media type {CHART}")))
}

/// The hexadecimal part of a digest, which must be a SHA-256: it becomes part of URLs and file names.
pub(crate) fn sha256_of(digest: &str) -> Result<&str, Problem> {
    let digits = digest.strip_prefix("sha256:").unwrap_or_default();
    let is_digest = digits.len() == 64 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_digest { Ok(digits) } else { Err(protocol("a digest that is not sha256: and 64 hexadecimal digits")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charts_layer_is_found() {
        let manifest = |config: &str, layer: &str| {
            format!(
                r#"{{"schemaVersion":2,"config":{{"mediaType":"{config}","digest":"x"}},
                "layers":[{{"mediaType":"other","digest":"y"}},{{"mediaType":"{layer}","digest":"z","size":3}}]}}"#
            )
        };
        let layer = chart_layer(manifest(CONFIG, CHART).as_bytes()).expect("a layer");
        assert_eq!((layer.digest.as_str(), layer.size), ("z", 3));
        assert!(chart_layer(manifest(CONFIG, CHART_BEFORE).as_bytes()).is_ok());
        for odd in [manifest("application/vnd.oci.image.config.v1+json", CHART), manifest(CONFIG, "x"), "{}".into()] {
            assert!(matches!(chart_layer(odd.as_bytes()), Err(Problem::Protocol { .. })), "{odd}");
        }
    }

    #[test]
    fn digests_are_not_believed_to_be_names() {
        let good = format!("sha256:{}", "0".repeat(64));
        assert!(sha256_of(&good).is_ok());
        for odd in ["", "sha256:", "sha256:../../etc/passwd", "md5:00", &good.to_uppercase(), &format!("{good}0")] {
            assert!(sha256_of(odd).is_err(), "{odd}");
        }
    }
}
