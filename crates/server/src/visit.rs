//! Signing in with a provider: what a browser visits.

use crate::call::Call;
use crate::problem::{Code, Problem};
use crate::reply::Reply;
use crate::session::{cookie, set_cookie, token};
use crate::site::Scheme;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use signin::{Begin, Callback, CallbackError, STATE_SECONDS};

/// The cookie that tells the browser that began from others.
const STATE_COOKIE: &str = "argocd.oauthstate";

/// Sends the browser to the provider.
pub async fn login(call: Call) -> Result<Reply, Problem> {
    let signin = call.site.options.door.fresh(&call.site.plane);
    let settings = signin.settings();
    let own = settings.urls.first().ok_or_else(|| refused(&CallbackError::NotConfigured))?;
    let redirect_uri = format!("{}/auth/callback", own.trim_end_matches('/'));
    let wanted = call.asked.query("return_url");
    let begin = Begin { redirect_uri: &redirect_uri, return_url: if wanted.is_empty() { own } else { wanted } };
    let started = signin.begin(begin).await.map_err(|error| refused(&error))?;
    let cookie = state_cookie(&started.cookie, STATE_SECONDS, call.site.options.scheme);
    go(&started.location, &[cookie])
}

/// The provider sends the browser back to here.
pub async fn callback(call: Call) -> Result<Reply, Problem> {
    let signin = call.site.options.door.fresh(&call.site.plane);
    let query = |name: &str| call.asked.query(name);
    let state = cookie(&call.asked.headers, STATE_COOKIE).unwrap_or_default();
    let callback = Callback {
        code: query("code"),
        state: query("state"),
        issuer: query("iss"),
        error: query("error"),
        cookie: &state,
    };
    let finished = signin.finish(callback).await.map_err(|error| refused(&error))?;
    let scheme = call.site.options.scheme;
    let cookies = [set_cookie(&finished.token, scheme), state_cookie("", 0, scheme)];
    let to = if finished.return_url.is_empty() { "/" } else { &finished.return_url };
    go(to, &cookies)
}

/// Signs out, here and where the provider wants it.
pub async fn logout(call: Call) -> Result<Reply, Problem> {
    let shown = token(&call.asked.headers);
    let mut to = None;
    if let Some(shown) = &shown {
        let door = &call.site.options.door;
        to = door.fresh(&call.site.plane).provider().and_then(|provider| {
            let own = call.site.plane.now().config.get("url").cloned().unwrap_or_else(|| "/".to_owned());
            provider.logout_url(shown.token(), &own)
        });
        door.leave(&call.site.plane, shown.token()).await?;
    }
    go(to.as_deref().unwrap_or("/"), &[set_cookie("", call.site.options.scheme)])
}

fn state_cookie(value: &str, seconds: i64, scheme: Scheme) -> String {
    let secure = if scheme == Scheme::Encrypted { "; Secure" } else { "" };
    format!("{STATE_COOKIE}={value}; Path=/; SameSite=Lax; HttpOnly; Max-Age={seconds}{secure}")
}

fn go(to: &str, cookies: &[String]) -> Result<Reply, Problem> {
    let mut response: Response = StatusCode::SEE_OTHER.into_response();
    let header = |text: &str| {
        HeaderValue::from_str(text).map_err(|_| Problem::new(Code::Internal, "the address makes no header"))
    };
    response.headers_mut().insert(header::LOCATION, header(to)?);
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, header(cookie)?);
    }
    Ok(Reply::whole(response))
}

/// What the provider said goes to the log alone.
fn refused(error: &CallbackError) -> Problem {
    match error {
        CallbackError::Provider(_) | CallbackError::Token(_) => {
            tracing::warn!("a sign-in at the provider failed: {error}");
            Problem::new(Code::Unauthenticated, "the sign-in at the provider failed")
        }
        CallbackError::NotConfigured => Problem::precondition(error.to_string()),
        other => Problem::invalid(other.to_string()),
    }
}
