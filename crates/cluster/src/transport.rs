//! How requests reach the API server: `kube`'s client stack over a kubeconfig, the in-cluster account, or any service.
//!
//! With [`http2`] and [`crate::Access`] the only module that names `kube`.

use crate::counted::Counts;
use crate::overrides::{Overrides, Trust};
use crate::{Answered, ClusterError, ErrorClass, Request, http2};
use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tower::{BoxError, Service};

/// Who we are. Servers take the part before the slash as the field manager of writes that name none.
const OUR_NAME: &str = concat!("capstan/", env!("CARGO_PKG_VERSION"));

/// The largest answer that is read: a page of 500 objects near etcd's limit of 1.5 MiB each would pass it, but no
/// real collection comes close, and a server gone mad must not take our memory.
const ANSWER_BYTES_MAX: usize = 256 << 20;

/// The largest single line of a watch or a log: an object may be 1.5 MiB in etcd and grows with its managed fields.
const WATCH_LINE_BYTES_MAX: usize = 16 << 20;

/// How long connecting may take; a server that is there answers at once.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The kubeconfig is missing, unreadable or names nothing that fits.
    #[error("cannot use the kubeconfig{}: {cause}", .path.as_ref().map(|path| format!(" {path}")).unwrap_or_default())]
    Kubeconfig {
        /// Which file, when one was named.
        path: Option<String>,
        /// What is wrong with it.
        cause: String,
    },
    /// Not in a pod, or its service account is not mounted.
    #[error("cannot use the pod's service account: {0}")]
    InCluster(String),
    /// Certificates or credentials cannot be used.
    #[error("cannot set up a client for {server}: {cause}")]
    Client {
        /// The server's URL.
        server: String,
        /// What is wrong.
        cause: String,
    },
}

/// Sends requests. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Transport {
    /// For requests that end: HTTP/1.1 is quickest for them.
    short: kube::Client,
    /// For watches.
    streams: Arc<Streams>,
    /// Answers so far.
    counts: Counts,
}

/// Clients for long streams. Which protocol the server speaks is found out by the first stream.
struct Streams {
    /// HTTP/2 clients, used in turn; none where only HTTP/1.1 can be had.
    http2: Vec<kube::Client>,
    next: AtomicUsize,
    /// Set once an answer has come over HTTP/2, or none did where HTTP/1.1 gave one.
    speaks_http2: tokio::sync::Mutex<Option<bool>>,
}

/// Over how many HTTP/2 connections the streams of one cluster are spread. Go's servers allow 250 streams a connection,
/// and a cluster with many CustomResourceDefinitions has more kinds than that.
const STREAM_CONNECTIONS: usize = 4;

/// The address of a server; without a scheme, kubectl takes it for plain HTTP.
fn server_uri(text: &str) -> Result<http::Uri, String> {
    let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    text.parse().map_err(|error| format!("the server {text:?} is no address: {error}"))
}

fn override_config(config: &mut kube::Config, overrides: &Overrides) {
    let path = |path: &std::path::PathBuf| path.display().to_string();
    let account = &mut config.auth_info;
    if let Some(token) = &overrides.token {
        account.token = Some(token.0.clone().into());
        account.token_file = None;
    }
    if overrides.impersonate.is_some() {
        account.impersonate.clone_from(&overrides.impersonate);
        account.impersonate_uid.clone_from(&overrides.impersonate_uid);
        let groups = &overrides.impersonate_groups;
        account.impersonate_groups = (!groups.is_empty()).then(|| groups.clone());
    }
    if let Some(certificate) = &overrides.client_certificate {
        (account.client_certificate, account.client_certificate_data) = (Some(path(certificate)), None);
    }
    if let Some(key) = &overrides.client_key {
        (account.client_key, account.client_key_data) = (Some(path(key)), None);
    }
    if let Some(authority) = &overrides.certificate_authority {
        config.root_cert_file = Some(authority.clone());
    }
    if let Some(name) = &overrides.tls_server_name {
        config.tls_server_name = Some(name.clone());
    }
    config.accept_invalid_certs |= overrides.trust == Trust::Anything;
}

