//! The OpenAPI documents at their paths: those of `kinds`, told of the custom resources that are served now.

use crate::crd::Custom;
use crate::shared::Shared;
use crate::store::Encoded;
use bytes::Bytes;
use kinds::openapi::{CustomVersion, v2, v3, v3_index};
use std::sync::Arc;

/// The document at a path; `None` when there is none.
pub fn document(shared: &Shared, path: &str) -> Option<Bytes> {
    let registered = shared.registry.custom();
    let definitions: Vec<&Arc<Custom>> = registered.values().collect();
    let custom: Vec<CustomVersion<'_>> = definitions.iter().flat_map(|custom| versions(custom)).collect();
    let document = match path.strip_prefix("/openapi/v3") {
        None if path == "/openapi/v2" => Some(v2(&custom)),
        None => None,
        Some("") => Some(v3_index(&custom)),
        Some(place) => v3(place.strip_prefix('/')?, &custom),
    };
    document.map(|document| Encoded::plain(&document))
}

fn versions(custom: &Custom) -> impl Iterator<Item = CustomVersion<'_>> {
    let served = custom.versions.iter().filter(|(_, version)| version.served);
    served.map(|(name, version)| CustomVersion {
        group: &custom.group,
        version: name,
        kind: &custom.kind,
        plural: &custom.plural,
        namespaced: custom.namespaced,
        subresources: subresources(custom, name),
        schema: &version.document,
    })
}

fn subresources(custom: &Custom, version: &str) -> &'static [&'static str] {
    let has = |part: &str| custom.verbs(version, part).is_some();
    match (has("status"), has("scale")) {
        (true, true) => &["scale", "status"],
        (true, false) => &["status"],
        (false, true) => &["scale"],
        (false, false) => &[],
    }
}
