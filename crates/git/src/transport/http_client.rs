//! HTTP clients: trust, certificate, proxy. Redirects are never followed by the client.

use crate::error::Problem;
use crate::options::Timeouts;
use crate::remote::{ClientCertificate, Credentials, Proxy, Remote, ServerTrust};
use crate::repo_url::Place;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use std::time::Duration;

/// How long a connection waits for the next use: longer than two fast polls, shorter than what proxies allow.
const POOL_IDLE: Duration = Duration::from_secs(50);

/// How many unused connections to one server are kept.
const POOL_PER_HOST: usize = 4;

/// Everything in which the clients of two remotes may differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ClientKind {
    trust: ServerTrust,
    certificate: Option<ClientCertificate>,
    proxy: Option<Proxy>,
    tls: Tls,
}

/// Whether it is of any use without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tls {
    /// An https URL.
    Required,
    /// An http URL, which may still lead to https.
    Optional,
}

impl ClientKind {
    pub(super) fn of(remote: &Remote) -> Self {
        ClientKind {
            trust: remote.trust.tls.clone(),
            certificate: remote.client_certificate.clone(),
            proxy: remote.proxy.clone(),
            tls: if matches!(remote.url.place(), Place::Http(_)) { Tls::Optional } else { Tls::Required },
        }
    }
}

pub(super) fn build(kind: &ClientKind, timeouts: &Timeouts) -> Result<reqwest::Client, Problem> {
    // The first provider that is installed stays; ring is the only one in the program.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let built = match (builder(kind, timeouts)?.build(), kind.tls) {
        // A machine without any authorities can still speak plain http.
        (Err(_), Tls::Optional) => builder(kind, timeouts)?.tls_certs_only([]).build(),
        (built, _) => built,
    };
    built.map_err(|error| Problem::Tls { detail: root_cause(&error) })
}

fn builder(kind: &ClientKind, timeouts: &Timeouts) -> Result<reqwest::ClientBuilder, Problem> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("git/2.0 (capstan/", env!("CARGO_PKG_VERSION"), ")"))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(timeouts.connect)
        .pool_idle_timeout(POOL_IDLE)
        .pool_max_idle_per_host(POOL_PER_HOST);
    if let Some(proxy) = &kind.proxy {
        builder = builder.proxy(proxy_of(proxy)?);
    }
    if let Some(certificate) = &kind.certificate {
        builder = builder.identity(identity(certificate)?);
    }
    Ok(match &kind.trust {
        ServerTrust::Anything => builder.tls_danger_accept_invalid_certs(true),
        ServerTrust::Only(pem) => builder.tls_certs_only(authorities(pem)?),
        ServerTrust::System => builder,
    })
}

/// The header that says who we are.
pub(super) fn authorization(credentials: &Credentials) -> Result<Option<HeaderValue>, Problem> {
    let text = match credentials {
        Credentials::Anonymous => return Ok(None),
        Credentials::Basic { username, password } => {
            format!("Basic {}", STANDARD.encode(format!("{username}:{}", password.reveal())))
        }
        Credentials::Bearer(token) => format!("Bearer {}", token.reveal()),
        Credentials::SshKey { .. } => {
            return Err(Problem::BadCredentials { why: "an ssh key does not fit an http URL".into() });
        }
    };
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| Problem::BadCredentials { why: "the token holds characters that HTTP does not allow".into() })?;
    value.set_sensitive(true);
    Ok(Some(value))
}

fn authorities(pem: &str) -> Result<Vec<reqwest::Certificate>, Problem> {
    let certificates = reqwest::Certificate::from_pem_bundle(pem.as_bytes());
    let bad = |why: String| Problem::Tls { detail: format!("the certificate authorities given cannot be read: {why}") };
    let certificates = certificates.map_err(|error| bad(root_cause(&error)))?;
    if certificates.is_empty() { Err(bad("no PEM certificate in them".into())) } else { Ok(certificates) }
}

fn identity(certificate: &ClientCertificate) -> Result<reqwest::Identity, Problem> {
    let pem = format!("{}\n{}\n", certificate.key.reveal(), certificate.certificate);
    reqwest::Identity::from_pem(pem.as_bytes())
        .map_err(|_| Problem::BadCredentials { why: "the TLS client certificate and key are not a PEM pair".into() })
}

fn proxy_of(proxy: &Proxy) -> Result<reqwest::Proxy, Problem> {
    let bad = |_| Problem::BadUrl { why: "the proxy's URL cannot be used".into() };
    let built = reqwest::Proxy::all(proxy.url.reveal()).map_err(bad)?;
    Ok(built.no_proxy(proxy.no_proxy.as_deref().and_then(reqwest::NoProxy::from_string)))
}

/// The innermost cause: the outer ones only say that a request failed.
pub(super) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
