//! One request and its answer, within limits of time and size.

use crate::error::Error;
use reqwest::{Client, Method};
use std::sync::OnceLock;
use std::time::Duration;
use url::Url;
use web::{Cause, ClientKind, Clients, Reach};

/// How we call ourselves.
const AGENT: &str = concat!("capstan/", env!("CARGO_PKG_VERSION"));
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer of a service may take, to its end.
const ANSWER: Duration = Duration::from_secs(30);
/// How long an answer of the machine's own may take: it is a hop away, or not there.
const OWN_ANSWER: Duration = Duration::from_secs(2);
/// The longest answer that is read: a page of 400 rules with all their conditions has a tenth of it.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub method: Method,
    pub url: Url,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn get(url: Url) -> Self {
        Request { method: Method::GET, url, headers: Vec::new(), body: Vec::new() }
    }

    /// The same with a header more.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub status: u16,
    pub body: String,
}

/// Whom a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum To {
    /// A service of AWS, or what the environment names in its place.
    Service,
    /// What the machine or container gives its own processes; no proxy is between.
    Own,
}

/// Sends requests. Where they go is AWS' or the environment's to say, never that of an object in a cluster.
#[derive(Debug)]
pub(crate) struct Http {
    clients: Clients,
    own: OnceLock<Client>,
}

impl Http {
    pub fn new() -> Self {
        Http { clients: Clients::new(AGENT, CONNECT), own: OnceLock::new() }
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// When there was none in time, or it was too long.
    pub async fn send(&self, to: To, request: Request) -> Result<Reply, Error> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let unreachable = |cause: String| Error::Unreachable { host: host.clone(), cause };
        let (client, limit) = match to {
            To::Service => (self.service(&request.url).map_err(unreachable)?, ANSWER),
            To::Own => (self.own().map_err(unreachable)?, OWN_ANSWER),
        };
        let mut builder = client.request(request.method, request.url).timeout(limit).body(request.body);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let mut response = builder.send().await.map_err(|error| unreachable(told(&error)))?;
        let (status, mut body) = (response.status().as_u16(), Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(told(&error)))? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err(unreachable(format!("its answer is longer than {} MiB", ANSWER_BYTES_MAX >> 20)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, body: String::from_utf8_lossy(&body).into_owned() })
    }

    fn service(&self, url: &Url) -> Result<Client, String> {
        let kind = ClientKind { reach: Reach::Anywhere, ..ClientKind::default() };
        self.clients.get(url, &kind).map_err(|error| error.to_string())
    }

    /// A client that goes where no other may: to the machine's own credentials.
    fn own(&self) -> Result<Client, String> {
        if let Some(client) = self.own.get() {
            return Ok(client.clone());
        }
        // The first provider that is installed stays; ring is the only one in the program.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder().user_agent(AGENT).no_proxy().redirect(reqwest::redirect::Policy::none());
        let built =
            builder.connect_timeout(OWN_ANSWER).tls_certs_only([]).build().map_err(|error| error.to_string())?;
        Ok(self.own.get_or_init(|| built).clone())
    }
}

fn told(error: &reqwest::Error) -> String {
    match Cause::of(error) {
        Cause::Refused(host) => format!("{host} may not be asked"),
        Cause::Tls(why) => format!("its certificate cannot be trusted: {why}"),
        Cause::Slow => "no answer in time".to_owned(),
        Cause::Unreachable(why) => why,
    }
}
