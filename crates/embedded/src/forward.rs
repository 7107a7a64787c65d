//! `kubectl port-forward`: connections to ports of pods that this process itself answers for. kubectl speaks SPDY/3.1,
//! inside a WebSocket or by itself; each connection is a pair of its streams.
//!
//! Knows nothing of who answers: that is [`PodPorts`]. Start reading at [`answer`].

mod frames;
mod headers;
mod pod_ports;
mod session;
mod websocket;

pub use pod_ports::PodPorts;

use apiserver::{AnswerBody, ApiError, ApiServer, Object, resources};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CONNECTION, CONTENT_TYPE, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use std::sync::{Arc, OnceLock};

/// What both ends speak once the connection is made.
const PROTOCOL: &str = "portforward.k8s.io";
/// The same inside a WebSocket.
const TUNNELLED: &str = "SPDY/3.1+portforward.k8s.io";
/// The header in which SPDY clients name it.
const STREAM_PROTOCOL: HeaderName = HeaderName::from_static("x-stream-protocol-version");
/// RFC 6455's constant, which shows that a server understands WebSockets.
const WEBSOCKET_GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Who answers, once that is known.
pub(crate) type Answering = Arc<OnceLock<Arc<dyn PodPorts>>>;

/// The pod that a request wants ports of; `None` for all other requests.
pub(crate) fn target<B>(request: &Request<B>) -> Option<(String, String)> {
    let mut parts = request.uri().path().strip_prefix("/api/v1/namespaces/")?.split('/');
    let (namespace, pods, pod, what) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_it = pods == "pods" && what == "portforward" && parts.next().is_none();
    let has_method = [Method::GET, Method::POST].contains(request.method());
    (is_it && has_method).then(|| (namespace.to_owned(), pod.to_owned()))
}

/// Begins to forward ports of a pod, or says why not.
///
/// Assumption: whoever asks is the cluster's administrator.
pub(crate) fn answer<B>(
    server: &ApiServer,
    answering: &Answering,
    (namespace, name): (String, String),
    mut request: Request<B>,
) -> Response<AnswerBody> {
    let Some(pod) = server.api("port-forward").get(&resources::PODS, &namespace, &name) else {
        return refusal(&ApiError::not_found(&resources::PODS, &name));
    };
    let Some(ports) = answering.get().filter(|ports| has_ports(&***ports, &pod)).cloned() else {
        let message = "nothing runs on the simulated nodes of this cluster: ports are forwarded only to pods that this \
                       process answers for, such as that of argocd-server";
        return refusal(&ApiError::new(501, "NotImplemented", message));
    };
    let Some((response, carrier)) = accepted(request.headers()) else {
        return refusal(&ApiError::bad_request(
            "an upgrade to SPDY/3.1 or to a WebSocket that carries it was expected",
        ));
    };
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        // A client that goes before the upgrade is done has changed its mind.
        let Ok(upgraded) = upgraded.await else { return };
        let stream = TokioIo::new(upgraded);
        match carrier {
            Carrier::Plain => session::run(stream, pod, ports).await,
            Carrier::WebSocket => websocket::carried(stream, |inner| session::run(inner, pod, ports)).await,
        }
    });
    response
}

/// Whether anything listens at a port that the pod declares.
fn has_ports(ports: &dyn PodPorts, pod: &Object) -> bool {
    let containers = pod.get("/spec/containers").unwrap_or_default();
    let containers = containers.as_array().into_iter().flatten();
    let declared = containers.filter_map(|container| container["ports"].as_array()).flatten();
    let mut declared = declared.filter_map(|port| u16::try_from(port["containerPort"].as_u64()?).ok());
    declared.any(|port| ports.listens(pod, port))
}

/// How the frames come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carrier {
    Plain,
    WebSocket,
}

/// The answer that agrees to what the client offers; `None` where it offers nothing that is spoken here.
fn accepted(headers: &HeaderMap) -> Option<(Response<AnswerBody>, Carrier)> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let offers = |name: &HeaderName, wanted: &str| {
        let all = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        all.flat_map(|value| value.split(',')).any(|one| one.trim().eq_ignore_ascii_case(wanted))
    };
    if !offers(&CONNECTION, "upgrade") {
        return None;
    }
    let mut response = Response::new(AnswerBody::whole(""));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let answer = response.headers_mut();
    answer.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    let upgrade = text(&UPGRADE);
    if upgrade.eq_ignore_ascii_case("SPDY/3.1") && offers(&STREAM_PROTOCOL, PROTOCOL) {
        answer.insert(UPGRADE, HeaderValue::from_static("SPDY/3.1"));
        answer.insert(STREAM_PROTOCOL, HeaderValue::from_static(PROTOCOL));
        return Some((response, Carrier::Plain));
    }
    let key = text(&SEC_WEBSOCKET_KEY);
    if upgrade.eq_ignore_ascii_case("websocket") && offers(&SEC_WEBSOCKET_PROTOCOL, TUNNELLED) && !key.is_empty() {
        let proof = digest(&SHA1_FOR_LEGACY_USE_ONLY, format!("{key}{WEBSOCKET_GUID}").as_bytes());
        answer.insert(UPGRADE, HeaderValue::from_static("websocket"));
        answer.insert(SEC_WEBSOCKET_ACCEPT, HeaderValue::from_str(&STANDARD.encode(proof)).ok()?);
        answer.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(TUNNELLED));
        return Some((response, Carrier::WebSocket));
    }
    None
}

fn refusal(error: &ApiError) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::whole(error.to_value().to_string()));
    *response.status_mut() = StatusCode::from_u16(error.code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_paths_of_pods_ports_are_meant() {
        let meant = |path: &str| {
            target(&Request::builder().uri(path).body(()).expect("a request"))
                .map(|(namespace, pod)| format!("{namespace} {pod}"))
        };
        assert_eq!(meant("/api/v1/namespaces/argocd/pods/a/portforward?ports=1").as_deref(), Some("argocd a"));
        for other in ["/api/v1/namespaces/a/pods/b/log", "/api/v1/namespaces/a/pods/b/portforward/c", "/api/v1/pods"] {
            assert_eq!(meant(other), None, "{other}");
        }
    }

    #[test]
    fn both_upgrades_are_agreed_to() {
        // The example of RFC 6455, 1.3.
        let websocket = headers(&[
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-protocol", "v1, SPDY/3.1+portforward.k8s.io"),
        ]);
        let (response, carrier) = accepted(&websocket).expect("agreed");
        assert_eq!((response.status().as_u16(), carrier), (101, Carrier::WebSocket));
        assert_eq!(response.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        let spdy = [("connection", "Upgrade"), ("upgrade", "SPDY/3.1"), ("x-stream-protocol-version", PROTOCOL)];
        assert_eq!(accepted(&headers(&spdy)).map(|(_, carrier)| carrier), Some(Carrier::Plain));
        assert!(accepted(&headers(&spdy[..2])).is_none());
        assert!(accepted(&headers(&spdy[1..])).is_none());
    }
}
