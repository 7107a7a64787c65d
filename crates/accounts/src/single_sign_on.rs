//! `oidc.config`: the provider that people sign in with.

use crate::hidden::Hidden;
use crate::references::{Reference, resolve};
use api::GoDuration;
use budget::Budget;
use serde_json::Value;
use std::time::Duration;

/// A provider of OpenID Connect, as `oidc.config` names it.
#[derive(Debug, Clone, PartialEq)]
pub struct SingleSignOn {
    /// What people call it.
    pub name: String,
    /// Its issuer: an address.
    pub issuer: String,
    /// Under which name the server is known there.
    pub client_id: String,
    /// How the server proves that it is the client; none for a public client, which must use PKCE.
    pub client_secret: Option<Hidden<String>>,
    /// Under which name the command line is known there; the server's if empty.
    pub cli_client_id: String,
    /// Other audiences whose tokens are taken; none: the two above.
    pub allowed_audiences: Vec<String>,
    /// Take a token that names no audience at all.
    pub audience_may_be_missing: bool,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// Claims that are asked for in the token.
    pub claims: Option<Value>,
    /// Where to go to sign out there; `{{token}}` and `{{logoutRedirectURL}}` are filled in.
    pub logout_url: String,
    /// Certificate of whoever signed the provider's.
    pub root_ca: String,
    /// Prove that whoever redeems the code is who asked for it. Always done; upstream only if this says so.
    pub pkce: bool,
    /// Which kind of users the provider should expect.
    pub domain_hint: String,
    /// Ask the provider's user information for groups.
    pub user_info: Option<UserInfo>,
}

/// How groups are asked for that no token holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// Path of the address below the issuer.
    pub path: String,
    /// How long an answer holds.
    pub keep: Duration,
}

const DEFAULT_SCOPES: [&str; 4] = ["openid", "profile", "email", "groups"];

impl SingleSignOn {
    /// Reads `oidc.config`.
    ///
    /// # Errors
    /// What is missing or cannot be read, naming the field.
    pub fn read(text: &str, lookup: impl Fn(Reference<'_>) -> Option<String>) -> Result<Self, String> {
        let value = yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, &mut Budget::default());
        let value = value.map_err(|error| error.to_string())?;
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let flag = |key: &str| value.get(key).and_then(Value::as_bool).unwrap_or_default();
        let required = |key: &str| {
            let raw = text(key);
            let found = resolve(&raw, &lookup).filter(|text| !text.is_empty());
            found.ok_or_else(|| if raw.is_empty() { format!("{key} is missing") } else { dangling(key) })
        };
        let secret = text("clientSecret");
        let client_secret = match resolve(&secret, &lookup) {
            Some(secret) => Some(secret).filter(|secret| !secret.is_empty()).map(Hidden::new),
            None => return Err(dangling("clientSecret")),
        };
        let scopes = list(&value, "requestedScopes")?;
        Ok(SingleSignOn {
            name: text("name"),
            issuer: required("issuer")?,
            client_id: required("clientID")?,
            client_secret,
            cli_client_id: resolve(&text("cliClientID"), &lookup).ok_or_else(|| dangling("cliClientID"))?,
            allowed_audiences: list(&value, "allowedAudiences")?,
            audience_may_be_missing: flag("skipAudienceCheckWhenTokenHasNoAudience"),
            scopes: if scopes.is_empty() { DEFAULT_SCOPES.map(str::to_owned).to_vec() } else { scopes },
            claims: value.get("requestedIDTokenClaims").filter(|claims| claims.is_object()).cloned(),
            logout_url: text("logoutURL"),
            root_ca: text("rootCA"),
            pkce: flag("enablePKCEAuthentication"),
            domain_hint: text("domainHint"),
            user_info: user_info(
                flag("enableUserInfoGroups"),
                &text("userInfoPath"),
                &text("userInfoCacheExpiration"),
            )?,
        })
    }

    /// The audiences that a token may be for.
    #[must_use]
    pub fn audiences(&self) -> Vec<&str> {
        let own = [self.client_id.as_str(), self.cli_client_id.as_str()];
        let own = own.into_iter().filter(|id| !id.is_empty() && self.allowed_audiences.is_empty());
        own.chain(self.allowed_audiences.iter().map(String::as_str)).collect()
    }
}

fn dangling(key: &str) -> String {
    format!("{key} refers to a key that no Secret has; write $key for argocd-secret, $name:key for another")
}

fn list(value: &Value, key: &str) -> Result<Vec<String>, String> {
    match value.get(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| format!("{key} must be a list of texts")))
            .collect(),
        Some(_) => Err(format!("{key} must be a list of texts")),
    }
}

fn user_info(enabled: bool, path: &str, keep: &str) -> Result<Option<UserInfo>, String> {
    if !enabled {
        return Ok(None);
    }
    if path.is_empty() {
        return Err("userInfoPath is missing, which enableUserInfoGroups needs".to_owned());
    }
    // A group that was taken away must not hold longer than this.
    let default = Duration::from_secs(300);
    let keep = if keep.is_empty() { default } else { duration("userInfoCacheExpiration", keep)? };
    Ok(Some(UserInfo { path: path.to_owned(), keep }))
}

pub(crate) fn duration(key: &str, text: &str) -> Result<Duration, String> {
    let parsed = GoDuration::parse_go(text.trim()).map(GoDuration::to_std);
    parsed.map_err(|_| format!("{key} is not a duration such as 24h or 30m"))
}
