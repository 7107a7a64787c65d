//! Stands between one process and the API server: counts its writes, refuses some, and kills the process at one.

use crate::trace::Trace;
use apiserver::ApiServer;
use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt, pending};
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::sync::watch;
use tokio::time::Instant;
use tower::{BoxError, Service};

/// What is to happen to the writes of one process. Leases and events are not counted: they are about the process, not
/// about its work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mishap {
    /// The process dies when this write (from 1) has been made, before it hears of it.
    pub crash_after_write: Option<u64>,
    /// This write (from 1) is refused, with this status; nothing happens.
    pub refuse_write: Option<(u64, u16)>,
    /// This write (from 1) is made, and answered as if the server had not answered in time.
    pub lose_answer_of_write: Option<u64>,
}

/// One process' way to the server. Cheap to clone; clones are one way.
#[derive(Clone)]
pub struct Gate {
    server: ApiServer,
    process: Arc<str>,
    trace: Trace,
    start: Instant,
    state: Arc<Mutex<State>>,
    dead: watch::Sender<bool>,
}

#[derive(Debug)]
struct State {
    mishap: Mishap,
    writes: u64,
    last_write: Option<Instant>,
}

type Answer = Response<UnsyncBoxBody<Bytes, BoxError>>;

impl Gate {
    /// A way for the process of that name.
    pub(crate) fn new(server: ApiServer, process: &str, trace: Trace, start: Instant, mishap: Mishap) -> Self {
        let state = Arc::new(Mutex::new(State { mishap, writes: 0, last_write: None }));
        Gate { server, process: process.into(), trace, start, state, dead: watch::Sender::new(false) }
    }

    /// How many writes came through or were refused.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.state().writes
    }

    /// When the last write was.
    #[must_use]
    pub fn last_write(&self) -> Option<Instant> {
        self.state().last_write
    }

    /// From now on nothing comes through, and nothing is answered.
    pub fn close(&self) {
        self.dead.send_replace(true);
    }

    /// Waits until it is closed.
    pub async fn closed(&self) {
        let mut dead = self.dead.subscribe();
        // The sender lives as long as `self`.
        let _ = dead.wait_for(|dead| *dead).await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, what: &str) {
        self.trace.add(self.start.elapsed(), &self.process, what);
    }

    fn note_write(&self, what: &str) {
        self.trace.add_write(self.start.elapsed(), &self.process, what);
    }

    /// Counts a write; its number, and the status it is refused with.
    fn count(&self) -> (u64, Option<u16>) {
        let mut state = self.state();
        state.writes += 1;
        state.last_write = Some(Instant::now());
        let number = state.writes;
        let refused = state.mishap.refuse_write.filter(|(refused, _)| *refused == number);
        (number, refused.map(|(_, status)| status))
    }

    async fn pass<B>(self, request: Request<B>) -> Result<Answer, BoxError>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        if *self.dead.borrow() {
            return pending().await;
        }
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(Into::into)?.to_bytes();
        let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        let what = format!("{} {path} {:016x}", parts.method, fnv(&body));
        let counted = is_counted(&parts.method, &path).then(|| self.count());
        if let Some((number, Some(status))) = counted {
            self.note_write(&format!("{what} -> write {number} refused with {status}"));
            return Ok(refusal(status));
        }
        let mut server = self.server.clone();
        let response = server.call(Request::from_parts(parts, Full::new(body))).await?;
        let answered = format!("{what} -> {}", response.status().as_u16());
        if counted.is_some() {
            self.note_write(&answered)
        } else {
            self.note(&answered)
        }
        if let Some((number, _)) = counted
            && self.state().mishap.crash_after_write == Some(number)
        {
            self.note(&format!("dies after write {number}"));
            self.close();
        }
        if let Some((number, _)) = counted
            && self.state().mishap.lose_answer_of_write == Some(number)
        {
            self.note(&format!("the answer to write {number} is lost"));
            return Ok(refusal(504));
        }
        if *self.dead.borrow() {
            return pending().await;
        }
        Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()))
    }
}

impl<B> Service<Request<B>> for Gate
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Answer;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Answer, BoxError>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.clone().pass(request).boxed()
    }
}

fn is_counted(method: &Method, path: &str) -> bool {
    let is_about_the_process = path.contains("/leases") || path.contains("/events");
    method != Method::GET && !is_about_the_process
}

/// Kubernetes' own answer of that status.
fn refusal(status: u16) -> Answer {
    let reason = match status {
        403 => "Forbidden",
        404 => "NotFound",
        409 => "Conflict",
        422 => "Invalid",
        429 => "TooManyRequests",
        504 => "Timeout",
        _ => "InternalError",
    };
    let body = serde_json::json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "refused by the test kit", "reason": reason, "details": {"name": "refused"}, "code": status});
    let body = Full::new(Bytes::from(body.to_string())).map_err(Into::into).boxed_unsync();
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// FNV-1a: the same everywhere.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
