//! Answers to those who push.

use crate::answers::{Answer, answer, refusal};
use crate::content::{Content, Manifest, digest_of};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};

/// Begins an upload: it goes to one address, and is there when it is put.
pub(crate) fn begin(name: &str) -> Answer {
    let location = format!("/v2/{name}/blobs/uploads/one");
    answer(StatusCode::ACCEPTED, &[("location", &location)], "")
}

/// Takes a blob in whose digest is promised.
pub(crate) fn blob(content: &mut Content, name: &str, query: &str, body: Bytes) -> Answer {
    let digest = query.split('&').find_map(|pair| pair.strip_prefix("digest=")).unwrap_or_default();
    let digest = digest.replace("%3A", ":").replace("%3a", ":");
    if digest_of(&body) != digest {
        return refusal(StatusCode::BAD_REQUEST, "DIGEST_INVALID");
    }
    content.repositories.entry(name.to_owned()).or_default().put_blob(body);
    let location = format!("/v2/{name}/blobs/{digest}");
    answer(StatusCode::CREATED, &[("location", &location), ("docker-content-digest", &digest)], "")
}

/// Takes a manifest in, by tag or digest.
pub(crate) fn manifest(content: &mut Content, name: &str, reference: &str, headers: &HeaderMap, body: Bytes) -> Answer {
    let is_digest = reference.starts_with("sha256:");
    if is_digest && digest_of(&body) != reference {
        return refusal(StatusCode::BAD_REQUEST, "DIGEST_INVALID");
    }
    let media_type = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let repository = content.repositories.entry(name.to_owned()).or_default();
    let digest =
        repository.put_manifest(Manifest { media_type, content: body }, Some(reference).filter(|_| !is_digest));
    let location = format!("/v2/{name}/manifests/{digest}");
    answer(StatusCode::CREATED, &[("location", &location), ("docker-content-digest", &digest)], "")
}
