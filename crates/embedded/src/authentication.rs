//! Who sends a request over HTTPS: the holder of the client certificate or of the administrator's token, or a service
//! account by a token of its own; everybody else learns only that the server lives.

use crate::forward::{self, Answering};
use apiserver::{AnswerBody, ApiError, ApiServer};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Request, Response};
use ring::digest::{Digest, SHA256, digest};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower::Service;

/// What anybody may ask, as in every Kubernetes.
const PUBLIC: [&str; 4] = ["/healthz", "/livez", "/readyz", "/version"];

/// The token, known by its digest only, so that comparing it tells nothing by the time it takes.
#[derive(Clone)]
pub(crate) struct TokenCheck(Arc<Digest>);

impl TokenCheck {
    pub(crate) fn new(token: &str) -> Self {
        TokenCheck(Arc::new(digest(&SHA256, token.as_bytes())))
    }

    fn admits(&self, token: &str) -> bool {
        digest(&SHA256, token.as_bytes()).as_ref() == self.0.as_ref().as_ref()
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    Some(headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?.trim())
}

/// How a connection was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// With the administrator's certificate, checked by TLS.
    Certified,
    /// Without one.
    Anonymous,
}

/// The API for one connection.
#[derive(Clone)]
pub(crate) struct Guarded {
    pub server: ApiServer,
    pub tokens: TokenCheck,
    pub peer: Peer,
    pub answering: Answering,
}

type Answer = Response<AnswerBody>;
type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl<B> Service<Request<B>> for Guarded
where
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
{
    type Response = Answer;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let token = bearer(request.headers());
        let is_admin = self.peer == Peer::Certified || token.is_some_and(|token| self.tokens.admits(token));
        let account = if is_admin { None } else { token.and_then(|token| self.server.token_user(token)) };
        let known = is_admin || account.is_some();
        // Without a user the request is the administrator's.
        account.map(|account| request.extensions_mut().insert(account));
        // In somebody else's name nothing is forwarded: the API refuses it.
        let acts_alone = is_admin && !request.headers().contains_key("impersonate-user");
        if let Some(pod) = forward::target(&request).filter(|_| acts_alone) {
            let answer = forward::answer(&self.server, &self.answering, pod, request);
            return Box::pin(async { Ok(answer) });
        }
        let path = request.uri().path();
        let public = PUBLIC.iter().any(|prefix| path == *prefix || path.starts_with(&format!("{prefix}/")));
        if known || public { Box::pin(self.server.call(request)) } else { Box::pin(async { Ok(unauthorized()) }) }
    }
}

fn unauthorized() -> Answer {
    let status = ApiError::new(401, "Unauthorized", "Unauthorized").to_value().to_string();
    let mut response = Response::new(AnswerBody::whole(status));
    *response.status_mut() = http::StatusCode::UNAUTHORIZED;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}
