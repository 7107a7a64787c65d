//! The key that signs service accounts' tokens (ES256). Deterministic: the same claims give the same token. Leaf module.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Longest token that is looked at.
const TOKEN_BYTES_MAX: usize = 16 << 10;

/// The key that signs tokens.
#[derive(Clone)]
pub struct TokenKey {
    key: SigningKey,
    id: String,
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenKey({})", self.id)
    }
}

impl TokenKey {
    /// The key that a secret determines.
    pub fn of(secret: &[u8]) -> Self {
        let mut seed = Sha256::digest(secret);
        loop {
            // All but one of 2^32 seeds make a key.
            if let Ok(key) = SigningKey::from_slice(&seed) {
                let point = key.verifying_key().to_sec1_point(false);
                let id = URL_SAFE_NO_PAD.encode(&Sha256::digest(point.as_bytes())[..12]);
                return TokenKey { key, id };
            }
            seed = Sha256::digest(seed);
        }
    }

    /// Makes a token of claims.
    pub fn sign(&self, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({"alg": "ES256", "kid": self.id})), part(claims));
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// The claims of a token of this key.
    pub fn open(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.').filter(|_| token.len() <= TOKEN_BYTES_MAX)?;
        let (header, claims) = signed.split_once('.')?;
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let header: Value = serde_json::from_slice(&decoded(header)?).ok()?;
        let signature = Signature::from_slice(&decoded(signature)?).ok()?;
        let is_ours = header["alg"] == "ES256" && header["kid"] == *self.id;
        self.key.verifying_key().verify(signed.as_bytes(), &signature).ok().filter(|()| is_ours)?;
        serde_json::from_slice(&decoded(claims)?).ok()
    }

    /// The public key, as others check tokens by it.
    pub fn published(&self) -> Value {
        let point = self.key.verifying_key().to_sec1_point(false);
        // An uncompressed point is a byte of form, then both coordinates.
        let coordinate = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point.as_bytes()[range]);
        json!({"keys": [{
            "use": "sig", "kty": "EC", "kid": self.id, "crv": "P-256", "alg": "ES256",
            "x": coordinate(1..33), "y": coordinate(33..65),
        }]})
    }
}
