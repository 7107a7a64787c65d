//! What every request must be, and what every answer carries.

use crate::problem::{Code, Problem};
use crate::session::{Shown, token};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

/// No path is longer.
const PATH_MAX: usize = 4_096;

/// Nothing but our own files, and nothing inside pages but text.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Lets a request through, or answers it.
pub async fn guard(request: Request, next: Next) -> Response {
    let mut response = match refusal(&request) {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = response.headers().get(header::ALLOW).cloned();
        response = Problem::new(Code::Unimplemented, "Method Not Allowed")
            .with_status(StatusCode::METHOD_NOT_ALLOWED)
            .into_response();
        response.headers_mut().extend(allowed.map(|allowed| (header::ALLOW, allowed)));
    }
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn refusal(request: &Request) -> Option<Problem> {
    let (uri, headers) = (request.uri(), request.headers());
    if !is_path_plain(uri.path()) {
        return Some(Problem::invalid("the path is not plain"));
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok().map(str::to_owned),
        (None, _) => uri.authority().map(ToString::to_string),
        (Some(_), Some(_)) => None,
    };
    let Some(host) = host else { return Some(Problem::invalid("one Host must be named")) };
    if is_foreign(request.method(), headers, &host) {
        return Some(Problem::new(Code::PermissionDenied, "another page asks"));
    }
    None
}

/// Paths that other programs on the way might read otherwise are not answered. A slash within a part is written `%2F`, as
/// in addresses of repositories; dots between such slashes lead nowhere, for parts are names and never paths of files.
fn is_path_plain(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let is_dots = |segment: &str| matches!(segment.replace("%2e", ".").as_str(), "." | "..");
    path.len() <= PATH_MAX
        && path.starts_with('/')
        && !["%00", "%0a", "%0d", "%5c", "\\"].iter().any(|it| lower.contains(it))
        && !lower.split('/').any(is_dots)
}

/// Whether another site makes a browser ask with its visitor's cookie.
fn is_foreign(method: &Method, headers: &HeaderMap, host: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let is_harmless = [Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
    let shows_cookie = matches!(token(headers), Some(Shown::Cookie(_)));
    let is_cross = text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let is_visit = is_harmless && text("sec-fetch-mode") == Some("navigate");
    if is_cross && !is_visit && (shows_cookie || !is_harmless) {
        return true;
    }
    let is_own =
        |origin: &str| origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host));
    text("origin").is_some_and(|origin| (!is_harmless || shows_cookie) && !is_own(origin))
}
