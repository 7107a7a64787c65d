//! Sends requests to one cluster, within time limits, and tries again what may be tried again.

use crate::decode::{self, Keep, KeepRule, Page, WatchEvent};
use crate::discovery::Served;
use crate::overrides::Overrides;
use crate::retry::Backoff;
use crate::transport::{ConnectError, Lines, Transport};
use crate::{Access, Answered, ClusterError, ErrorClass, ListQuery, Request, Resource, served};
use bytes::Bytes;
use clock::{Clock, Random};
use object::{Fetched, Gvk, Object};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How long a writing request may take. Shorter than a lease of 15 s by more than a renewal, so that a leader that is
/// cut off never writes beside its successor; longer than the 10 s an admission webhook may take by default.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(12);

/// How long a reading request may take: large pages through slow links.
pub const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// How often a reading request is tried.
const READ_TRIES: u32 = 4;

/// How often a writing request is tried that the server has refused to look at (429).
const WRITE_TRIES: u32 = 4;

/// Pauses between tries of one request. What fails longer is the caller's to plan for.
const TRIES: Backoff = Backoff { first: Duration::from_millis(100), most: Duration::from_secs(5) };

/// Kinds are learned anew when one is asked for that is not known, but not more often than this.
const DISCOVERY_PAUSE: Duration = Duration::from_secs(1);

/// Talks to one cluster. Cheap to clone; clones share what was learned about the cluster's kinds.
#[derive(Clone)]
pub struct ClusterClient(Arc<Inner>, Option<Arc<str>>);

struct Inner {
    transport: Transport,
    clock: Clock,
    jitter: Mutex<Random>,
    served: RwLock<Option<(Instant, Arc<Served>)>>,
    /// Held while kinds are being learned, so that many who miss one ask once.
    learning: tokio::sync::Mutex<()>,
}

impl ClusterClient {
    /// A client of an API server in this process, or of anything else that answers HTTP requests.
    ///
    /// Assumption: called inside a Tokio runtime.
    pub fn from_service<S, B>(service: S, clock: &Clock) -> Self
    where
        S: tower::Service<http::Request<kube::client::Body>, Response = http::Response<B>> + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<tower::BoxError>,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<tower::BoxError>,
    {
        ClusterClient::new(Transport::from_service(service), clock)
    }

    /// A client by the kubeconfig at `path`, or the usual places when `None`, in `context`, or the current one.
    ///
    /// # Errors
    /// The kubeconfig or its credentials cannot be used. Nothing is sent yet.
    pub async fn from_kubeconfig(
        path: Option<&Path>,
        context: Option<&str>,
        clock: &Clock,
    ) -> Result<Self, ConnectError> {
        Ok(ClusterClient::new(Transport::from_kubeconfig(path, context).await?, clock))
    }

    /// A client by the kubeconfig at `path`, or the usual places when `None`, with parts of it given otherwise; and the
    /// namespace of its context.
    ///
    /// # Errors
    /// As [`ClusterClient::from_kubeconfig`].
    pub async fn from_overridden(
        path: Option<&Path>,
        overrides: &Overrides,
        clock: &Clock,
    ) -> Result<(Self, String), ConnectError> {
        let (transport, namespace) = Transport::from_overridden(path, overrides).await?;
        Ok((ClusterClient::new(transport, clock), namespace))
    }

    /// A client by the pod's service account.
    ///
    /// # Errors
    /// Not in a pod.
    pub fn in_cluster(clock: &Clock) -> Result<Self, ConnectError> {
        Ok(ClusterClient::new(Transport::in_cluster()?, clock))
    }

    /// A client of the cluster that is declared like this.
    ///
    /// # Errors
    /// What is declared cannot be used. Nothing is sent yet.
    pub async fn from_access(access: &Access, clock: &Clock) -> Result<Self, ConnectError> {
        Ok(ClusterClient::new(Transport::from_config(access.config().await?)?, clock))
    }

    fn new(transport: Transport, clock: &Clock) -> Self {
        let inner = Inner {
            transport,
            clock: clock.clone(),
            jitter: Mutex::new(clock.random("cluster-client")),
            served: RwLock::new(None),
            learning: tokio::sync::Mutex::new(()),
        };
        ClusterClient(Arc::new(inner), None)
    }

    /// The same client in the name of another user, which must be permitted to it (`impersonate`).
    #[must_use]
    pub fn acting_as(&self, user: &str) -> Self {
        ClusterClient(Arc::clone(&self.0), Some(user.into()))
    }

