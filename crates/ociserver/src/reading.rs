//! Answers to those who pull.

use crate::answers::{Answer, answer, refusal};
use crate::content::{Content, Repository};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

/// How many tags a page has at most.
pub(crate) const PAGE_LENGTH: usize = 1000;

/// A list of tags, a page at a time.
pub(crate) fn tags(content: &Content, name: &str, query: &str, headers: &HeaderMap) -> Answer {
    let Some(repository) = content.repositories.get(name) else {
        return refusal(StatusCode::NOT_FOUND, "NAME_UNKNOWN");
    };
    let parameter = |wanted: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(name, _)| *name == wanted).map(|(_, value)| value)
    };
    let count = parameter("n").and_then(|n| n.parse().ok()).unwrap_or(PAGE_LENGTH).clamp(1, PAGE_LENGTH);
    let last = parameter("last").unwrap_or_default();
    let mut page: Vec<&String> = repository.tags.keys().filter(|tag| tag.as_str() > last).take(count + 1).collect();
    let has_more = page.len() > count;
    page.truncate(count);
    let etag = format!("\"{}\"", repository.version);
    let known = headers.get("if-none-match").and_then(|value| value.to_str().ok());
    if last.is_empty() && !has_more && known == Some(etag.as_str()) {
        return answer(StatusCode::NOT_MODIFIED, &[("etag", &etag)], "");
    }
    let end = page.last().map_or("", |tag| tag.as_str());
    let next = format!("</v2/{name}/tags/list?n={count}&last={end}>; rel=\"next\"");
    let mut headers = vec![("content-type", "application/json"), ("etag", etag.as_str())];
    if has_more {
        headers.push(("link", &next));
    }
    answer(StatusCode::OK, &headers, json!({"name": name, "tags": page}).to_string())
}

/// A manifest.
pub(crate) fn manifest(content: &Content, name: &str, reference: &str) -> Answer {
    let found = content.repositories.get(name).and_then(|repository| repository.manifest(reference));
    let Some((digest, manifest)) = found else { return refusal(StatusCode::NOT_FOUND, "MANIFEST_UNKNOWN") };
    let headers = [("content-type", manifest.media_type.as_str()), ("docker-content-digest", digest)];
    answer(StatusCode::OK, &headers, manifest.content.clone())
}

/// A blob.
pub(crate) fn blob(content: &Content, name: &str, digest: &str) -> Answer {
    match content.repositories.get(name).and_then(|repository| repository.blobs.get(digest)) {
        Some(blob) => answer(StatusCode::OK, &[("content-type", "application/octet-stream")], blob.clone()),
        None => refusal(StatusCode::NOT_FOUND, "BLOB_UNKNOWN"),
    }
}

/// What refers to an image.
pub(crate) fn referrers(content: &Content, name: &str, digest: &str) -> Answer {
    let manifests = content.repositories.get(name).map(|repository| referring(repository, digest));
    let index = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": manifests.unwrap_or_default()});
    answer(StatusCode::OK, &[("content-type", "application/vnd.oci.image.index.v1+json")], index.to_string())
}

fn referring(repository: &Repository, subject: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for (digest, manifest) in &repository.manifests {
        let value: Value = serde_json::from_slice(&manifest.content).unwrap_or_default();
        if value.pointer("/subject/digest").and_then(Value::as_str) == Some(subject) {
            found.push(json!({"mediaType": manifest.media_type, "digest": digest,
                "size": manifest.content.len(), "artifactType": value["artifactType"]}));
        }
    }
    found
}
