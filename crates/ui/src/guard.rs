//! Who asks, and what every answer carries. What comes from another page is refused, nothing may be framed, and nothing
//! but our own files is loaded. Forms without script are sent with their origin, which the policy on referrers leaves in.

use crate::door::User;
use crate::problem::Problem;
use crate::respond::{is_script, json, see_other};
use crate::site::Site;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::json;
use std::sync::Arc;

/// Nothing but our own files, and nothing inside pages but text.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Lets who is signed in through, with who they are; sends others to sign in.
pub async fn guard(State(site): State<Arc<Site>>, mut request: Request, next: Next) -> Response {
    if let Some(why) = foreign(request.method(), request.headers()) {
        return with_headers(Problem::new(StatusCode::FORBIDDEN, why).into_response());
    }
    let Some(user) = site.door.who(request.headers()).await else {
        return with_headers(ask_who(&request));
    };
    request.extensions_mut().insert::<User>(user);
    with_headers(next.run(request).await)
}

/// The same for pages that anybody may see.
pub async fn open(request: Request, next: Next) -> Response {
    if let Some(why) = foreign(request.method(), request.headers()) {
        return with_headers(Problem::new(StatusCode::FORBIDDEN, why).into_response());
    }
    with_headers(next.run(request).await)
}

fn ask_who(request: &Request) -> Response {
    let back = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let login = format!("/login?return={}", url::form_urlencoded::byte_serialize(back.as_bytes()).collect::<String>());
    if is_script(request.headers()) || request.uri().path().starts_with("/live/") {
        let message = "Your session has ended. Sign in again.";
        return json(StatusCode::UNAUTHORIZED, &json!({"message": message, "location": "/login"}));
    }
    see_other(if *request.method() == Method::GET { &login } else { "/login" })
}

fn with_headers(mut response: Response) -> Response {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Why a request is another page's; `None` when it is not.
fn foreign(method: &Method, headers: &HeaderMap) -> Option<&'static str> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let is_harmless = [Method::GET, Method::HEAD].contains(method);
    let is_visit = is_harmless && text("sec-fetch-mode") == Some("navigate");
    match text("sec-fetch-site") {
        None | Some("same-origin" | "none") => {}
        Some(_) if is_visit => {}
        Some(_) => return Some("Another page asks."),
    }
    let host = text("host").unwrap_or_default();
    let is_own = |origin: &str| origin.split_once("://").is_some_and(|(_, own)| own.eq_ignore_ascii_case(host));
    match text("origin") {
        Some(origin) if !is_harmless && !is_own(origin) => Some("Another page asks."),
        _ => None,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        json(self.status, &json!({"message": self.message}))
    }
}
