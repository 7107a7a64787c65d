//! The OpenAPI documents that clients validate and explain by: version 2 in one document, version 3 as an index and a
//! document for each group and version. Built-in kinds come from Kubernetes' own document (without its descriptions),
//! custom ones from their schemas.
//!
//! Each call parses the built-in document anew, which takes milliseconds and keeps no memory: callers keep the text
//! that comes out, and make it again when [`v3_hash`] says that it changed.

mod custom;
mod protobuf;
mod version_3;

use flate2::read::GzDecoder;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// A version of a custom resource, as far as these documents tell of it.
#[derive(Debug, Clone, Copy)]
pub struct CustomVersion<'a> {
    /// API group.
    pub group: &'a str,
    /// Version.
    pub version: &'a str,
    /// Kind.
    pub kind: &'a str,
    /// Resource.
    pub plural: &'a str,
    /// Whether objects live in namespaces.
    pub namespaced: bool,
    /// Subresources by name.
    pub subresources: &'a [&'a str],
    /// The schema of its objects; null when it has none.
    pub schema: &'a Value,
}

/// The content type in which kubectl asks for version 2.
pub const PROTOBUF_V2: &str = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

/// The whole document of version 2.
#[must_use]
pub fn v2(custom: &[CustomVersion<'_>]) -> Value {
    let mut document = built_in();
    for version in custom {
        let name = custom::definition_name(version);
        insert(&mut document, "definitions", &name, custom::schema_v2(version));
        for (path, item) in custom::paths(version, &custom::Form::V2) {
            insert(&mut document, "paths", &path, item);
        }
    }
    document
}

/// The document of version 2 in the protobuf form that kubectl asks for.
#[must_use]
pub fn v2_protobuf(custom: &[CustomVersion<'_>]) -> Vec<u8> {
    protobuf::document(&v2(custom))
}

/// The index of version 3: where each document is, with a hash that changes when the document does.
#[must_use]
pub fn v3_index(custom: &[CustomVersion<'_>]) -> Value {
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
    let entry = |place: String| {
        let hash = v3_hash(&place, custom);
        let url = format!("/openapi/v3/{place}?hash={hash}");
        (place, json!({"serverRelativeURL": url}))
    };
    json!({"paths": places.into_iter().map(entry).collect::<Map<String, Value>>()})
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
    let index = v3_index(custom);
    index["paths"].get(place)?;
    let own: Vec<&CustomVersion<'_>> = custom.iter().filter(|one| place_of(one.group, one.version) == place).collect();
    Some(version_3::document(place, &built_in(), &own))
}

fn place_of(group: &str, version: &str) -> String {
    if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
}

fn built_in() -> Value {
    let document = serde_json::from_reader(GzDecoder::new(schema::openapi_v2_gz()));
    document.expect("invariant: the committed document is gzipped JSON, which a test reads")
}

fn insert(document: &mut Value, part: &str, name: &str, value: Value) {
    crate::read::map_mut(document, part).insert(name.to_owned(), value);
}
