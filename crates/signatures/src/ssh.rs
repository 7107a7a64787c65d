//! Signatures as `ssh-keygen -Y sign -n git` makes them (the format SSHSIG, version 1). The key comes along.

use crate::armor::decode;
use crate::bytes::{Bytes, padded, trimmed};
use crate::verdict::{Checked, Verdict};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::digest::{SHA256, SHA512, digest};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

/// How such a signature begins.
pub(crate) const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";

const LABEL: &str = "SSH SIGNATURE";
const MAGIC: &[u8] = b"SSHSIG";

/// What Git signs in the name of: a signature made for another purpose is none here.
const NAMESPACE: &[u8] = b"git";

/// What is inside the armour.
struct Parts<'s> {
    key: &'s [u8],
    namespace: &'s [u8],
    reserved: &'s [u8],
    hash: &'s [u8],
    signature: &'s [u8],
}

pub(crate) fn verify(signed: &[u8], text: &str) -> Checked {
    let Some(blob) = decode(text, LABEL) else { return Checked::nobody(Verdict::Bad) };
    let Some(parts) = parts(&blob) else { return Checked::nobody(Verdict::Bad) };
    let by = |verdict| Checked::by(fingerprint(parts.key), verdict);
    if parts.namespace != NAMESPACE {
        return by(Verdict::Bad);
    }
    let hash = match parts.hash {
        b"sha512" => digest(&SHA512, signed),
        b"sha256" => digest(&SHA256, signed),
        other => return by(Verdict::Unsupported(format!("the hash {}", String::from_utf8_lossy(other)))),
    };
    let mut message = MAGIC.to_vec();
    for part in [parts.namespace, parts.reserved, parts.hash, hash.as_ref()] {
        write_string(&mut message, part);
    }
    by(match is_made_by(parts.key, parts.signature, &message) {
        Some(Ok(true)) => Verdict::Good,
        Some(Ok(false)) | None => Verdict::Bad,
        Some(Err(algorithm)) => Verdict::Unsupported(format!("the algorithm {algorithm}")),
    })
}

/// What `ssh-keygen -l` calls a key.
fn fingerprint(key: &[u8]) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(digest(&SHA256, key)))
}

fn parts(blob: &[u8]) -> Option<Parts<'_>> {
    let mut blob = Bytes(blob);
    if blob.take(MAGIC.len())? != MAGIC || blob.four()? != 1 {
        return None;
    }
    let parts = Parts {
        key: blob.string()?,
        namespace: blob.string()?,
        reserved: blob.string()?,
        hash: blob.string()?,
        signature: blob.string()?,
    };
    blob.is_empty().then_some(parts)
}

fn write_string(out: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(part);
}

/// Whether the key made the signature; the algorithm's name where nothing can be said, `None` where they do not fit.
fn is_made_by(key: &[u8], signature: &[u8], message: &[u8]) -> Option<Result<bool, String>> {
    let mut key = Bytes(key);
    let mut signature = Bytes(signature);
    let (kind, algorithm) = (key.string()?, signature.string()?);
    let signature = signature.string()?;
    let good = match (kind, algorithm) {
        (b"ssh-ed25519", b"ssh-ed25519") => check(&ED25519, key.string()?, message, signature),
        (b"ssh-rsa", b"rsa-sha2-512") => check_rsa(&RSA_PKCS1_2048_8192_SHA512, key, message, signature)?,
        (b"ssh-rsa", b"rsa-sha2-256") => check_rsa(&RSA_PKCS1_2048_8192_SHA256, key, message, signature)?,
        (b"ecdsa-sha2-nistp256", b"ecdsa-sha2-nistp256") => {
            check_curve(&ECDSA_P256_SHA256_FIXED, 32, key, message, signature)?
        }
        (b"ecdsa-sha2-nistp384", b"ecdsa-sha2-nistp384") => {
            check_curve(&ECDSA_P384_SHA384_FIXED, 48, key, message, signature)?
        }
        (kind, algorithm) if kind != algorithm && kind != b"ssh-rsa" => return None,
        (_, other) => return Some(Err(String::from_utf8_lossy(other).into_owned())),
    };
    Some(Ok(good))
}

fn check(algorithm: &'static dyn VerificationAlgorithm, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
}

fn check_rsa(
    algorithm: &'static ring::signature::RsaParameters,
    mut key: Bytes<'_>,
    message: &[u8],
    signature: &[u8],
) -> Option<bool> {
    let (e, n) = (trimmed(key.string()?), trimmed(key.string()?));
    let signature = padded(signature, n.len())?;
    Some(RsaPublicKeyComponents { n, e }.verify(algorithm, message, &signature).is_ok())
}

fn check_curve(
    algorithm: &'static dyn VerificationAlgorithm,
    length: usize,
    mut key: Bytes<'_>,
    message: &[u8],
    signature: &[u8],
) -> Option<bool> {
    let (_curve, point) = (key.string()?, key.string()?);
    let mut signature = Bytes(signature);
    let mut fixed = padded(signature.string()?, length)?;
    fixed.extend(padded(signature.string()?, length)?);
    Some(check(algorithm, point, message, &fixed))
}