    /// The clock it was made with.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// How often each thing was asked for by this client and its clones, by how it was answered.
    #[must_use]
    pub fn answered(&self) -> Vec<(Answered, u64)> {
        self.0.transport.counted()
    }

    /// Sends `request` and gives the answer's body.
    ///
    /// Reads are tried again when the server is overloaded, failing or out of reach; writes only when the server has
    /// refused to look at them.
    ///
    /// # Errors
    /// The last try's.
    pub async fn send(&self, request: &Request) -> Result<Bytes, ClusterError> {
        let (limit, tries) = if request.is_write() { (WRITE_TIMEOUT, WRITE_TRIES) } else { (READ_TIMEOUT, READ_TRIES) };
        let started = self.0.clock.monotonic();
        let mut failures = 0;
        loop {
            let left = limit.saturating_sub(started.elapsed());
            let error = match timeout(left, self.0.transport.send(request, self.1.as_deref())).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => error,
                Err(_) => return Err(timed_out(request, limit)),
            };
            failures += 1;
            let pause = self.pause(failures, error.retry_after);
            if failures >= tries || !may_try_again(request, &error) || started.elapsed() + pause >= limit {
                return Err(error);
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Sends `request` and gives the answer line by line as it comes: for answers that have no end, such as a log that is
    /// followed. Only the beginning of the answer has a time limit.
    ///
    /// # Errors
    /// The server's, or none came in time.
    pub async fn lines(&self, request: &Request) -> Result<Lines, ClusterError> {
        match timeout(READ_TIMEOUT, self.0.transport.lines(request)).await {
            Ok(lines) => lines,
            Err(_) => Err(timed_out(request, READ_TIMEOUT)),
        }
    }

    fn pause(&self, failures: u32, wished: Option<Duration>) -> Duration {
        let own = TRIES.jittered(failures, &mut self.0.jitter.lock().unwrap_or_else(PoisonError::into_inner));
        wished.map_or(own, |wished| wished.max(own))
    }

    /// Reads one object; `None` when it is certainly not there.
    ///
    /// # Errors
    /// It could not be read.
    pub async fn get(&self, gvk: &Gvk, namespace: Option<&str>, name: &str) -> Result<Option<Object>, ClusterError> {
        let resource = self.resource(gvk).await?;
        match self.send(&Request::get(&resource, namespace, name)).await {
            Ok(answer) => decode::read_object(answer).map(Some),
            Err(error) if error.class == ErrorClass::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads one object, with what could not be read as `Unknown`.
    pub async fn fetch(&self, gvk: &Gvk, namespace: Option<&str>, name: &str) -> Fetched<Object> {
        match self.get(gvk, namespace, name).await {
            Ok(Some(object)) => Fetched::Known(object),
            Ok(None) => Fetched::Absent,
            Err(error) if error.class == ErrorClass::UnknownKind => Fetched::Absent,
            Err(error) => Fetched::Unknown(error.to_string()),
        }
    }

    /// Reads a whole collection, page by page, in the server's order.
    ///
    /// # Errors
    /// It could not be read in whole: a part of a collection is never given.
    pub async fn list(&self, gvk: &Gvk, query: &ListQuery) -> Result<Vec<Object>, ClusterError> {
        let resource = self.resource(gvk).await?;
        let listed = self.list_kept(&resource, query, &|_| Keep::Everything).await?;
        Ok(listed.objects)
    }

    pub(crate) async fn list_kept(
        &self,
        resource: &Resource,
        query: &ListQuery,
        keep: KeepRule<'_>,
    ) -> Result<Page, ClusterError> {
        let mut whole: Option<Page> = None;
        loop {
            let token = whole.as_ref().and_then(|page| page.continue_token.as_deref());
            let answer = self.send(&Request::list(resource, query, token)).await?;
            let page = decode::read_page(&answer, &resource.gvk, keep)?;
            let whole = match &mut whole {
                None => whole.insert(page),
                Some(whole) => {
                    whole.objects.extend(page.objects);
                    whole.broken.extend(page.broken);
                    whole.continue_token = page.continue_token;
                    whole
                }
            };
            if whole.continue_token.is_none() {
                let empty =
                    Page { objects: vec![], broken: vec![], resource_version: String::new(), continue_token: None };
                return Ok(std::mem::replace(whole, empty));
            }
        }
    }

    pub(crate) async fn watch_kept(
        &self,
        resource: &Resource,
        query: &ListQuery,
        from: &str,
        length: Duration,
    ) -> Result<Watch, ClusterError> {
        let seconds = u32::try_from(length.as_secs()).unwrap_or(u32::MAX);
        let request = Request::watch(resource, query, from, seconds);
        let lines = self.lines(&request).await?;
        Ok(Watch { lines, gvk: resource.gvk.clone() })
    }

    /// The kind `gvk` as this cluster serves it; kinds are learned anew when it is not known.
    ///
    /// # Errors
    /// [`ErrorClass::UnknownKind`] when the cluster certainly serves no such kind; otherwise it could not be learned.
    pub async fn resource(&self, gvk: &Gvk) -> Result<Resource, ClusterError> {
        if let Fetched::Known(resource) = self.served().await?.resource(gvk) {
            return Ok(resource.clone());
        }
        let served = self.served_after_pause().await?;
        match served.resource(gvk) {
            Fetched::Known(resource) => Ok(resource.clone()),
            Fetched::Absent => Err(ClusterError::new(
                ErrorClass::UnknownKind,
                // Compat: kubectl's words, which end up in sync results.
                format!("no matches for kind \"{}\" in version \"{}\"", gvk.kind, gvk.api_version()),
            )),
            Fetched::Unknown(cause) => Err(ClusterError::new(ErrorClass::ServerError, cause)),
        }
    }

    /// All kinds the cluster serves, as last learned.
    ///
    /// # Errors
    /// They were never learned and cannot be now.
    pub async fn served(&self) -> Result<Arc<Served>, ClusterError> {
        match self.known() {
            Some((_, served)) => Ok(served),
            None => self.refresh_served().await,
        }
    }

    /// All kinds the cluster serves, as last learned; `None` before that.
    #[must_use]
    pub fn known_served(&self) -> Option<Arc<Served>> {
        self.known().map(|(_, served)| served)
    }

    /// Learns the kinds anew: after a CustomResourceDefinition or APIService changed.
    ///
    /// # Errors
    /// The discovery documents cannot be read; what was known stays.
    pub async fn refresh_served(&self) -> Result<Arc<Served>, ClusterError> {
        let asked = self.0.clock.monotonic();
        let _learning = self.0.learning.lock().await;
        match self.known() {
            // Somebody else began to learn after we asked, and is done.
            Some((learned, served)) if learned > asked => Ok(served),
            _ => self.learn().await,
        }
    }

    async fn served_after_pause(&self) -> Result<Arc<Served>, ClusterError> {
        match self.known() {
            Some((learned, served)) if learned.elapsed() < DISCOVERY_PAUSE => Ok(served),
            _ => self.refresh_served().await,
        }
    }

    async fn learn(&self) -> Result<Arc<Served>, ClusterError> {
        let began = self.0.clock.monotonic();
        let served = Arc::new(served::learn(self).await?);
        *self.0.served.write().unwrap_or_else(PoisonError::into_inner) = Some((began, Arc::clone(&served)));
        Ok(served)
    }

    fn known(&self) -> Option<(Instant, Arc<Served>)> {
        self.0.served.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl served::Sender for ClusterClient {
    async fn send(&self, request: &Request) -> Result<Bytes, ClusterError> {
        ClusterClient::send(self, request).await
    }
}

/// One connection that follows a collection.
pub(crate) struct Watch {
    lines: Lines,
    gvk: Gvk,
}

impl Watch {
    /// The next event; `None` when the server has ended the watch.
    pub(crate) async fn next(&mut self, keep: KeepRule<'_>) -> Option<Result<WatchEvent, ClusterError>> {
        let line = self.lines.next().await?;
        Some(line.and_then(|line| decode::read_event(&line, &self.gvk, keep)))
    }
}

fn may_try_again(request: &Request, error: &ClusterError) -> bool {
    match error.class {
        ErrorClass::TooManyRequests => true,
        ErrorClass::ServerError | ErrorClass::Unreachable => !request.is_write(),
        _ => false,
    }
}

fn timed_out(request: &Request, limit: Duration) -> ClusterError {
    let path = request.uri.split('?').next().unwrap_or_default();
    let message = format!("{} {path}: no answer within {} s", request.method, limit.as_secs());
    ClusterError::new(ErrorClass::TimedOut, message)
}

impl std::fmt::Debug for ClusterClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClusterClient")
    }
}
