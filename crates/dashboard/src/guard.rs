//! Who may ask, and what every answer carries.
//!
//! On loopback there is no sign-in, so the browser is what has to be kept from acting for others: only names of this
//! machine are answered (a page elsewhere whose name was made to point here is not), what comes from another page is
//! refused, and nothing may be framed. Elsewhere the token must be known.

use crate::options::SERVER;
use crate::problem::{Code, Problem};
use crate::respond::see_other;
use crate::site::Site;
use crate::token::Token;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use std::sync::Arc;

/// The cookie that carries the token.
pub const COOKIE: &str = "capstan-dashboard";

/// No path is longer: names, an image and what stands around them.
const PATH_MAX: usize = 2_048;

/// Nothing but our own files, and nothing inside pages but text.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Lets a request through, or answers it.
pub async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let is_options = request.method() == Method::OPTIONS;
    let mut response = match refusal(&site, &request) {
        Some(refused) => refused,
        None => next.run(request).await,
    };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response = wrong_method(response, is_options);
    }
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::SERVER, SERVER),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The same answer in the words of the API; which methods there are, when that was the question.
fn wrong_method(response: Response, is_options: bool) -> Response {
    let allowed = response.headers().get(header::ALLOW).cloned();
    let mut answer = if is_options {
        StatusCode::NO_CONTENT.into_response()
    } else {
        let mut answer = Problem::new(Code::Unimplemented, "Method Not Allowed").into_response();
        *answer.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        answer
    };
    if let Some(allowed) = allowed {
        answer.headers_mut().insert(header::ALLOW, allowed);
    }
    answer
}

fn refusal(site: &Site, request: &Request) -> Option<Response> {
    let (uri, headers) = (request.uri(), request.headers());
    if !is_path_plain(uri.path()) {
        return Some(Problem::new(Code::InvalidArgument, "the path is not plain").into_response());
    }
    let Some(host) = host_of(uri, headers) else {
        return Some(Problem::new(Code::InvalidArgument, "one Host must be named").into_response());
    };
    if site.options.token.is_none() && !is_own_name(&host) {
        let message = "only localhost is answered; bind another address to be asked by another name";
        let mut refused = Problem::new(Code::PermissionDenied, message).into_response();
        *refused.status_mut() = StatusCode::MISDIRECTED_REQUEST;
        return Some(refused);
    }
    if let Some(why) = foreign(request.method(), headers, &host) {
        return Some(Problem::new(Code::PermissionDenied, why).into_response());
    }
    site.options.token.as_ref().and_then(|token| unknown(site, token, request))
}

/// Paths that other programs on the way might read otherwise are not answered.
fn is_path_plain(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let is_dots = |segment: &str| matches!(segment.replace("%2e", ".").as_str(), "." | "..");
    path.len() <= PATH_MAX
        && path.starts_with('/')
        && !path.contains("//")
        && !["%00", "%0a", "%0d", "%5c", "\\"].iter().any(|it| lower.contains(it))
        && !lower.replace("%2f", "/").split('/').any(is_dots)
}

/// The one name that was asked for, with its port.
fn host_of(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let mut named = headers.get_all(header::HOST).iter();
    let host = match (named.next(), named.next()) {
        (Some(host), None) => host.to_str().ok()?.to_owned(),
        (None, _) => uri.authority()?.to_string(),
        (Some(_), Some(_)) => return None,
    };
    (!host.is_empty()).then_some(host)
}

/// Whether a name is one of this machine alone.
fn is_own_name(host: &str) -> bool {
    let url = url::Url::parse(&format!("http://{host}/"));
    match url.as_ref().ok().and_then(url::Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Why a request is another page's; `None` when it is not.
fn foreign(method: &Method, headers: &HeaderMap, host: &str) -> Option<&'static str> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let is_harmless = [Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
    let is_visit = is_harmless && text("sec-fetch-mode") == Some("navigate");
    match text("sec-fetch-site") {
        None | Some("same-origin" | "none") => {}
        Some(_) if is_visit => {}
        Some(_) => return Some("another page asks"),
    }
    let is_own =
        |origin: &str| origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host));
    match text("origin") {
        Some(origin) if !is_harmless && !is_own(origin) => Some("another page asks"),
        _ => None,
    }
}

/// What is answered to who does not know the token; `None` to who does.
fn unknown(site: &Site, token: &Token, request: &Request) -> Option<Response> {
    let (uri, headers) = (request.uri(), request.headers());
    let told = bearer(headers).or_else(|| cookie(headers));
    if told.is_some_and(|told| token.is(told)) {
        return None;
    }
    let path = uri.path().strip_prefix(&*site.base).unwrap_or(uri.path());
    if path.starts_with("/assets/") || path == "/login" || uri.path() == "/healthz" {
        return None;
    }
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let told = query.into_owned().find(|(key, _)| key == "token");
    if request.method() == Method::GET && told.is_some_and(|(_, told)| token.is(&told)) {
        return Some(remembered(site, token, uri.path()));
    }
    if path.starts_with("/api/") || request.method() != Method::GET {
        let refused = Problem::new(Code::Unauthenticated, "the token is not known; give it as `Authorization: Bearer`");
        return Some(refused.into_response());
    }
    Some(see_other(&format!("{}/login", site.base)))
}

/// Sends a browser on with the token in a cookie, which scripts cannot read and other pages cannot send.
pub fn remembered(site: &Site, token: &Token, location: &str) -> Response {
    let mut response = see_other(location);
    let path = if site.base.is_empty() { "/" } else { &site.base };
    let cookie = format!("{COOKIE}={}; Path={path}; HttpOnly; SameSite=Strict", token.text());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in ["localhost", "localhost:3100", "127.0.0.1:3100", "127.9.9.9", "[::1]:3100", "a.localhost"] {
            assert!(is_own_name(host), "{host}");
        }
        for host in ["example.com", "localhost.example.com:3100", "10.0.0.1", "127.0.0.1.nip.io", "a b", "[::2]", "@"] {
            assert!(!is_own_name(host), "{host}");
        }
    }

    #[test]
    fn paths_that_could_be_read_otherwise_are_not_answered() {
        assert!(is_path_plain("/rollouts/api/v1/rollouts/a/b/set/c/ghcr.io%2Fd/1.2"));
        for path in
            ["//x", "/a/../b", "/a/%2e%2e/b", "/a/%2E./b", "/a%2f..%2fb", "/a/./b", "/a\\b", "/a%5cb", "/a%00", "*"]
        {
            assert!(!is_path_plain(path), "{path}");
        }
    }

    #[test]
    fn what_another_page_asks_is_refused() {
        let asks = |method: Method, pairs: &[(&'static str, &'static str)]| {
            let pairs =
                pairs.iter().map(|(key, value)| (HeaderName::from_static(key), HeaderValue::from_static(value)));
            foreign(&method, &pairs.collect(), "localhost:3100").is_some()
        };
        assert!(!asks(Method::PUT, &[]));
        assert!(!asks(Method::POST, &[("origin", "http://localhost:3100"), ("sec-fetch-site", "same-origin")]));
        assert!(asks(Method::POST, &[("origin", "http://localhost:3101")]));
        assert!(asks(Method::POST, &[("origin", "null")]));
        assert!(asks(Method::PUT, &[("origin", "https://evil.example")]));
        assert!(asks(Method::PUT, &[("sec-fetch-site", "cross-site")]));
        assert!(asks(Method::GET, &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")]));
        assert!(!asks(Method::GET, &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]));
        assert!(asks(Method::POST, &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]));
    }
}
