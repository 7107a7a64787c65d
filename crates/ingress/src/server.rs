//! The front over HTTP.

use crate::ask::{Ask, plain_host, read_query};
use crate::front::{Answer, Front, Reply};
use crate::pods::{Count, Identity};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, LOCATION, SET_COOKIE};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The path at which the ingress itself answers with what pods have counted, whatever the host.
pub const COUNTS_PATH: &str = "/.capstan/counts";
/// The path at which it answers the same for Prometheus: answers of each version, by their status.
pub const METRICS_PATH: &str = "/.capstan/metrics";
/// The query of [`COUNTS_PATH`] for all and bad answers of each version, by its hash.
const BY_HASH: &str = "by=hash";
/// Connections at a time; more wait to be accepted.
const CONNECTIONS_MAX: usize = 4096;
/// The pause after the system refuses to accept a connection, for want of file descriptors for instance.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts connections for ever; they end with it.
pub async fn serve(listener: TcpListener, front: Arc<Front>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, Arc::clone(&front)));
                }
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

async fn converse(stream: TcpStream, front: Arc<Front>) {
    // Small answers go out at once.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let answer = answer(&request, &front);
        async move { Ok::<_, Infallible>(answer) }
    });
    // A client that breaks off is its own affair.
    let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

fn answer<B>(request: &Request<B>, front: &Front) -> Response<Full<Bytes>> {
    if request.uri().path() == COUNTS_PATH {
        let counted = front.tallies().counts();
        let is_by_hash = request.uri().query() == Some(BY_HASH);
        return respond(StatusCode::OK, &if is_by_hash { by_hash(&counted) } else { counts(&counted) });
    }
    if request.uri().path() == METRICS_PATH {
        let mut response = Response::new(Full::from(exposition(&front.tallies().counts())));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"));
        return response;
    }
    let reply = front.reply(&ask_of(request));
    let mut response = respond_to(&reply);
    if let Some(cookie) = reply.cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

fn respond_to(reply: &Reply) -> Response<Full<Bytes>> {
    let of_pod = |pod: &Identity| {
        let mut value = pod.to_json();
        value["path"] = reply.path.as_str().into();
        value
    };
    match &reply.answer {
        Answer::Pod(pod) => respond(StatusCode::OK, &of_pod(pod)),
        Answer::Failure(pod) => respond(StatusCode::INTERNAL_SERVER_ERROR, &of_pod(pod)),
        Answer::Redirect { status, location } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::FOUND);
            let mut response = respond(status, &json!({ "location": location }));
            if let Ok(location) = HeaderValue::from_str(location) {
                response.headers_mut().insert(LOCATION, location);
            }
            response
        }
        Answer::NoRoute => respond(StatusCode::NOT_FOUND, &json!({"error": "no route is for this host and path"})),
        Answer::Nobody { origin, why } => {
            respond(StatusCode::SERVICE_UNAVAILABLE, &json!({"error": why, "route": origin.to_string()}))
        }
    }
}

fn ask_of<B>(request: &Request<B>) -> Ask {
    let header = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = header.or(request.uri().host()).unwrap_or_default();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Ask {
        host: plain_host(host),
        method: request.method().as_str().to_owned(),
        path: request.uri().path().to_owned(),
        query: read_query(request.uri().query().unwrap_or_default()),
        headers: request.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
    }
}

fn counts(counts: &[Count]) -> Value {
    let one = |count: &Count| {
        let mut value = count.pod.to_json();
        value["answered"] = count.answered.into();
        value["failed"] = count.failed.into();
        value["copied"] = count.copied.into();
        value["refused"] = count.refused.into();
        value
    };
    counts.iter().map(one).collect()
}

/// All and bad answers of each version: what a comparison of two of them asks for.
fn by_hash(counts: &[Count]) -> Value {
    let mut versions: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for count in counts {
        let (total, bad) = versions.entry(&count.pod.hash).or_default();
        *total += count.answered;
        *bad += count.failed;
    }
    versions.iter().map(|(hash, (total, bad))| ((*hash).to_owned(), json!({"total": total, "bad": bad}))).collect()
}

/// Answers of each version as counters. What names them cannot hold what would have to be escaped.
fn exposition(counts: &[Count]) -> String {
    let mut series: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
    for count in counts {
        let (namespace, hash) = (&*count.pod.namespace, &*count.pod.hash);
        *series.entry((namespace, hash, "200")).or_default() += count.answered.saturating_sub(count.failed);
        *series.entry((namespace, hash, "500")).or_default() += count.failed;
    }
    let mut text = "# HELP capstan_ingress_requests_total Answers of simulated pods.\n\
                    # TYPE capstan_ingress_requests_total counter\n"
        .to_owned();
    for ((namespace, hash, code), count) in series {
        text.push_str(&format!(
            "capstan_ingress_requests_total{{namespace=\"{namespace}\",rollouts_pod_template_hash=\"{hash}\",\
             code=\"{code}\"}} {count}\n"
        ));
    }
    text
}

fn respond(status: StatusCode, value: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(format!("{value}\n"))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
