//! OAuth 2 with the client's own credentials (RFC 6749, 4.4).

use api::rollouts::OAuth2Config;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use outbound::{Call, Http, url};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, StatusCode};
use url::form_urlencoded::{Serializer, byte_serialize};

/// The call with the token that the credentials give, where they are given.
///
/// # Errors
/// When they are incomplete, or give none.
pub(crate) async fn authorized(http: &Http, call: Call, config: &OAuth2Config) -> Result<Call, String> {
    if config.token_url.is_empty() {
        return Ok(call);
    }
    if config.client_id.is_empty() || config.client_secret.is_empty() {
        return Err("missing mandatory parameter in metric for OAuth2 setup".to_owned());
    }
    // Compat: Go's client tries the header first, and the body where that is not liked.
    let mut answer = http.send(asking(&call, config, Credentials::InHeader)?).await?;
    if !answer.status.is_success() {
        answer = http.send(asking(&call, config, Credentials::InBody)?).await?;
    }
    if !answer.status.is_success() {
        return Err(refused(answer.status));
    }
    let token: serde_json::Value = serde_json::from_slice(&answer.body)
        .map_err(|_| "oauth2: cannot fetch token: the answer is no JSON".to_owned())?;
    let Some(access) = token["access_token"].as_str().filter(|access| !access.is_empty()) else {
        return Err("oauth2: server response missing access_token".to_owned());
    };
    let scheme = match token["token_type"].as_str() {
        Some(scheme) if scheme.eq_ignore_ascii_case("basic") => "Basic",
        Some(scheme) if scheme.eq_ignore_ascii_case("mac") => "MAC",
        _ => "Bearer",
    };
    call.header(AUTHORIZATION.as_str(), &format!("{scheme} {access}"))
}

fn refused(status: StatusCode) -> String {
    format!("oauth2: cannot fetch token: {status}")
}

/// Where the client's credentials stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Credentials {
    InHeader,
    InBody,
}

fn asking(call: &Call, config: &OAuth2Config, credentials: Credentials) -> Result<Call, String> {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    if !config.scopes.is_empty() {
        form.append_pair("scope", &config.scopes.join(" "));
    }
    let mut asking = Call::get(url(&config.token_url)?, call.timeout);
    if credentials == Credentials::InBody {
        form.append_pair("client_id", &config.client_id).append_pair("client_secret", &config.client_secret);
    } else {
        let escaped = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", escaped(&config.client_id), escaped(&config.client_secret));
        asking = asking.header(AUTHORIZATION.as_str(), &format!("Basic {}", STANDARD.encode(pair)))?;
    }
    asking.trust = call.trust.clone();
    asking.method = Method::POST;
    asking.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    asking.body = Some(form.finish().into_bytes());
    Ok(asking)
}
