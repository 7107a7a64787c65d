//! Signatures that cosign made with a key: ECDSA over P-256.
//!
//! Two forms are read: cosign's own, a layer whose content names the image and whose annotation is the signature; and
//! Sigstore's bundle, an envelope around a statement about the image. Certificates and transparency logs are not looked at:
//! the key is the trust.

use crate::manifest::Manifest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::Value;

/// The media type of what cosign signs.
const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// What the media types of Sigstore's bundles begin with.
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";

/// The annotation that holds cosign's signature.
const SIGNATURE: &str = "dev.cosignproject.cosign/signature";

/// Signatures of one manifest that are tried.
const SIGNATURES_MAX: usize = 64;

/// What stands before the point in a public key of ECDSA over P-256, in DER.
const P256_HEADER: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignKey(Vec<u8>);

/// Text that holds no key that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a PEM public key of ECDSA over P-256, as `cosign generate-key-pair` writes it")]
pub struct KeyError;

/// One signature of a manifest.
pub(crate) struct Signed {
    /// The digest of the content that was signed, or of the bundle.
    pub(crate) payload: String,
    /// The signature; `None` where it is in the content.
    pub(crate) signature: Option<String>,
}

/// The signatures that a manifest holds.
pub(crate) fn signatures(manifest: &Manifest) -> Vec<Signed> {
    let signed = manifest.layers.iter().filter_map(|layer| {
        if layer.media_type.starts_with(BUNDLE) {
            return Some(Signed { payload: layer.digest.clone(), signature: None });
        }
        let signature = layer.annotations.get(SIGNATURE).filter(|_| layer.media_type == SIMPLE_SIGNING)?;
        Some(Signed { payload: layer.digest.clone(), signature: Some(signature.clone()) })
    });
    signed.take(SIGNATURES_MAX).collect()
}

impl CosignKey {
    /// Reads a PEM public key.
    ///
    /// # Errors
    /// When it is none, or of another kind.
    pub fn parse(pem: &str) -> Result<CosignKey, KeyError> {
        let body = pem.split_once("-----BEGIN PUBLIC KEY-----").and_then(|(_, rest)| rest.split_once("-----END"));
        let text: String = body.ok_or(KeyError)?.0.split_ascii_whitespace().collect();
        let der = STANDARD.decode(text).map_err(|_| KeyError)?;
        let point = der.strip_prefix(&P256_HEADER).filter(|point| point.len() == 65 && point[0] == 4);
        point.map(|point| CosignKey(point.to_vec())).ok_or(KeyError)
    }

    /// Whether `content` was signed by the key's other half and is about the image with this digest.
    pub(crate) fn verify(&self, content: &[u8], signature: Option<&str>, digest: &str) -> Result<(), &'static str> {
        match signature {
            Some(signature) => {
                self.check(content, signature)?;
                is_about(content, digest)
            }
            None => self.verify_bundle(content, digest),
        }
    }

    fn check(&self, content: &[u8], signature: &str) -> Result<(), &'static str> {
        let signature = STANDARD.decode(signature.trim()).map_err(|_| "a signature is not base64")?;
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.0);
        key.verify(content, &signature).map_err(|_| "it was made by another key")
    }

    fn verify_bundle(&self, content: &[u8], digest: &str) -> Result<(), &'static str> {
        let bundle: Bundle = serde_json::from_slice(content).map_err(|_| "a bundle is none")?;
        let envelope = bundle.dsse_envelope.ok_or("a bundle has no envelope")?;
        let statement = STANDARD.decode(&envelope.payload).map_err(|_| "an envelope is not base64")?;
        let signed = pre_authenticated(&envelope.payload_type, &statement);
        let good = envelope.signatures.iter().take(SIGNATURES_MAX).map(|one| self.check(&signed, &one.sig));
        good.reduce(Result::or).unwrap_or(Err("an envelope has no signature"))?;
        let statement: Statement = serde_json::from_slice(&statement).map_err(|_| "a statement is none")?;
        let hex = digest.strip_prefix("sha256:").unwrap_or_default();
        let is_subject = |subject: &Subject| subject.digest.get("sha256").and_then(Value::as_str) == Some(hex);
        if statement.subject.iter().any(is_subject) { Ok(()) } else { Err("it is a signature of another image") }
    }
}

/// What cosign signs names the image in its middle.
fn is_about(content: &[u8], digest: &str) -> Result<(), &'static str> {
    let payload: Value = serde_json::from_slice(content).map_err(|_| "what was signed is not JSON")?;
    match payload.pointer("/critical/image/docker-manifest-digest").and_then(Value::as_str) {
        Some(found) if found == digest => Ok(()),
        _ => Err("it is a signature of another image"),
    }
}

/// What an envelope's signature is over: DSSE's encoding of type and content.
fn pre_authenticated(kind: &str, content: &[u8]) -> Vec<u8> {
    let mut all = format!("DSSEv1 {} {kind} {} ", kind.len(), content.len()).into_bytes();
    all.extend_from_slice(content);
    all
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bundle {
    dsse_envelope: Option<Envelope>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<OneSignature>,
}

#[derive(Deserialize)]
struct OneSignature {
    sig: String,
}

#[derive(Deserialize)]
struct Statement {
    subject: Vec<Subject>,
}

#[derive(Deserialize)]
struct Subject {
    digest: serde_json::Map<String, Value>,
}