impl Transport {
    /// Over any HTTP service, such as an API server in this process.
    ///
    /// Assumption: called inside a Tokio runtime.
    pub(crate) fn from_service<S, B>(service: S) -> Self
    where
        S: Service<http::Request<Body>, Response = http::Response<B>> + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<BoxError>,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let streams = Arc::new(Streams::new(Vec::new()));
        Transport { short: kube::Client::new(service, "default"), streams, counts: Counts::default() }
    }

    pub(crate) async fn from_kubeconfig(path: Option<&Path>, context: Option<&str>) -> Result<Self, ConnectError> {
        let options = KubeConfigOptions { context: context.map(str::to_owned), ..KubeConfigOptions::default() };
        let wrong = |cause: kube::config::KubeconfigError| ConnectError::Kubeconfig {
            path: path.map(|path| path.display().to_string()),
            cause: cause.to_string(),
        };
        let config = match path {
            Some(path) => {
                let file = Kubeconfig::read_from(path).map_err(wrong)?;
                kube::Config::from_custom_kubeconfig(file, &options).await.map_err(wrong)?
            }
            None => kube::Config::from_kubeconfig(&options).await.map_err(wrong)?,
        };
        Transport::from_config(config)
    }

    /// By a kubeconfig of which parts are given otherwise; and the namespace of its context.
    pub(crate) async fn from_overridden(
        path: Option<&Path>,
        overrides: &Overrides,
    ) -> Result<(Self, String), ConnectError> {
        let wrong =
            |cause: String| ConnectError::Kubeconfig { path: path.map(|path| path.display().to_string()), cause };
        let server = overrides.server.as_deref().map(server_uri).transpose().map_err(&wrong)?;
        let file = match path {
            Some(path) => Kubeconfig::read_from(path),
            None => Kubeconfig::read(),
        };
        let mut config = match (file, &server) {
            (Ok(file), _) => {
                let options = KubeConfigOptions {
                    context: overrides.context.clone(),
                    cluster: overrides.cluster.clone(),
                    user: overrides.user.clone(),
                };
                let config = kube::Config::from_custom_kubeconfig(file, &options).await;
                config.map_err(|cause| wrong(cause.to_string()))?
            }
            (Err(_), Some(server)) if path.is_none() => kube::Config::new(server.clone()),
            (Err(cause), _) => return Err(wrong(cause.to_string())),
        };
        if let Some(server) = server {
            config.cluster_url = server;
        }
        override_config(&mut config, overrides);
        let namespace = config.default_namespace.clone();
        Ok((Transport::from_config(config)?, namespace))
    }

    pub(crate) fn in_cluster() -> Result<Self, ConnectError> {
        let config = kube::Config::incluster().map_err(|error| ConnectError::InCluster(error.to_string()))?;
        Transport::from_config(config)
    }

    pub(crate) fn from_config(mut config: kube::Config) -> Result<Self, ConnectError> {
        config.connect_timeout = Some(CONNECT_TIMEOUT);
        // Reads of a watch may pause for its whole length; requests that end have a time limit of their own.
        config.read_timeout = None;
        config.write_timeout = None;
        config.default_retry = false;
        let server = config.cluster_url.to_string();
        let wrong = |cause: kube::Error| ConnectError::Client { server: server.clone(), cause: cause.to_string() };
        let mut streams = Vec::new();
        for _ in 0..STREAM_CONNECTIONS {
            streams.extend(http2::client(&config).map_err(wrong)?);
        }
        let short = kube::Client::try_from(config).map_err(wrong)?;
        Ok(Transport { streams: Arc::new(Streams::new(streams)), short, counts: Counts::default() })
    }

    /// How often each thing was asked for, by how it was answered.
    pub(crate) fn counted(&self) -> Vec<(Answered, u64)> {
        self.counts.all()
    }

    /// Sends `request` and reads the whole answer.
    pub(crate) async fn send(&self, request: &Request, user: Option<&str>) -> Result<Bytes, ClusterError> {
        let response = start(&self.short, request, user, &self.counts).await?;
        read_whole(response).await
    }

    /// Sends `request` and gives the lines of the answer as they come.
    pub(crate) async fn lines(&self, request: &Request) -> Result<Lines, ClusterError> {
        let client = self.streams.client(self).await;
        let response = start(client, request, None, &self.counts).await?;
        Ok(Lines { body: response.into_body(), buffer: BytesMut::new(), ended: false })
    }
}

