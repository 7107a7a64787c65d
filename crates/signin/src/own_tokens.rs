//! Sessions and tokens that we sign ourselves: what they say, and whether they still hold.

use crate::identity::{Identity, TokenError};
use crate::token::{self, ISSUER};
use accounts::{Capability, Claims, ProjectTokens, Revoked, Settings};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A session is renewed in its last five minutes.
const RENEWED_SECONDS: i64 = 300;

/// A token to be made.
pub(crate) struct Issue<'a> {
    pub(crate) subject: &'a str,
    pub(crate) id: &'a str,
    /// How long it holds; 0 and less: for ever.
    pub(crate) seconds: i64,
    pub(crate) now: Timestamp,
}

/// What decides whether a token holds.
pub(crate) struct State<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) projects: &'a BTreeMap<String, ProjectTokens>,
    pub(crate) revoked: &'a Revoked,
    pub(crate) now: Timestamp,
}

/// The claims of a new token.
pub(crate) fn claims(issue: &Issue<'_>) -> Map<String, Value> {
    let now = issue.now.as_second();
    let mut claims = Map::new();
    claims.insert("iss".to_owned(), ISSUER.into());
    claims.insert("sub".to_owned(), issue.subject.into());
    claims.insert("iat".to_owned(), now.into());
    claims.insert("nbf".to_owned(), now.into());
    claims.insert("jti".to_owned(), issue.id.into());
    if issue.seconds > 0 {
        claims.insert("exp".to_owned(), now.saturating_add(issue.seconds).into());
    }
    claims
}

/// Who shows a token of our own, and how long its successor holds when it is a session about to end.
pub(crate) fn identify(text: &str, key: &[u8], state: &State<'_>) -> Result<(Identity, Option<i64>), TokenError> {
    let mut claims =
        token::verify(text, &DecodingKey::from_secret(key), Algorithm::HS256).ok_or(TokenError::Unreadable)?;
    if claims.text("iss") != ISSUER {
        return Err(TokenError::Issuer);
    }
    let now = state.now.as_second();
    let issued = claims.seconds("iat").ok_or(TokenError::Claim("iat"))?;
    let expires = seconds(&claims, "exp")?;
    if expires.is_some_and(|expires| expires <= now) {
        return Err(TokenError::Expired);
    }
    if seconds(&claims, "nbf")?.is_some_and(|from| from > now) {
        return Err(TokenError::Early);
    }
    let id = claims.text("jti").to_owned();
    if !id.is_empty() && state.revoked.contains(&id) {
        return Err(TokenError::Revoked);
    }
    let subject = claims.text("sub").to_owned();
    let (subject, capability) = if subject.starts_with("proj:") {
        role_holds(&subject, &id, issued, state)?;
        (subject, Capability::ApiKey)
    } else {
        account_holds(&subject, &id, issued, state)?
    };
    claims.set("sub", json!(subject));
    let renewal = expires.filter(|end| capability == Capability::Login && end - now < RENEWED_SECONDS);
    let renewal = renewal.map(|end| end - issued);
    let expires = expires.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let username = subject.clone();
    Ok((Identity { username, subject, issuer: ISSUER.to_owned(), expires, renewed: None, claims }, renewal))
}

/// A time, if it is there; what is there but is none makes the token void.
fn seconds(claims: &Claims, name: &'static str) -> Result<Option<i64>, TokenError> {
    match claims.get(name) {
        None => Ok(None),
        Some(_) => claims.seconds(name).map(Some).ok_or(TokenError::Claim(name)),
    }
}

fn role_holds(subject: &str, id: &str, issued: i64, state: &State<'_>) -> Result<(), TokenError> {
    let mut parts = subject.split(':').skip(1);
    let (Some(project), Some(role), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(TokenError::Claim("sub"));
    };
    let tokens = state.projects.get(project).ok_or(TokenError::Account("no such project"))?;
    if tokens.has(role, id, issued) { Ok(()) } else { Err(TokenError::Account("the role lists no such token")) }
}

/// The account's name, and what the token lets it do.
fn account_holds(subject: &str, id: &str, issued: i64, state: &State<'_>) -> Result<(String, Capability), TokenError> {
    // Compat: a subject that names no capability, or an unknown one, is a token's.
    let (name, capability) = subject.split_once(':').unwrap_or((subject, ""));
    let capability = Capability::parse(capability).unwrap_or(Capability::ApiKey);
    let account = state.settings.accounts.get(name).ok_or(TokenError::Account("no such account"))?;
    if !account.enabled {
        return Err(TokenError::Account("it is disabled"));
    }
    if !account.can(capability) {
        return Err(TokenError::Account("it does not have the capability"));
    }
    if id.is_empty() {
        return Err(TokenError::Claim("jti"));
    }
    if capability == Capability::ApiKey && account.token(id).is_none() {
        return Err(TokenError::Account("it lists no such token"));
    }
    if account.password_changed.is_some_and(|changed| issued < changed.as_second()) {
        return Err(TokenError::Account("its password has changed since"));
    }
    Ok((name.to_owned(), capability))
}
