//! Signing in and out, and who one is.

use crate::call::Call;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::site::Scheme;
use axum::response::IntoResponse;
use http::{HeaderMap, HeaderValue, header};
use serde_json::json;

/// The cookie that carries a token.
pub const COOKIE: &str = "argocd.token";

/// Signs in.
pub async fn create(call: Call) -> Result<Reply, Problem> {
    let (username, password) = (call.asked.field("username"), call.asked.field("password"));
    if username.is_empty() || password.is_empty() {
        return Err(Problem::invalid("no credentials supplied"));
    }
    let token = call.site.options.door.enter(&call.site.plane, username, password).await?;
    let mut response = Reply::Json(json!({"token": token})).into_response();
    let cookie = set_cookie(&token, call.site.options.scheme);
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(Reply::whole(response))
}

/// Signs out: the token is void from now on.
pub async fn delete(call: Call) -> Result<Reply, Problem> {
    if let Some(token) = &call.who.token {
        call.site.options.door.leave(&call.site.plane, token).await?;
    }
    let mut response = Reply::Json(json!({"token": ""})).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&set_cookie("", call.site.options.scheme)) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(Reply::whole(response))
}

/// Who one is.
pub async fn userinfo(call: Call) -> Result<Reply, Problem> {
    let who = &call.who;
    if !who.is_signed_in() {
        return Ok(Reply::Json(json!({"loggedIn": false})));
    }
    Ok(Reply::Json(json!({
        "loggedIn": true, "username": who.username, "iss": who.issuer, "groups": who.subject.groups,
    })))
}

/// The header that gives a browser a token, or with an empty one takes it away.
#[must_use]
pub fn set_cookie(token: &str, scheme: Scheme) -> String {
    let secure = if scheme == Scheme::Encrypted { "; Secure" } else { "" };
    let age = if token.is_empty() { "; Max-Age=0" } else { "" };
    format!("{COOKIE}={token}; Path=/; SameSite=Lax; HttpOnly{secure}{age}")
}

/// The token that a request shows: of its header, else of its cookie.
#[must_use]
pub fn token(headers: &HeaderMap) -> Option<Shown> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(token) = text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer ")) {
        return Some(Shown::Header(token.trim().to_owned()));
    }
    if let Some(token) = headers.get("token").and_then(|value| value.to_str().ok()) {
        return Some(Shown::Header(token.to_owned()));
    }
    cookie(headers, COOKIE).map(Shown::Cookie)
}

/// The value of a cookie that is not empty.
#[must_use]
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, value)| *own == name && !value.is_empty()).map(|(_, value)| value.to_owned())
}

/// How a token was shown: browsers send cookies for others too, headers only for themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// In a header.
    Header(String),
    /// In a cookie.
    Cookie(String),
}

impl Shown {
    /// The token.
    #[must_use]
    pub fn token(&self) -> &str {
        match self {
            Shown::Header(token) | Shown::Cookie(token) => token,
        }
    }
}
