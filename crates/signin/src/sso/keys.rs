//! A provider's public keys.

use crate::sso::fetch::{Way, answer};
use crate::token;
use accounts::Claims;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;
use url::Url;
use web::Clients;

/// Keys of one provider that are looked at.
const KEYS_MAX: usize = 100;

/// The keys that a provider publishes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys(Vec<Jwk>);

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// Asks for the keys. One that is not understood is left out.
pub(crate) async fn fetch(clients: &Clients, way: &Way, url: &Url) -> Result<Keys, String> {
    let document: Document = answer(way.client(clients, url)?.get(url.clone()), url).await?;
    let read = |value: Value| serde_json::from_value::<Jwk>(value).ok();
    Ok(Keys(document.keys.into_iter().take(KEYS_MAX).filter_map(read).collect()))
}

impl Keys {
    /// The claims of a token, if one of the keys that its header names signed it. A key serves only the algorithms of
    /// its own type, so that no public key can be taken for a shared one.
    pub(crate) fn verify(&self, text: &str, allowed: &[Algorithm]) -> Option<Claims> {
        let header = jsonwebtoken::decode_header(text).ok()?;
        if !allowed.contains(&header.alg) {
            return None;
        }
        let named = |key: &&Jwk| header.kid.is_none() || key.common.key_id == header.kid;
        let fitting = self.0.iter().filter(named).filter(|key| serves(key, header.alg));
        fitting.filter_map(|key| DecodingKey::from_jwk(key).ok()).find_map(|key| token::verify(text, &key, header.alg))
    }
}

fn serves(key: &Jwk, algorithm: Algorithm) -> bool {
    let is_for_signing = key.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    let is_named = key.common.key_algorithm.is_none_or(|named| named.to_string() == format!("{algorithm:?}"));
    let fits = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), _) => matches!(
            algorithm,
            Algorithm::RS256
                | Algorithm::RS384
                | Algorithm::RS512
                | Algorithm::PS256
                | Algorithm::PS384
                | Algorithm::PS512
        ),
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) => key.curve == EllipticCurve::P256,
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES384) => key.curve == EllipticCurve::P384,
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) => key.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    is_for_signing && is_named && fits
}
