//! Questions to the provider. Answers are bounded in time and size, redirects are not followed.

use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use url::Url;
use web::{ClientKind, Clients, PlainHttp, Reach, ServerTrust};

/// Largest answer: documents and key sets are a few KB.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// Longest wait for a whole answer.
const WAIT: Duration = Duration::from_secs(10);

/// How the provider is reached.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) trust: ServerTrust,
}

impl Way {
    pub(crate) fn new(root_ca: &str, trusts_any: bool) -> Self {
        let trust = match (trusts_any, root_ca) {
            (true, _) => ServerTrust::Anything,
            (false, "") => ServerTrust::System,
            (false, pem) => ServerTrust::Only(Arc::from(pem)),
        };
        Way { trust }
    }

    /// A client for this address, which must be `https`, or `http` on this very machine.
    pub(crate) fn client(&self, clients: &Clients, url: &Url) -> Result<reqwest::Client, String> {
        if !PlainHttp::LoopbackOnly.allows(url) {
            return Err(format!("{} must begin with https://", origin(url)));
        }
        // An administrator names the issuer; its network may be a private one.
        let kind = ClientKind { trust: self.trust.clone(), reach: Reach::Private, ..ClientKind::default() };
        clients.get(url, &kind).map_err(|error| error.to_string())
    }
}

/// Sends a request and reads the answer. What is told of a failure names the place, never what was said.
pub(crate) async fn answer<T: DeserializeOwned>(request: RequestBuilder, url: &Url) -> Result<T, String> {
    let place = origin(url);
    let told = tokio::time::timeout(WAIT, body(request, &place)).await;
    let bytes = told.map_err(|_| format!("{place} did not answer within {} s", WAIT.as_secs()))??;
    serde_json::from_slice(&bytes).map_err(|_| format!("{place}{} is not what OpenID Connect expects", url.path()))
}

async fn body(request: RequestBuilder, place: &str) -> Result<Vec<u8>, String> {
    let mut response = request.send().await.map_err(|error| format!("{place}: {}", web::root_cause(&error)))?;
    if !response.status().is_success() {
        return Err(format!("{place} answered with status {}", response.status().as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| format!("{place}: {}", web::root_cause(&error)))? {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(format!("{place} answered with more than {ANSWER_BYTES_MAX} bytes"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Scheme and host: paths and parameters may hold what is nobody's business.
pub(crate) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
