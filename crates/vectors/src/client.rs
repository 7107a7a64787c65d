//! Sending a recorded request and reading its answer.

use crate::case::Step;
use crate::placeholder::Bindings;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use std::collections::BTreeMap;
use tower::ServiceExt;

/// A server under test: requests with a whole body in, answers with any body out.
pub trait Service:
    tower::Service<Request<Full<Bytes>>, Response = Response<Self::Answer>, Error: std::fmt::Display> + Clone
{
    /// The body of answers.
    type Answer: Body<Data = Bytes, Error: std::fmt::Display>;
}

impl<S, B> Service for S
where
    S: tower::Service<Request<Full<Bytes>>, Response = Response<B>> + Clone,
    S::Error: std::fmt::Display,
    B: Body<Data = Bytes>,
    B::Error: std::fmt::Display,
{
    type Answer = B;
}

/// An answer as far as recordings have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, Vec<String>>,
    pub body: Value,
}

/// An answer whose body is not read yet: a watch goes on while other requests are sent.
pub struct Opened<B> {
    status: u16,
    headers: BTreeMap<String, Vec<String>>,
    is_watch: bool,
    body: B,
}

/// Sends the request of a step.
pub async fn open<S: Service>(service: &S, step: &Step, bindings: &Bindings) -> Result<Opened<S::Answer>, String> {
    let request = request(step, bindings)?;
    let response = service.clone().oneshot(request).await.map_err(|error| format!("no answer: {error}"))?;
    let (parts, body) = response.into_parts();
    let recorded =
        |name: &str| matches!(name, "warning" | "allow" | "retry-after" | "location" | "accept-patch" | "content-type");
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in parts.headers.iter().filter(|(name, _)| recorded(name.as_str())) {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        if name != "content-type" || value != "application/json" {
            headers.entry(name.to_string()).or_default().push(value);
        }
    }
    let flag = step.query.as_ref().and_then(|query| query.get("watch"));
    let is_watch = step.path.contains("/watch/") || flag.is_some_and(|flag| flag != "false" && flag != "0");
    Ok(Opened { status: parts.status.as_u16(), headers, is_watch: is_watch && step.response.is_array(), body })
}

impl<B: Body<Data = Bytes, Error: std::fmt::Display>> Opened<B> {
    /// Reads the body to its end.
    pub async fn finish(self) -> Result<Answer, String> {
        let bytes = self.body.collect().await.map_err(|error| format!("the answer broke off: {error}"))?.to_bytes();
        let text = || serde_json::json!({"<raw>": String::from_utf8_lossy(&bytes)});
        let body = if self.is_watch {
            let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            lines
                .map(serde_json::from_slice)
                .collect::<Result<Vec<Value>, _>>()
                .map(Value::from)
                .unwrap_or_else(|_| text())
        } else {
            serde_json::from_slice(&bytes).unwrap_or_else(|_| text())
        };
        Ok(Answer { status: self.status, headers: self.headers, body })
    }
}

fn request(step: &Step, bindings: &Bindings) -> Result<Request<Full<Bytes>>, String> {
    let mut uri = encoded(&bindings.fill(&step.path), "/:@!$&'()*+,;=%");
    for (index, (name, value)) in step.query.iter().flatten().enumerate() {
        uri.push(if index == 0 { '?' } else { '&' });
        uri.push_str(&format!("{}={}", encoded(name, ""), encoded(&bindings.fill(value), "")));
    }
    let mut request =
        Request::builder().method(step.method.as_str()).uri(uri).header("User-Agent", "vector-recorder/1.0");
    if !step.headers.iter().flatten().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
        request = request.header("Accept", "application/json");
    }
    for (name, value) in step.headers.iter().flatten() {
        request = request.header(name, value);
    }
    request.body(Full::new(body(step, bindings))).map_err(|error| format!("the request cannot be built: {error}"))
}

fn body(step: &Step, bindings: &Bindings) -> Bytes {
    if let Some(size) = step.note.as_deref().and_then(large_value) {
        let object = serde_json::json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "x".repeat(size)},
        });
        return object.to_string().into_bytes().into();
    }
    match &step.body {
        None => Bytes::new(),
        Some(Value::String(text)) => bindings.fill(text).into_bytes().into(),
        Some(json) => bindings.fill(&json.to_string()).into_bytes().into(),
    }
}

/// Bodies too large to record are described: `body: ConfigMap c with data.a = 1048577 times "x"`.
fn large_value(note: &str) -> Option<usize> {
    note.strip_prefix("body: ConfigMap c with data.a = ")?.split(' ').next()?.parse().ok()
}

fn encoded(text: &str, kept: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.as_bytes().contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
