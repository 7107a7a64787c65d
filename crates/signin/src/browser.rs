//! Signing in through the browser: there with a state that only this browser has, back with a code that only we can use.

use crate::identity::{Identity, TokenError};
use crate::return_url::is_allowed_return;
use crate::sealed;
use crate::service::SignIn;
use crate::sso::Provider;
use crate::sso::discovery::{Described, SecretIn};
use crate::sso::fetch::answer;
use crate::token::TOKEN_BYTES_MAX;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use url::Url;

/// How long somebody may take to sign in at the provider, in seconds.
pub const STATE_SECONDS: i64 = 300;

/// Longest code, state and cookie that are looked at.
const PARAMETER_BYTES_MAX: usize = 16 * 1024;

/// A sign-in to begin.
#[derive(Debug, Clone, Copy)]
pub struct Begin<'a> {
    /// Where the provider sends the browser back to: `<url>/auth/callback`.
    pub redirect_uri: &'a str,
    /// Where to go afterwards; must be within the server's own addresses.
    pub return_url: &'a str,
}

/// A sign-in that began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// Where to send the browser.
    pub location: String,
    /// What it must bring back, in the cookie `argocd.oauthstate`: HttpOnly, SameSite=Lax, Secure over TLS, gone after
    /// [`STATE_SECONDS`].
    pub cookie: String,
}

/// What the browser brought back.
#[derive(Debug, Clone, Copy)]
pub struct Callback<'a> {
    /// The parameter `code`.
    pub code: &'a str,
    /// The parameter `state`.
    pub state: &'a str,
    /// The parameter `iss`, where the provider sends it (RFC 9207); empty if not.
    pub issuer: &'a str,
    /// The parameter `error`, empty if none.
    pub error: &'a str,
    /// The cookie.
    pub cookie: &'a str,
}

/// A sign-in that ended well.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// The session's token: for the cookie `argocd.token`.
    pub token: String,
    /// Who it is.
    pub identity: Identity,
    /// Where to go; empty: to the start.
    pub return_url: String,
}

/// Why a sign-in did not begin or end well. What is told to the browser holds nothing that the provider said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// No provider is configured, or the server has no key yet.
    #[error("single sign-on is not configured: set oidc.config and url in argocd-cm")]
    NotConfigured,
    /// The address to go to afterwards is not the server's own.
    #[error(
        "Invalid redirect URL: the protocol and host (including port) must match and the path must be within allowed URLs if provided"
    )]
    ReturnUrl,
    /// The browser did not begin this, or began it too long ago.
    #[error("the sign-in did not begin in this browser, or too long ago; begin again")]
    State,
    /// The provider did not let them in.
    #[error("the provider refused the sign-in")]
    Refused,
    /// The provider's answer came from somebody else.
    #[error("the answer names another issuer than the one that was asked")]
    Issuer,
    /// The provider cannot be asked, or answered what it must not. The text is for logs.
    #[error("the provider cannot be asked: {0}")]
    Provider(String),
    /// The token that came does not hold. The text is for logs.
    #[error("failed to verify the token: {0}")]
    Token(String),
}

/// What the cookie holds.
#[derive(Serialize, Deserialize)]
struct State {
    state: String,
    nonce: String,
    verifier: String,
    redirect_uri: String,
    return_url: String,
    until: i64,
}

#[derive(Deserialize)]
struct TokenAnswer {
    id_token: String,
    #[serde(default)]
    access_token: String,
}

impl SignIn {
    /// Begins a sign-in at the provider.
    ///
    /// # Errors
    /// When none is configured or reached, or the address to return to is not ours.
    pub async fn begin(&self, begin: Begin<'_>) -> Result<Started, CallbackError> {
        let (provider, key) = self.provider_and_key()?;
        let settings = self.settings();
        if begin.return_url.len() > PARAMETER_BYTES_MAX || !is_allowed_return(begin.return_url, &settings.urls) {
            return Err(CallbackError::ReturnUrl);
        }
        let described = provider.described(&self.0.clients).await.map_err(CallbackError::Provider)?;
        let entropy = &self.0.entropy;
        let state = State {
            state: entropy.text(32),
            nonce: entropy.text(32),
            verifier: entropy.text(64),
            redirect_uri: begin.redirect_uri.to_owned(),
            return_url: begin.return_url.to_owned(),
            until: self.0.clock.now().as_second() + STATE_SECONDS,
        };
        let plain = serde_json::to_vec(&state).map_err(|_| CallbackError::State)?;
        let cookie = sealed::seal(&plain, &key, entropy).ok_or(CallbackError::NotConfigured)?;
        Ok(Started { location: location(&provider, &described, &state), cookie })
    }

