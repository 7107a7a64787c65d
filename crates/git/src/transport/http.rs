//! Git over https and http.
//!
//! A greeting of protocol version 2 says nothing of refs, so it is remembered: the next listing costs one request.

use super::http_ask::{HttpAsk, body, expect_kind};
use super::http_client::{authorization, kind, unusable};
use super::http_error::{of_error, of_status};
use super::session::{Carrier, Greet, Session};
use crate::error::Problem;
use crate::options::{GitLimits, Timeouts};
use crate::remote::Remote;
use crate::repo_url::Place;
use crate::wire::greeting::{self, Greeting, Version};
use crate::wire::pkt::{Pace, PktReader, protocol};
use crate::wire::service::Service;
use reqwest::header::{AUTHORIZATION, HeaderValue, LOCATION};
use reqwest::{Client, Response};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use url::Url;
use web::{Clients, is_same_authority};

/// How many remotes keep a greeting; beyond that the first in order is forgotten.
const REMOTES_MAX: usize = 4096;

/// What servers are told of us: some serve Git only to git.
const AGENT: &str = concat!("git/2.0 (capstan/", env!("CARGO_PKG_VERSION"), ")");

/// How many redirects are followed, as git does for its first request.
const REDIRECTS_MAX: usize = 5;

/// Where a repository says what it has, for a service.
fn discovery(service: Service) -> String {
    format!("/info/refs?service={}", service.name())
}

pub(super) struct HttpPool {
    timeouts: Timeouts,
    limits: GitLimits,
    clients: Clients,
    greeted: Mutex<BTreeMap<Remote, Arc<Greeted>>>,
}

/// A remote that answered: where it really is, who we may be there, and how it greets.
#[derive(Clone)]
struct Greeted {
    base: String,
    authorization: Option<HeaderValue>,
    greeting: Greeting,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl HttpPool {
    pub(super) fn new(timeouts: Timeouts, limits: GitLimits) -> Self {
        HttpPool { timeouts, limits, clients: Clients::new(AGENT, timeouts.connect), greeted: Mutex::default() }
    }

    pub(super) async fn open(&self, remote: &Remote, greet: Greet) -> Result<Session, Problem> {
        let remembered = lock(&self.greeted).get(remote).cloned().filter(|_| greet == Greet::Remembered);
        let is_remembered = remembered.is_some();
        let greeted = match remembered {
            Some(greeted) => greeted,
            None => Arc::new(self.discover(remote, Service::UploadPack).await?),
        };
        self.remember(remote, &greeted);
        self.session(remote, &greeted, Service::UploadPack, is_remembered)
    }

    /// Begins a conversation that pushes. What the server has is asked anew: a push is held to it.
    pub(super) async fn open_push(&self, remote: &Remote) -> Result<Session, Problem> {
        let greeted = self.discover(remote, Service::ReceivePack).await?;
        self.session(remote, &greeted, Service::ReceivePack, false)
    }

    fn session(
        &self,
        remote: &Remote,
        greeted: &Greeted,
        service: Service,
        remembered: bool,
    ) -> Result<Session, Problem> {
        let ask = HttpAsk {
            client: self.client(remote, &parsed(&greeted.base)?)?,
            url: format!("{}/{}", greeted.base, service.name()),
            service,
            authorization: greeted.authorization.clone(),
            version: (greeted.greeting.version == Version::Two).then_some("version=2"),
            timeouts: self.timeouts,
            reader: None,
        };
        Ok(Session { greeting: greeted.greeting.clone(), remembered, carrier: Carrier::Http(ask) })
    }

    /// Remotes with the same trust, certificate, proxy and reach share a client: its authorities and its connections.
    fn client(&self, remote: &Remote, url: &Url) -> Result<Client, Problem> {
        self.clients.get(url, &kind(remote, &own_url(remote)?, url)).map_err(unusable)
    }

    fn remember(&self, remote: &Remote, greeted: &Arc<Greeted>) {
        let mut all = lock(&self.greeted);
        if greeted.greeting.version != Version::Two {
            all.remove(remote);
            return;
        }
        if all.len() >= REMOTES_MAX && !all.contains_key(remote) {
            all.pop_first();
        }
        all.insert(remote.clone(), Arc::clone(greeted));
    }

    async fn discover(&self, remote: &Remote, service: Service) -> Result<Greeted, Problem> {
        let mut base = own_url(remote)?;
        let mut authorization = authorization(&remote.credentials)?;
        for _ in 0..=REDIRECTS_MAX {
            if !remote.plain_http.allows(&base) {
                return Err(Problem::PlainHttp);
            }
            let client = self.client(remote, &base)?;
            let response = get(&client, &base, service, authorization.as_ref(), &self.timeouts).await?;
            if response.status().is_redirection() {
                let next = redirected(&base, service, &response)?;
                // Another authority must not see the credentials meant for this one.
                if !is_same_authority(&next, &base) {
                    authorization = None;
                }
                base = next;
                continue;
            }
            let greeting = self.read_greeting(response, service).await?;
            let base = base.as_str().trim_end_matches('/').to_owned();
            return Ok(Greeted { base, authorization, greeting });
        }
        Err(protocol(format!("more than {REDIRECTS_MAX} redirects")))
    }

    async fn read_greeting(&self, response: Response, service: Service) -> Result<Greeting, Problem> {
        expect_kind(&response, &format!("application/x-{}-advertisement", service.name()))?;
        let pace = Pace {
            idle: self.timeouts.idle,
            bytes_max: self.limits.listing_bytes_max,
            what: "the listing of refs in bytes",
        };
        greeting::read(&mut PktReader::new(body(response, self.timeouts), pace), service, self.limits.refs_max).await
    }
}

async fn get(
    client: &Client,
    base: &Url,
    service: Service,
    authorization: Option<&HeaderValue>,
    timeouts: &Timeouts,
) -> Result<Response, Problem> {
    let url = format!("{}{}", base.as_str().trim_end_matches('/'), discovery(service));
    let mut request = client.get(url).header("Pragma", "no-cache");
    if let Some(version) = service.protocol() {
        request = request.header("Git-Protocol", version);
    }
    if let Some(value) = authorization {
        request = request.header(AUTHORIZATION, value);
    }
    let response = request.send().await.map_err(|error| of_error(&error, timeouts))?;
    let status = response.status();
    if status.is_success() || (status.is_redirection() && response.headers().contains_key(LOCATION)) {
        Ok(response)
    } else {
        Err(of_status(status, response.headers()))
    }
}

/// Where a redirect leads: another base for the same request, never from https to something weaker.
fn redirected(base: &Url, service: Service, response: &Response) -> Result<Url, Problem> {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let target = response.url().join(location).map_err(|_| protocol("a redirect to no URL"))?;
    let target = target.as_str().strip_suffix(&discovery(service));
    let target = target.ok_or_else(|| protocol("a redirect to something that is not this request"))?;
    let target = Url::parse(target).map_err(|_| protocol("a redirect to no URL"))?;
    match (base.scheme(), target.scheme()) {
        (_, "https") | ("http", "http") => Ok(target),
        _ => Err(protocol("a redirect from https to something weaker")),
    }
}

/// Where the remote itself says that it is.
fn own_url(remote: &Remote) -> Result<Url, Problem> {
    match remote.url.place() {
        Place::Https(base) | Place::Http(base) => parsed(base),
        _ => Err(Problem::BadUrl { why: "not an http URL".into() }),
    }
}

fn parsed(url: &str) -> Result<Url, Problem> {
    Url::parse(url).map_err(|error| Problem::BadUrl { why: error.to_string() })
}