impl Streams {
    fn new(http2: Vec<kube::Client>) -> Self {
        let speaks_http2 = tokio::sync::Mutex::new(http2.is_empty().then_some(false));
        Streams { http2, next: AtomicUsize::new(0), speaks_http2 }
    }

    /// The client for the next stream.
    async fn client<'c>(&'c self, transport: &'c Transport) -> &'c kube::Client {
        let Transport { short, counts, .. } = transport;
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        let Some(http2) = self.http2.get(next % self.http2.len().max(1)) else { return short };
        let mut speaks_http2 = self.speaks_http2.lock().await;
        if speaks_http2.is_none() {
            let probe = Request::get_path("/version");
            *speaks_http2 = match start(http2, &probe, None, counts).await {
                Err(error) if error.class == ErrorClass::Unreachable => {
                    start(short, &probe, None, counts).await.ok().map(|_| false)
                }
                _ => Some(true),
            };
        }
        if *speaks_http2 == Some(true) { http2 } else { short }
    }
}

async fn start(
    client: &kube::Client,
    request: &Request,
    user: Option<&str>,
    counts: &Counts,
) -> Result<http::Response<Body>, ClusterError> {
    let mut builder = http::Request::builder()
        .method(&request.method)
        .uri(&request.uri)
        .header(ACCEPT, request.accept)
        .header(USER_AGENT, OUR_NAME);
    if !request.content_type.is_empty() {
        builder = builder.header(CONTENT_TYPE, request.content_type);
    }
    if let Some(user) = user {
        builder = builder.header("impersonate-user", user);
    }
    let sent = builder.body(Body::from(request.body.clone())).map_err(|error| {
        ClusterError::new(ErrorClass::Invalid, format!("no request can be made of {:?}: {error}", request.uri))
    })?;
    let response = client.send(sent).await.map_err(|error| unreachable_error(&error))?;
    counts.count(request, response.status().as_u16());
    if response.status().is_success() {
        return Ok(response);
    }
    let code = response.status().as_u16();
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let body = read_whole(response).await.unwrap_or_default();
    Err(ClusterError::from_answer(code, retry_after.map(Duration::from_secs), &body))
}

async fn read_whole(response: http::Response<Body>) -> Result<Bytes, ClusterError> {
    match Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ClusterError::new(
            ErrorClass::Malformed,
            format!("the server's answer is larger than {ANSWER_BYTES_MAX} bytes"),
        )),
        Err(error) => Err(ClusterError::new(ErrorClass::Unreachable, format!("the connection broke: {error}"))),
    }
}

/// Says the innermost cause too: "client error (Connect)" alone helps nobody.
fn unreachable_error(error: &kube::Error) -> ClusterError {
    let mut message = error.to_string();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !message.contains(&text) {
            message = format!("{message}: {text}");
        }
        cause = inner.source();
    }
    let class = match error {
        kube::Error::Auth(_) => ErrorClass::Unauthorized,
        _ => ErrorClass::Unreachable,
    };
    ClusterError::new(class, message)
}

/// An answer that comes line by line.
pub struct Lines {
    body: Body,
    buffer: BytesMut,
    ended: bool,
}

impl Lines {
    /// The next line without its end; `None` when the answer is over. Empty lines are left out.
    ///
    /// # Errors
    /// The connection broke, or a line is larger than 16 MiB.
    pub async fn next(&mut self) -> Option<Result<Bytes, ClusterError>> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.buffer[searched..].iter().position(|byte| *byte == b'\n') {
                let mut line = self.buffer.split_to(searched + at + 1);
                line.truncate(line.len() - 1);
                if line.is_empty() {
                    searched = 0;
                    continue;
                }
                return Some(Ok(line.freeze()));
            }
            searched = self.buffer.len();
            if self.ended {
                let rest = self.buffer.split();
                return (!rest.is_empty()).then(|| Ok(rest.freeze()));
            }
            if self.buffer.len() > WATCH_LINE_BYTES_MAX {
                let message = format!("one line of the answer is larger than {WATCH_LINE_BYTES_MAX} bytes");
                return Some(Err(ClusterError::new(ErrorClass::Malformed, message)));
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                    }
                }
                Some(Err(error)) => {
                    let message = format!("the connection broke: {error}");
                    return Some(Err(ClusterError::new(ErrorClass::Unreachable, message)));
                }
                None => self.ended = true,
            }
        }
    }
}
