//! One request and its answer, redirects followed with care: at most so many, never from https to http, never with
//! credentials to another host, and never to an address that is refused.

use crate::access::{Access, PassCredentials};
use crate::failure::of_error;
use crate::options::Timeouts;
use crate::patience::within;
use crate::problem::{Problem, protocol};
use reqwest::Response;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use url::Url;
use web::{ClientError, ClientKind, Clients, Refused, is_same_authority, share_a_domain};

/// How many redirects are followed, as Go's client does.
const REDIRECTS_MAX: usize = 10;

/// What servers are told of us.
const AGENT: &str = concat!("Helm/4 (capstan/", env!("CARGO_PKG_VERSION"), ")");

pub(crate) struct Web {
    clients: Clients,
    timeouts: Timeouts,
}

/// What to ask.
#[derive(Debug, Clone)]
pub(crate) struct Ask<'a> {
    pub(crate) url: Url,
    /// The repository's own address: who may see credentials is decided by it.
    pub(crate) own: &'a Url,
    pub(crate) access: &'a Access,
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) accept: &'static str,
    /// Further headers.
    pub(crate) headers: HeaderMap,
}

impl Web {
    pub(crate) fn new(timeouts: Timeouts) -> Self {
        Web { clients: Clients::new(AGENT, timeouts.connect), timeouts }
    }

    pub(crate) fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// The answer, whatever its status; redirects are followed.
    pub(crate) async fn ask(&self, ask: Ask<'_>) -> Result<Response, Problem> {
        let mut url = ask.url.clone();
        for _ in 0..=REDIRECTS_MAX {
            let response = self.once(&url, &ask).await?;
            if !response.status().is_redirection() || !response.headers().contains_key(LOCATION) {
                return Ok(response);
            }
            url = redirected(&url, response.headers())?;
        }
        Err(protocol(format!("more than {REDIRECTS_MAX} redirects")))
    }

    async fn once(&self, url: &Url, ask: &Ask<'_>) -> Result<Response, Problem> {
        let is_own = is_same_authority(url, ask.own);
        let client = self.clients.get(url, &kind(ask, url, is_own)).map_err(unusable)?;
        may_use(url, ask.access)?;
        let mut request = client.get(url.clone()).headers(ask.headers.clone()).header(ACCEPT, ask.accept);
        let may_tell = is_own || ask.access.pass_credentials == PassCredentials::Everywhere;
        if let Some(value) = ask.authorization.as_ref().filter(|_| may_tell) {
            request = request.header(AUTHORIZATION, value);
        }
        let sent = within(self.timeouts.idle, "waiting for an answer", request.send()).await?;
        sent.map_err(|error| of_error(&error, &self.timeouts))
    }
}

fn redirected(from: &Url, headers: &HeaderMap) -> Result<Url, Problem> {
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let target = from.join(location).map_err(|_| protocol("a redirect to no URL"))?;
    match (from.scheme(), target.scheme()) {
        (_, "https") | ("http", "http") => Ok(target),
        _ => Err(protocol("a redirect from https to something weaker")),
    }
}

/// The client for a repository's own host, or for one that the repository named: such hosts do not get to see our
/// certificate, and are not asked in private networks unless they share the repository's domain.
fn kind(ask: &Ask<'_>, url: &Url, is_own: bool) -> ClientKind {
    let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
    let access = ask.access;
    ClientKind {
        trust: access.trust.clone(),
        certificate: access.client_certificate.clone().filter(|_| is_own),
        proxy: access.proxy.clone(),
        reach: match is_own || share_a_domain(&host(ask.own), &host(url)) {
            true => access.reach,
            false => access.reach.of_others(),
        },
    }
}

fn unusable(error: ClientError) -> Problem {
    match error {
        ClientError::Refused(Refused(host)) => Problem::Refused { host },
        ClientError::Tls(detail) => Problem::Tls { detail },
        ClientError::Certificate => Problem::BadCredentials { why: error.to_string() },
        ClientError::Proxy => Problem::BadAddress { why: error.to_string() },
    }
}

fn may_use(url: &Url, access: &Access) -> Result<(), Problem> {
    match url.scheme() {
        "https" | "http" if access.plain_http.allows(url) => Ok(()),
        "http" => Err(Problem::PlainHttp),
        scheme => Err(Problem::BadAddress { why: format!("scheme {scheme:?} is not one of https and http") }),
    }
}
