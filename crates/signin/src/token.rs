//! Tokens as texts: made, and taken apart after their signature was verified.

use crate::cryptography;
use accounts::Claims;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Map, Value};

/// Longest token that is looked at: room for a user in a thousand groups.
pub const TOKEN_BYTES_MAX: usize = 64 * 1024;

/// Who issues our own tokens.
pub const ISSUER: &str = "argocd";

/// Signs claims with the server's own key.
pub(crate) fn sign(claims: &Map<String, Value>, key: &[u8]) -> Option<String> {
    cryptography::ready();
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(key)).ok()
}

/// The claims of a token whose signature is this key's by this algorithm. Times are for the caller to judge.
pub(crate) fn verify(token: &str, key: &DecodingKey, algorithm: Algorithm) -> Option<Claims> {
    cryptography::ready();
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, key, &validation).ok()?;
    // RFC 7515, section 4.1.11: what must be understood and is not voids the token.
    decoded.header.crit.is_none().then(|| Claims::new(decoded.claims))
}

/// The issuer that a token names, unverified: it only says who has to verify it.
pub(crate) fn issuer_named(token: &str) -> Option<String> {
    let claims = jsonwebtoken::dangerous::insecure_decode_claims::<Map<String, Value>>(token).ok()?;
    Some(claims.get("iss")?.as_str()?.to_owned())
}