    /// Ends a sign-in: the code for a token, the token for an identity.
    ///
    /// # Errors
    /// When anything does not fit together.
    pub async fn finish(&self, callback: Callback<'_>) -> Result<Finished, CallbackError> {
        let (provider, key) = self.provider_and_key()?;
        let state = self.state_of(&callback, &key)?;
        if !callback.issuer.is_empty() && callback.issuer != provider.issuer() {
            return Err(CallbackError::Issuer);
        }
        if !callback.error.is_empty() || callback.code.is_empty() || callback.code.len() > PARAMETER_BYTES_MAX {
            return Err(CallbackError::Refused);
        }
        let answer = self.redeem(&provider, callback.code, &state).await.map_err(CallbackError::Provider)?;
        let token = |error: TokenError| CallbackError::Token(error.to_string());
        if answer.id_token.len() > TOKEN_BYTES_MAX {
            return Err(token(TokenError::Unreadable));
        }
        let claims = provider.claims(&self.0.clients, &answer.id_token, &self.0.clock).await.map_err(token)?;
        if !is_equal(claims.text("nonce"), &state.nonce) {
            return Err(token(TokenError::Claim("nonce")));
        }
        let bound = claims.get("at_hash").and_then(|hash| hash.as_str());
        if bound.is_some_and(|hash| is_sha256(&answer.id_token) && hash != half_digest(&answer.access_token)) {
            return Err(token(TokenError::Claim("at_hash")));
        }
        provider.signed_in(claims.text("sub"), &answer.access_token);
        let identity = self.identify(&answer.id_token).await.map_err(token)?;
        Ok(Finished { token: answer.id_token, identity, return_url: state.return_url })
    }

    fn provider_and_key(&self) -> Result<(Arc<Provider>, Vec<u8>), CallbackError> {
        let provider = self.provider().ok_or(CallbackError::NotConfigured)?;
        let settings = self.settings();
        let key = settings.signing_key.as_ref().ok_or(CallbackError::NotConfigured)?;
        Ok((provider, key.reveal().clone()))
    }

    /// What this browser began, if it did, and once only.
    fn state_of(&self, callback: &Callback<'_>, key: &[u8]) -> Result<State, CallbackError> {
        if callback.cookie.len() > 2 * PARAMETER_BYTES_MAX || callback.state.len() > PARAMETER_BYTES_MAX {
            return Err(CallbackError::State);
        }
        let plain = sealed::open(callback.cookie, key).ok_or(CallbackError::State)?;
        let state: State = serde_json::from_slice(&plain).map_err(|_| CallbackError::State)?;
        let now = self.0.clock.now();
        if !is_equal(&state.state, callback.state)
            || state.until <= now.as_second()
            || !self.use_once(&state.state, state.until)
        {
            return Err(CallbackError::State);
        }
        Ok(state)
    }

    async fn redeem(&self, provider: &Provider, code: &str, state: &State) -> Result<TokenAnswer, String> {
        let described = provider.described(&self.0.clients).await?;
        let config = provider.config();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", state.redirect_uri.as_str()),
            ("code_verifier", state.verifier.as_str()),
        ];
        let secret = config.client_secret.as_ref().map(|secret| secret.reveal().as_str());
        if secret.is_none() || described.secret_in == SecretIn::Form {
            form.push(("client_id", config.client_id.as_str()));
            form.extend(secret.map(|secret| ("client_secret", secret)));
        }
        let client = provider.way.client(&self.0.clients, &described.token)?;
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut request = client.post(described.token.clone()).body(body);
        request =
            request.header("content-type", "application/x-www-form-urlencoded").header("accept", "application/json");
        if let Some(secret) = secret.filter(|_| described.secret_in == SecretIn::Header) {
            // RFC 6749, section 2.3.1: both are encoded as in a form first.
            let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            request = request.basic_auth(encoded(&config.client_id), Some(encoded(secret)));
        }
        answer(request, &described.token).await
    }
}

fn location(provider: &Provider, described: &Described, state: &State) -> String {
    let config = provider.config();
    let mut url: Url = described.authorization.clone();
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, state.verifier.as_bytes()));
    let mut query = url.query_pairs_mut();
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &config.client_id)
        .append_pair("redirect_uri", &state.redirect_uri)
        .append_pair("scope", &config.scopes.join(" "))
        .append_pair("state", &state.state)
        .append_pair("nonce", &state.nonce)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    if let Some(claims) = &config.claims {
        query.append_pair("claims", &serde_json::json!({ "id_token": claims }).to_string());
    }
    if !config.domain_hint.is_empty() {
        query.append_pair("domain_hint", &config.domain_hint);
    }
    drop(query);
    url.into()
}

fn is_equal(left: &str, right: &str) -> bool {
    !left.is_empty() && bool::from(left.as_bytes().ct_eq(right.as_bytes()))
}

/// Whether the token is signed over SHA-256, which its digest of the access token then uses too.
fn is_sha256(token: &str) -> bool {
    jsonwebtoken::decode_header(token).is_ok_and(|header| format!("{:?}", header.alg).ends_with("256"))
}

/// The left half of the digest of an access token.
fn half_digest(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest(&SHA256, access_token.as_bytes()).as_ref()[..16])
}
