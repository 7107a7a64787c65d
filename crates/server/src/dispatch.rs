//! From a request to its answer: who asks, what is asked, whether that may be, then the route's handler.

use crate::authorize::authorize;
use crate::call::{Asked, Call};
use crate::problem::{Code, Problem};
use crate::reply::{Reply, as_events};
use crate::routes::Route;
use crate::session::{Shown, token};
use crate::site::Site;
use crate::who::Who;
use axum::body::{Body, to_bytes};
use axum::extract::{RawPathParams, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// No request of the API has more to say; manifests that are sent along are the largest.
const BODY_MAX: usize = 16 << 20;
/// Before anybody is recognised, much less is read.
const OPEN_BODY_MAX: usize = 64 << 10;
/// How long a body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(30);
/// So many parameters of a query are read.
const QUERY_MAX: usize = 256;

/// Answers a request by a route.
pub async fn answer(site: Arc<Site>, route: &'static Route, path: RawPathParams, request: Request) -> Response {
    let response = match settle(&site, route, &path, request).await {
        Ok((call, renewed)) => {
            let wants_events = wants_events(&call.asked.headers);
            let mut response = match (route.handler)(call).await {
                Ok(Reply::Lines(lines)) if wants_events => as_events(lines),
                Ok(reply) => reply.into_response(),
                Err(problem) => problem.into_response(),
            };
            if let Some(token) = renewed.and_then(|token| HeaderValue::from_str(&token).ok()) {
                response.headers_mut().insert("renew-token", token);
            }
            response
        }
        Err(problem) => problem.into_response(),
    };
    site.counts.add(route.method, route.path, response.status().as_u16());
    response
}

/// Whether streams are wanted in the form that browsers read by themselves.
fn wants_events(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|kind| kind.trim().starts_with("text/event-stream"))
}

async fn settle(
    site: &Arc<Site>,
    route: &'static Route,
    path: &RawPathParams,
    request: Request,
) -> Result<(Call, Option<String>), Problem> {
    let (parts, body) = request.into_parts();
    let shown = token(&parts.headers);
    check_content_type(route, &parts.headers)?;
    let (who, renewed) = recognise(site, shown.as_ref()).await;
    let is_open = matches!(route.rule, crate::rule::Rule::Open(_));
    if !is_open && who.token.is_none() && !site.plane.now().is_on("users.anonymous.enabled") {
        let why = if shown.is_some() { "invalid session: the token does not hold" } else { "no session information" };
        return Err(Problem::new(Code::Unauthenticated, why));
    }
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let query = query.into_owned().take(QUERY_MAX).collect();
    let names = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let most = match route.path {
        "/api/webhook" | "/webhook" => crate::webhook::body_max(site),
        _ if is_open => OPEN_BODY_MAX,
        _ => BODY_MAX,
    };
    let raw = if parts.method == http::Method::GET { Bytes::new() } else { read(&parts.headers, body, most).await? };
    let is_json = route.path.starts_with("/api/v1") && !raw.is_empty();
    let body = if is_json { json(&raw)? } else { Value::Null };
    let asked = Asked { path: names, query, body, raw, headers: parts.headers };
    let application = authorize(site, route.rule, &who, &asked)?;
    Ok((Call { site: Arc::clone(site), who, asked, application }, renewed))
}

/// A token that does not hold makes a stranger; what strangers may not is refused later.
async fn recognise(site: &Site, shown: Option<&Shown>) -> (Who, Option<String>) {
    let Some(shown) = shown else { return (Who::default(), None) };
    match site.options.door.recognise(&site.plane, shown.token()).await {
        Ok(mut who) => {
            let renewed = who.renewed.take();
            (who, renewed)
        }
        Err(problem) => {
            tracing::debug!("a token does not hold: {problem}");
            (Who::default(), None)
        }
    }
}

/// A page elsewhere can make a browser send forms and plain text, but not this type: so nobody acts through somebody
/// else's cookie. Compat: upstream's words.
fn check_content_type(route: &Route, headers: &HeaderMap) -> Result<(), Problem> {
    if route.method == "GET" || !route.path.starts_with("/api/v1") {
        return Ok(());
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    match kind.eq_ignore_ascii_case("application/json") {
        true => Ok(()),
        false => Err(Problem::invalid("Invalid content type").with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
    }
}

async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Bytes, Problem> {
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        let why = "compressed bodies are not read";
        return Err(Problem::invalid(why).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let too_large = || {
        Problem::new(Code::ResourceExhausted, format!("the body is larger than {most} bytes"))
            .with_status(StatusCode::PAYLOAD_TOO_LARGE)
    };
    let told = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|told| told > most as u64) {
        return Err(too_large());
    }
    match tokio::time::timeout(BODY_WITHIN, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(too_large()),
        Err(_) => Err(Problem::new(Code::DeadlineExceeded, "the body did not arrive in time")
            .with_status(StatusCode::REQUEST_TIMEOUT)),
    }
}

/// `serde_json` refuses what is nested deeper than 128.
fn json(raw: &Bytes) -> Result<Value, Problem> {
    serde_json::from_slice(raw).map_err(|error| {
        Problem::invalid(format!("the body is not JSON: line {}, column {}", error.line(), error.column()))
    })
}
