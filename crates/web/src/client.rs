//! HTTP clients: one for every kind of trust, certificate, proxy and reach, kept for the next request. None follows a
//! redirect by itself: where a redirect leads must be judged by whoever asks.

use crate::reach::{Guard, Reach, Refused};
use crate::trust::{ClientCertificate, Proxy, ServerTrust};
use reqwest::Client;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use url::Url;

/// How many clients are kept.
const CLIENTS_MAX: usize = 256;

/// How many unused connections to one server are kept, unless more are wanted.
const POOL_PER_HOST: usize = 4;

/// How long a connection waits for its next use: longer than two fast polls, shorter than what proxies allow.
const POOL_IDLE: Duration = Duration::from_secs(50);

/// Everything in which clients differ.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientKind {
    /// Which certificates are accepted.
    pub trust: ServerTrust,
    /// A certificate of our own.
    pub certificate: Option<ClientCertificate>,
    /// The way there.
    pub proxy: Option<Proxy>,
    /// Which addresses may be asked.
    pub reach: Reach,
}

/// Clients by their kind.
#[derive(Debug)]
pub struct Clients {
    agent: &'static str,
    connect: Duration,
    unused: usize,
    all: Mutex<BTreeMap<(ClientKind, Tls), Client>>,
}

/// Whether a client is of any use without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tls {
    Required,
    Optional,
}

/// Why there is no client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The address may not be asked.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The certificate authorities or TLS itself cannot be used.
    #[error("{0}")]
    Tls(String),
    /// The client certificate cannot be used.
    #[error("the TLS client certificate and key are not a PEM pair")]
    Certificate,
    /// The proxy cannot be used.
    #[error("the proxy's URL cannot be used")]
    Proxy,
}

impl Clients {
    /// None yet. They call themselves `agent`, and connect within `connect` or not at all.
    #[must_use]
    pub fn new(agent: &'static str, connect: Duration) -> Self {
        Clients { agent, connect, unused: POOL_PER_HOST, all: Mutex::default() }
    }

    /// The same that keep so many unused connections to one server: for those who ask it many questions at a time, again
    /// and again.
    #[must_use]
    pub fn keeping(self, unused: usize) -> Self {
        Clients { unused, ..self }
    }

    /// The client for `url`.
    ///
    /// # Errors
    /// When its address may not be asked as far as its text tells, or what `kind` says cannot be used.
    pub fn get(&self, url: &Url, kind: &ClientKind) -> Result<Client, ClientError> {
        if !kind.reach.allows_url(url) {
            return Err(Refused(url.host_str().unwrap_or_default().to_owned()).into());
        }
        let tls = if url.scheme() == "https" { Tls::Required } else { Tls::Optional };
        let key = (kind.clone(), tls);
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = all.get(&key) {
            return Ok(client.clone());
        }
        let client = self.build(kind, tls)?;
        if all.len() >= CLIENTS_MAX {
            all.pop_first();
        }
        all.insert(key, client.clone());
        Ok(client)
    }

    fn build(&self, kind: &ClientKind, tls: Tls) -> Result<Client, ClientError> {
        // The first provider that is installed stays; ring is the only one in the program.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let built = match (self.builder(kind)?.build(), tls) {
            // A machine without any authorities can still speak plain http.
            (Err(_), Tls::Optional) => self.builder(kind)?.tls_certs_only([]).build(),
            (built, _) => built,
        };
        built.map_err(|error| ClientError::Tls(root_cause(&error)))
    }

    fn builder(&self, kind: &ClientKind) -> Result<reqwest::ClientBuilder, ClientError> {
        let mut builder = Client::builder()
            .user_agent(self.agent)
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(Guard { reach: kind.reach, proxies: proxies(kind.proxy.as_ref()) }))
            .connect_timeout(self.connect)
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(self.unused);
        if let Some(proxy) = &kind.proxy {
            builder = builder.proxy(proxy_of(proxy)?);
        }
        if let Some(certificate) = &kind.certificate {
            builder = builder.identity(identity(certificate)?);
        }
        Ok(match &kind.trust {
            ServerTrust::Anything => builder.tls_danger_accept_invalid_certs(true),
            ServerTrust::Only(pem) => builder.tls_certs_only(authorities(pem)?),
            ServerTrust::Also(pem) => builder.tls_certs_merge(authorities(pem)?),
            ServerTrust::System => builder,
        })
    }
}

/// The hosts of proxies: the one given, or those that the environment names.
fn proxies(given: Option<&Proxy>) -> Vec<String> {
    const VARIABLES: [&str; 6] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    let texts: Vec<String> = match given {
        Some(proxy) => vec![proxy.url.reveal().to_owned()],
        None => VARIABLES.iter().filter_map(|name| std::env::var(name).ok()).collect(),
    };
    let host = |text: &String| {
        let url = Url::parse(text).or_else(|_| Url::parse(&format!("http://{text}"))).ok()?;
        url.host_str().map(str::to_owned)
    };
    texts.iter().filter_map(host).collect()
}

fn authorities(pem: &str) -> Result<Vec<reqwest::Certificate>, ClientError> {
    let bad = |why: String| ClientError::Tls(format!("the certificate authorities given cannot be read: {why}"));
    let certificates = reqwest::Certificate::from_pem_bundle(pem.as_bytes());
    let certificates = certificates.map_err(|error| bad(root_cause(&error)))?;
    if certificates.is_empty() { Err(bad("no PEM certificate in them".into())) } else { Ok(certificates) }
}

fn identity(certificate: &ClientCertificate) -> Result<reqwest::Identity, ClientError> {
    let pem = format!("{}\n{}\n", certificate.key.reveal(), certificate.certificate);
    reqwest::Identity::from_pem(pem.as_bytes()).map_err(|_| ClientError::Certificate)
}

fn proxy_of(proxy: &Proxy) -> Result<reqwest::Proxy, ClientError> {
    let built = reqwest::Proxy::all(proxy.url.reveal()).map_err(|_| ClientError::Proxy)?;
    Ok(built.no_proxy(proxy.no_proxy.as_deref().and_then(reqwest::NoProxy::from_string)))
}

/// The innermost cause: the outer ones only say that a request failed.
#[must_use]
pub fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
