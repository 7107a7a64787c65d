//! The registry itself.

use crate::answers::{Answer, answer, refusal};
use crate::auth::{Auth, token};
use crate::behaviour::{Asked, Behaviour, Canned};
use crate::content::{Content, Manifest};
use crate::image::Image;
use crate::{reading, writing};
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;

/// A registry that is served until its runtime ends. Cheap to clone; clones are one registry.
#[derive(Clone)]
pub struct Server(Arc<Inner>);

struct Inner {
    address: SocketAddr,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    content: Content,
    auth: Auth,
    behaviour: Behaviour,
    requests: Vec<String>,
}

impl Server {
    /// Serves an empty registry on a free port of this machine.
    ///
    /// # Errors
    /// There is no port.
    pub async fn start() -> std::io::Result<Server> {
        Server::start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// The same at this address.
    ///
    /// # Errors
    /// The address is taken.
    pub async fn start_at(address: SocketAddr) -> std::io::Result<Server> {
        let listener = TcpListener::bind(address).await?;
        let server = Server(Arc::new(Inner { address: listener.local_addr()?, state: Mutex::default() }));
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = serving.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| server.clone().serve(request));
                    // A client that breaks off is its own affair.
                    let _ =
                        auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Ok(server)
    }

    /// Host and port, as images name them.
    #[must_use]
    pub fn host(&self) -> String {
        self.0.address.to_string()
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// From now on only those may ask.
    pub fn require(&self, auth: Auth) {
        self.state().auth = auth;
    }

    /// From now on it misbehaves like this.
    pub fn behave(&self, behaviour: Behaviour) {
        self.state().behaviour = behaviour;
    }

    /// Puts an image there under a tag, and gives its digest.
    pub fn push(&self, repository: &str, tag: &str, image: &Image) -> String {
        image.put(&mut self.state().content, repository, tag)
    }

    /// Puts a blob there, and gives its digest.
    pub fn put_blob(&self, repository: &str, content: &str) -> String {
        self.state().content.repositories.entry(repository.to_owned()).or_default().put_blob(content.to_owned().into())
    }

    /// Puts a manifest there, under a tag where one is given, and gives its digest.
    pub fn put_manifest(&self, repository: &str, tag: Option<&str>, manifest: &Value) -> String {
        let media_type = manifest["mediaType"].as_str().unwrap_or_default().to_owned();
        let manifest = Manifest { media_type, content: manifest.to_string().into() };
        self.state().content.repositories.entry(repository.to_owned()).or_default().put_manifest(manifest, tag)
    }

    /// The digest that a tag leads to.
    #[must_use]
    pub fn digest(&self, repository: &str, tag: &str) -> Option<String> {
        self.state().content.repositories.get(repository)?.tags.get(tag).cloned()
    }

    /// The requests since the last time this was asked: method and path.
    #[must_use]
    pub fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state().requests)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(self, request: Request<Incoming>) -> Result<Answer, Infallible> {
        let (parts, body) = request.into_parts();
        let (path, query) = (parts.uri.path().to_owned(), parts.uri.query().unwrap_or_default().to_owned());
        let behaviour = {
            let mut state = self.state();
            state.requests.push(format!("{} {path}", parts.method));
            state.behaviour.clone()
        };
        let authorization = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let asked = Asked { method: parts.method.as_str(), path: &path, query: &query, authorization };
        if let Some(canned) = behaviour.of(&asked) {
            return Ok(wrongly(canned).await);
        }
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let is_head = parts.method == Method::HEAD;
        let mut found = self.answer(&parts.method, &path, &query, &parts.headers, body);
        if is_head {
            *found.body_mut() = http_body_util::Empty::new().boxed_unsync();
        }
        Ok(found)
    }

    fn answer(&self, method: &Method, path: &str, query: &str, headers: &HeaderMap, body: Bytes) -> Answer {
        if path == "/token" {
            return self.token(query, headers);
        }
        let Some(rest) = path.strip_prefix("/v2/") else { return refusal(StatusCode::NOT_FOUND, "UNSUPPORTED") };
        let Some((name, kind, reference)) = parse(rest) else {
            return answer(StatusCode::OK, &[("docker-distribution-api-version", "registry/2.0")], "{}");
        };
        let is_read = matches!(*method, Method::GET | Method::HEAD);
        let scope = format!("repository:{name}:{}", if is_read { "pull" } else { "pull,push" });
        let mut state = self.state();
        if !state.auth.admits(headers, &scope) {
            let challenge = state.auth.challenge(&self.url(), &scope);
            let mut refused = refusal(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
            if let Ok(value) = challenge.parse() {
                refused.headers_mut().insert("www-authenticate", value);
            }
            return refused;
        }
        match (is_read, kind) {
            (true, "tags") => reading::tags(&state.content, name, query, headers),
            (true, "manifests") => reading::manifest(&state.content, name, reference),
            (true, "blobs") => reading::blob(&state.content, name, reference),
            (true, "referrers") => reading::referrers(&state.content, name, reference),
            (false, "manifests") => writing::manifest(&mut state.content, name, reference, headers, body),
            (false, "blobs") if *method == Method::POST => writing::begin(name),
            (false, "blobs") if *method == Method::PUT => writing::blob(&mut state.content, name, query, body),
            _ => refusal(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED"),
        }
    }

    fn token(&self, query: &str, headers: &HeaderMap) -> Answer {
        if !self.state().auth.gives_token(headers) {
            return refusal(StatusCode::UNAUTHORIZED, "UNAUTHORIZED");
        }
        let scope = query.split('&').find_map(|pair| pair.strip_prefix("scope=")).unwrap_or_default();
        let scope = scope.replace("%3A", ":").replace("%2F", "/").replace("%2C", ",");
        let body = json!({"token": token(&scope), "expires_in": 300}).to_string();
        answer(StatusCode::OK, &[("content-type", "application/json")], body)
    }
}

/// `name/kind/reference`, where the name has slashes of its own.
fn parse(rest: &str) -> Option<(&str, &str, &str)> {
    for kind in ["tags", "manifests", "blobs", "referrers"] {
        if let Some((name, reference)) = rest.rsplit_once(&format!("/{kind}/")) {
            return Some((name, kind, reference));
        }
    }
    None
}

async fn wrongly(canned: Canned) -> Answer {
    if canned.is_silent {
        std::future::pending::<()>().await;
    }
    let status = StatusCode::from_u16(canned.status).unwrap_or(StatusCode::OK);
    let headers: Vec<_> = canned.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut found = answer(status, &headers, canned.body.clone());
    if canned.is_endless {
        *found.body_mut() = StreamBody::new(Endless(canned.body)).boxed_unsync();
    }
    found
}

/// Says the same for ever.
struct Endless(Bytes);

impl Endless {
    fn frame(&self) -> Frame<Bytes> {
        Frame::data(self.0.clone())
    }
}

impl futures::Stream for Endless {
    type Item = Result<Frame<Bytes>, Infallible>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(Some(Ok(self.frame())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_slashes() {
        assert_eq!(parse("a/b/tags/list"), Some(("a/b", "tags", "list")));
        assert_eq!(parse("a/manifests/sha256:0"), Some(("a", "manifests", "sha256:0")));
        assert_eq!(parse(""), None);
    }
}
