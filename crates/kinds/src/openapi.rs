//! The OpenAPI documents that clients validate and explain by: version 2 in one document, version 3 as an index and a
//! document for each group and version. Built-in kinds come from Kubernetes' own document (without its descriptions),
//! custom ones from their schemas.
//!
//! kubectl from 1.27 on asks for version 3 only (seen with 1.32: explain, create, apply); version 2 is there in JSON for
//! other clients. Callers may keep a document until [`v3_hash`] says that it changed.

mod custom;
mod custom_version;
mod version_3;

pub use custom_version::CustomVersion;
use custom_version::place_of;

use flate2::read::GzDecoder;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::io::Read as _;
use std::sync::LazyLock;

/// The whole document of version 2.
#[must_use]
pub fn v2(custom: &[CustomVersion<'_>]) -> Value {
    let mut document = BUILT_IN.clone();
    for version in custom {
        let name = custom::definition_name(version);
        insert(&mut document, "definitions", &name, custom::schema_v2(version));
        for (path, item) in custom::paths(version, &custom::Form::V2) {
            insert(&mut document, "paths", &path, item);
        }
    }
    document
}

/// The index of version 3: where each document is, with a hash that changes when the document does.
#[must_use]
pub fn v3_index(custom: &[CustomVersion<'_>]) -> Value {
    let entry = |place: String| {
        let hash = v3_hash(&place, custom);
        let url = format!("/openapi/v3/{place}?hash={hash}");
        (place, json!({"serverRelativeURL": url}))
    };
    json!({"paths": places(custom).into_iter().map(entry).collect::<Map<String, Value>>()})
}

fn places(custom: &[CustomVersion<'_>]) -> Vec<String> {
    let mut places: Vec<String> = ["api", "apis", "version"].map(str::to_owned).to_vec();
    let built_in = crate::group_versions();
    let named = built_in.iter().copied().chain(custom.iter().map(|one| (one.group, one.version)));
    for (group, version) in named {
        if group.is_empty() {
            places.push(format!("api/{version}"));
        } else {
            places.push(format!("apis/{group}"));
            places.push(format!("apis/{group}/{version}"));
        }
    }
    places
}

/// The hash of the document at a place of the index, such as `apis/apps/v1`.
#[must_use]
pub fn v3_hash(place: &str, custom: &[CustomVersion<'_>]) -> String {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(place);
    for one in custom.iter().filter(|one| place_of(one.group, one.version) == place) {
        hash.update(one.kind);
        hash.update(one.plural);
        hash.update(one.subresources.join(","));
        hash.update(one.schema.to_string());
    }
    hex::encode_upper(hash.finalize())
}

/// The document of version 3 at a place of the index; `None` when there is none there.
#[must_use]
pub fn v3(place: &str, custom: &[CustomVersion<'_>]) -> Option<Value> {
    let index = places(custom);
    index.iter().any(|known| known == place).then_some(())?;
    let own: Vec<&CustomVersion<'_>> = custom.iter().filter(|one| place_of(one.group, one.version) == place).collect();
    Some(version_3::document(place, &BUILT_IN, &own))
}

/// Kubernetes' own document of version 2.
static BUILT_IN: LazyLock<Value> = LazyLock::new(|| {
    let mut text = Vec::new();
    let unpacked = GzDecoder::new(schema::openapi_v2_gz()).read_to_end(&mut text);
    unpacked.expect("invariant: the committed document is gzipped, which a test reads");
    serde_json::from_slice(&text).expect("invariant: the committed document is JSON, which a test reads")
});

fn insert(document: &mut Value, part: &str, name: &str, value: Value) {
    crate::read::map_mut(document, part).insert(name.to_owned(), value);
}
