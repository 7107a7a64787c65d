//! A small client over the `tower` face.

use apiserver::{AnswerBody, ApiServer};
use bytes::Bytes;
use clock::Clock;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use tower::ServiceExt;

/// A server in memory at a fixed time.
pub fn server() -> ApiServer {
    ApiServer::in_memory(Clock::simulated("2026-01-01T00:00:00Z".parse().expect("a time"), 7))
}

/// Sends a request; the answer may still stream.
pub async fn open(
    server: &ApiServer,
    method: &str,
    uri: &str,
    content_type: &str,
    body: impl Into<Bytes>,
) -> Result<Response<AnswerBody>, String> {
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header("content-type", content_type)
        .header("user-agent", "test/1")
        .body(Full::new(body.into()))
        .expect("a request");
    server.clone().oneshot(request).await.map_err(|error| error.to_string())
}

/// Sends a request and reads the whole answer.
pub async fn send(server: &ApiServer, method: &str, uri: &str, body: &Value) -> (u16, Value) {
    let content_type = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let bytes = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    let response = open(server, method, uri, content_type, bytes).await.expect("an answer");
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into_owned().into()))
}

/// A ConfigMap.
pub fn config_map(name: &str, value: &str) -> Value {
    serde_json::json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"v": value}})
}

/// The ConfigMaps of the default namespace.
pub const MAPS: &str = "/api/v1/namespaces/default/configmaps";
