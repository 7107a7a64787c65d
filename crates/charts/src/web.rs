//! One request and its answer, redirects followed with care: at most so many, never from https to http, never with
//! credentials to another host, and never to an address that is refused.

use crate::access::{Access, PassCredentials};
use crate::clients::{Clients, Host};
use crate::failure::of_error;
use crate::options::Timeouts;
use crate::patience::within;
use crate::problem::{Problem, protocol};
use git::PlainHttp;
use reqwest::Response;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use url::Url;

/// How many redirects are followed, as Go's client does.
const REDIRECTS_MAX: usize = 10;

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
        Web { clients: Clients::new(timeouts), timeouts }
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
        let host = if same_authority(url, ask.own) { Host::Own } else { Host::Other };
        let client = self.clients.get(url, host, ask.access)?;
        may_use(url, ask.access)?;
        let mut request = client.get(url.clone()).headers(ask.headers.clone()).header(ACCEPT, ask.accept);
        let may_tell = host == Host::Own || ask.access.pass_credentials == PassCredentials::Everywhere;
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

/// Whether two URLs lead to one server: scheme, host and port.
pub(crate) fn same_authority(left: &Url, right: &Url) -> bool {
    let authority =
        |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default());
    authority(left) == authority(right)
}

fn may_use(url: &Url, access: &Access) -> Result<(), Problem> {
    let is_loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback || access.plain_http == PlainHttp::Allowed => Ok(()),
        "http" => Err(Problem::PlainHttp),
        scheme => Err(Problem::BadAddress { why: format!("scheme {scheme:?} is not one of https and http") }),
    }
}
