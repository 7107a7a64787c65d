//! HTTP clients: one for every trust, certificate, proxy and reach. None follows a redirect by itself.

use crate::access::Access;
use crate::failure::root_cause;
use crate::options::Timeouts;
use crate::problem::Problem;
use crate::reach::{Guard, Reach};
use git::{ClientCertificate, Proxy, ServerTrust};
use reqwest::Client;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use url::Url;

/// How many clients are kept.
const CLIENTS_MAX: usize = 256;

/// How many unused connections to one server are kept.
const POOL_PER_HOST: usize = 4;

/// How long a connection waits for its next use.
const POOL_IDLE: Duration = Duration::from_secs(50);

/// Everything in which clients differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    trust: ServerTrust,
    certificate: Option<ClientCertificate>,
    proxy: Option<Proxy>,
    reach: Reach,
    needs_tls: bool,
}

pub(crate) struct Clients {
    timeouts: Timeouts,
    all: Mutex<BTreeMap<Kind, Client>>,
}

/// Whose host is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    /// The repository's own.
    Own,
    /// One that the repository named.
    Other,
}

impl Clients {
    pub(crate) fn new(timeouts: Timeouts) -> Self {
        Clients { timeouts, all: Mutex::default() }
    }

    /// The client for `url`. Hosts that the repository only named are never asked in private networks, and do not get
    /// to see our certificate.
    pub(crate) fn get(&self, url: &Url, host: Host, access: &Access) -> Result<Client, Problem> {
        let own = host == Host::Own;
        let kind = Kind {
            trust: access.trust.clone(),
            certificate: access.client_certificate.clone().filter(|_| own),
            proxy: access.proxy.clone(),
            reach: if own { access.reach } else { access.reach.of_others() },
            needs_tls: url.scheme() == "https",
        };
        if !kind.reach.allows_url(url) {
            return Err(Problem::Refused { host: url.host_str().unwrap_or_default().to_owned() });
        }
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = all.get(&kind) {
            return Ok(client.clone());
        }
        let client = build(&kind, &self.timeouts)?;
        if all.len() >= CLIENTS_MAX {
            all.pop_first();
        }
        all.insert(kind, client.clone());
        Ok(client)
    }
}

fn build(kind: &Kind, timeouts: &Timeouts) -> Result<Client, Problem> {
    // The first provider that is installed stays; ring is the only one in the program.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let built = match builder(kind, timeouts)?.build() {
        // A machine without any authorities can still speak plain http.
        Err(_) if !kind.needs_tls => builder(kind, timeouts)?.tls_certs_only([]).build(),
        built => built,
    };
    built.map_err(|error| Problem::Tls { detail: root_cause(&error) })
}

fn builder(kind: &Kind, timeouts: &Timeouts) -> Result<reqwest::ClientBuilder, Problem> {
    let mut builder = Client::builder()
        .user_agent(concat!("Helm/4 (capstan/", env!("CARGO_PKG_VERSION"), ")"))
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(Arc::new(Guard { reach: kind.reach, proxies: proxies(kind.proxy.as_ref()) }))
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

fn authorities(pem: &str) -> Result<Vec<reqwest::Certificate>, Problem> {
    let bad = |why: String| Problem::Tls { detail: format!("the certificate authorities given cannot be read: {why}") };
    let certificates = reqwest::Certificate::from_pem_bundle(pem.as_bytes());
    let certificates = certificates.map_err(|error| bad(root_cause(&error)))?;
    if certificates.is_empty() { Err(bad("no PEM certificate in them".into())) } else { Ok(certificates) }
}

fn identity(certificate: &ClientCertificate) -> Result<reqwest::Identity, Problem> {
    let pem = format!("{}\n{}\n", certificate.key.reveal(), certificate.certificate);
    reqwest::Identity::from_pem(pem.as_bytes())
        .map_err(|_| Problem::BadCredentials { why: "the TLS client certificate and key are not a PEM pair".into() })
}

fn proxy_of(proxy: &Proxy) -> Result<reqwest::Proxy, Problem> {
    let bad = |_| Problem::BadAddress { why: "the proxy's URL cannot be used".into() };
    let built = reqwest::Proxy::all(proxy.url.reveal()).map_err(bad)?;
    Ok(built.no_proxy(proxy.no_proxy.as_deref().and_then(reqwest::NoProxy::from_string)))
}
