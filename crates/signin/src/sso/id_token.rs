//! Whether an identity token is one for us, of now: <https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation>.

use crate::identity::TokenError;
use accounts::{Claims, SingleSignOn};
use jiff::Timestamp;
use serde_json::Value;

/// How far the provider's clock may be ahead of ours, in seconds.
const SKEW_SECONDS: i64 = 300;
/// Audiences of one token that are looked at.
const AUDIENCES_MAX: usize = 100;

/// Judges the claims of a token whose signature holds. Gives when it ends.
pub(crate) fn check(claims: &Claims, config: &SingleSignOn, now: Timestamp) -> Result<Timestamp, TokenError> {
    let now = now.as_second();
    if claims.text("iss") != config.issuer {
        return Err(TokenError::Issuer);
    }
    if claims.text("sub").is_empty() {
        return Err(TokenError::Claim("sub"));
    }
    check_audience(claims, config)?;
    let expires = claims.seconds("exp").ok_or(TokenError::Claim("exp"))?;
    if expires <= now {
        return Err(TokenError::Expired);
    }
    for claim in ["nbf", "iat"] {
        match (claims.get(claim), claims.seconds(claim)) {
            (None, _) => {}
            (Some(_), None) => return Err(TokenError::Claim(claim)),
            (Some(_), Some(from)) if from > now + SKEW_SECONDS => return Err(TokenError::Early),
            (Some(_), Some(_)) => {}
        }
    }
    Timestamp::from_second(expires).map_err(|_| TokenError::Claim("exp"))
}

fn check_audience(claims: &Claims, config: &SingleSignOn) -> Result<(), TokenError> {
    let audiences: Vec<&str> = match claims.get("aud") {
        None if config.audience_may_be_missing => return Ok(()),
        Some(Value::String(audience)) => vec![audience.as_str()],
        Some(Value::Array(audiences)) => audiences.iter().take(AUDIENCES_MAX).filter_map(Value::as_str).collect(),
        _ => return Err(TokenError::Claim("aud")),
    };
    let ours = config.audiences();
    if !audiences.iter().any(|audience| ours.contains(audience)) {
        return Err(TokenError::Claim("aud"));
    }
    // Whom the token was made for, which must be us when others may read it too.
    match claims.get("azp") {
        None if audiences.len() > 1 && audiences.iter().any(|audience| !ours.contains(audience)) => {
            Err(TokenError::Claim("azp"))
        }
        None => Ok(()),
        Some(party) if party.as_str().is_some_and(|party| ours.contains(&party)) => Ok(()),
        Some(_) if !config.allowed_audiences.is_empty() && audiences.len() == 1 => Ok(()),
        Some(_) => Err(TokenError::Claim("azp")),
    }
}
