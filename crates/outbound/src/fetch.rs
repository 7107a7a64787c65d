//! One request and its answer, within limits of time and size, to addresses that may be asked only.

use crate::network::{NamedBy, Network};
use cluster::ClusterClient;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, Method, StatusCode};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use url::Url;
use web::{Cause, ClientKind, Clients, ServerTrust, is_same_authority};

/// How we call ourselves.
const AGENT: &str = concat!("capstan/", env!("CARGO_PKG_VERSION"));
/// How long connecting may take; Go's transport gives it as long.
const CONNECT: Duration = Duration::from_secs(10);
/// The longest answer that is read: a vector of 100,000 series. Beyond, somebody asked for too much.
const ANSWER_BYTES_MAX: usize = 10 << 20;
/// How many redirects are followed; as Go does.
const REDIRECTS_MAX: usize = 10;
/// How many requests to one server are under way: a slow one keeps its own waiting, and nobody else.
const PER_SERVER: usize = 32;
/// How many servers are told apart; beyond, those nobody waits for are forgotten.
const SERVERS_MAX: usize = 1024;

/// A request.
#[derive(Debug, Clone)]
pub struct Call {
    /// How.
    pub method: Method,
    /// Where.
    pub url: Url,
    /// With which headers.
    pub headers: HeaderMap,
    /// What is sent.
    pub body: Option<Vec<u8>>,
    /// Which certificates are accepted.
    pub trust: ServerTrust,
    /// For the whole of it: waiting for others, connecting, redirects, the answer to its end.
    pub timeout: Duration,
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Call {
    /// A GET.
    #[must_use]
    pub fn get(url: Url, timeout: Duration) -> Self {
        let headers = HeaderMap::new();
        Call { method: Method::GET, url, headers, body: None, trust: ServerTrust::System, timeout }
    }

    /// The same as a POST of JSON.
    #[must_use]
    pub fn posting(mut self, body: &serde_json::Value) -> Self {
        self.method = Method::POST;
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.body = Some(body.to_string().into_bytes());
        self
    }

    /// The same with a header more.
    ///
    /// # Errors
    /// When it cannot be sent.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, String> {
        let (name, value) = header(name, value)?;
        self.headers.insert(name, value);
        Ok(self)
    }
}

/// A header as it is sent.
///
/// # Errors
/// When its name or value has characters that cannot be sent; the value is not told.
pub fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let key = HeaderName::try_from(name).map_err(|_| format!("header {name:?} is no name of a header"))?;
    let mut value =
        HeaderValue::from_str(value).map_err(|_| format!("header {name:?} has a value that cannot be sent"))?;
    value.set_sensitive(true);
    Ok((key, value))
}

/// An address as a URL.
///
/// # Errors
/// When it is none of http or https.
pub fn url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| "the address is no URL of http or https".to_owned())
}

/// The server of a URL: all of it that may be told.
#[must_use]
pub fn server(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default())
}

/// Sends requests.
pub struct Http {
    clients: Clients,
    network: Network,
    cluster: ClusterClient,
    servers: Mutex<BTreeMap<String, Arc<Semaphore>>>,
}

impl Http {
    /// For this network; `cluster` tells which names are Services.
    #[must_use]
    pub fn new(network: Network, cluster: ClusterClient) -> Self {
        Http { clients: Clients::new(AGENT, CONNECT).keeping(PER_SERVER), network, cluster, servers: Mutex::default() }
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// When there was none in time, it was too long, or it may not be asked for.
    pub async fn send(&self, call: Call) -> Result<Reply, String> {
        let (limit, asked) = (call.timeout, server(&call.url));
        match timeout(limit, self.follow(call)).await {
            Ok(reply) => reply,
            Err(_) => Err(format!("no answer from {asked} within {}s (limit: its timeout)", limit.as_secs())),
        }
    }

    async fn follow(&self, mut call: Call) -> Result<Reply, String> {
        let mut reach = self.network.reach(&call.url, NamedBy::Object, &self.cluster).await;
        for _ in 0..=REDIRECTS_MAX {
            let kind = ClientKind { trust: call.trust.clone(), reach, ..ClientKind::default() };
            let client = self.clients.get(&call.url, &kind).map_err(|error| error.to_string())?;
            let _turn = self.turn(&call.url).await;
            let response = request(&client, &call).send().await.map_err(|error| told(&call.url, &error))?;
            let Some(target) = redirect(&call.url, &response)? else { return read(&call.url, response).await };
            if !is_same_authority(&call.url, &target) {
                reach = self.network.reach(&target, NamedBy::Answer, &self.cluster).await;
                // What was meant for one server is told to no other.
                call.headers.clear();
            }
            if !matches!(response.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT) {
                call.method = Method::GET;
                call.body = None;
                call.headers.remove(CONTENT_TYPE);
            }
            call.url = target;
        }
        Err(format!("stopped after {REDIRECTS_MAX} redirects"))
    }

    /// Waits until the server has fewer requests to answer than it may have.
    async fn turn(&self, url: &Url) -> Option<OwnedSemaphorePermit> {
        let server = {
            let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
            if servers.len() >= SERVERS_MAX {
                servers.retain(|_, server| server.available_permits() < PER_SERVER);
            }
            Arc::clone(servers.entry(self::server(url)).or_insert_with(|| Arc::new(Semaphore::new(PER_SERVER))))
        };
        server.acquire_owned().await.ok()
    }
}

fn request(client: &Client, call: &Call) -> reqwest::RequestBuilder {
    let builder = client.request(call.method.clone(), call.url.clone()).headers(call.headers.clone());
    match &call.body {
        Some(body) => builder.body(body.clone()),
        None => builder,
    }
}

/// Where an answer sends us.
fn redirect(url: &Url, response: &reqwest::Response) -> Result<Option<Url>, String> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()) else {
        return Ok(None);
    };
    let target = url.join(location).ok().filter(|target| matches!(target.scheme(), "http" | "https"));
    let target = target.ok_or_else(|| format!("{} redirects to what is no URL of http or https", server(url)))?;
    Ok(Some(target))
}

async fn read(url: &Url, mut response: reqwest::Response) -> Result<Reply, String> {
    let (status, headers, mut body) = (response.status(), response.headers().clone(), Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(|error| told(url, &error))? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            let most = ANSWER_BYTES_MAX >> 20;
            return Err(format!("{} answered more than {most} MiB (limit: bytes of an answer)", server(url)));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Reply { status, headers, body })
}

/// Why there was no answer. Never the whole URL: it may hold what is secret.
fn told(url: &Url, error: &reqwest::Error) -> String {
    let server = server(url);
    match Cause::of(error) {
        Cause::Refused(host) => format!(
            "{host} has an address of a private network or of a cloud's metadata, which may not be asked: name a Service \
             of the cluster, or allow private addresses"
        ),
        Cause::Tls(why) => format!("the certificate of {server} cannot be trusted: {why}"),
        Cause::Slow => format!("connecting to {server} took longer than {}s", CONNECT.as_secs()),
        Cause::Unreachable(why) => format!("{server} cannot be reached: {why}"),
    }
}
