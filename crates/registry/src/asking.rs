//! One question and its answer: in turn, redirects followed with care, tokens fetched, bytes and time bounded.

use crate::options::Options;
use crate::pace::Paces;
use crate::problem::{Problem, protocol};
use crate::registry::{Registry, Repository};
use crate::token::{Tokens, issuer, token_url};
use bytes::{Bytes, BytesMut};
use clock::Clock;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, IF_NONE_MATCH, LOCATION, WWW_AUTHENTICATE};
use reqwest::{Method, Response, StatusCode};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use url::Url;
use web::{
    Cause, Challenge, ClientError, ClientKind, Clients, Refused, is_same_authority, pause_asked, share_a_domain,
};

/// How many redirects are followed.
const REDIRECTS_MAX: usize = 5;

/// How many registries are counted.
const COUNTED_MAX: usize = 4096;

/// What registries are told of us.
const AGENT: &str = concat!("capstan/", env!("CARGO_PKG_VERSION"));

/// Asks.
pub(crate) struct Asking {
    pub(crate) options: Options,
    pub(crate) clock: Clock,
    clients: Clients,
    tokens: Tokens,
    paces: Paces,
    counts: Mutex<BTreeMap<String, (u64, u64)>>,
}

/// What to ask.
pub(crate) struct Question<'q> {
    pub(crate) repository: &'q Repository,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) accept: &'static str,
    /// What is known already.
    pub(crate) if_none_match: Option<HeaderValue>,
    /// What is asked for, in words.
    pub(crate) what: &'q str,
}

/// An answer that was read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Whether what is known already is what there is.
    pub(crate) is_unchanged: bool,
}

impl Asking {
    pub(crate) fn new(options: Options, clock: Clock) -> Self {
        Asking {
            clients: Clients::new(AGENT, options.timeouts.connect),
            options,
            clock,
            tokens: Tokens::default(),
            paces: Paces::default(),
            counts: Mutex::default(),
        }
    }

    /// Requests and failed ones, by registry.
    pub(crate) fn counts(&self) -> Vec<(String, u64, u64)> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.iter().map(|(registry, (all, failed))| (registry.clone(), *all, *failed)).collect()
    }

    fn count(&self, registry: &str, failed: u64) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= COUNTED_MAX && !counts.contains_key(registry) {
            return;
        }
        let entry = counts.entry(registry.to_owned()).or_default();
        *entry = (entry.0 + 1, entry.1 + failed);
    }

    /// Asks, and reads the answer. It has an end, however the server behaves.
    pub(crate) async fn ask(&self, question: &Question<'_>) -> Result<Answer, Problem> {
        let limit = self.options.timeouts.total;
        let asked = tokio::time::timeout(limit, self.ask_with_token(question)).await;
        let answer = asked.unwrap_or(Err(Problem::Timeout { doing: "reading an answer", limit }));
        let host = question.repository.registry.host();
        // That something is not there is an answer as good as another.
        self.count(
            &host,
            u64::from(answer.as_ref().is_err_and(|problem| !matches!(problem, Problem::NotFound { .. }))),
        );
        if let Err(Problem::Busy { status, wait }) = &answer {
            self.paces.pause(&host, *wait, *status, self.clock.monotonic());
        }
        answer
    }

    /// A registry that wants a token says so, and is asked again with one.
    async fn ask_with_token(&self, question: &Question<'_>) -> Result<Answer, Problem> {
        let registry = &*question.repository.registry;
        self.paces.turn(&registry.host(), registry.requests_per_second, self.clock.monotonic()).await?;
        let known = self.tokens.known(question.repository, self.clock.monotonic());
        let header = match known {
            Some(token) => Some(token),
            // A name and password are shown to a registry only once it asks for them: most want a token instead.
            None => match &registry.login {
                login @ crate::Login::Bearer(_) => login.header()?,
                _ => None,
            },
        };
        let response = self.follow(question, registry, header).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return self.read(response, question.what).await;
        }
        let authorization = self.answer_to(&response, question.repository).await?;
        self.read(self.follow(question, registry, Some(authorization)).await?, question.what).await
    }

    /// What to say to a registry that wants to know who asks.
    async fn answer_to(&self, response: &Response, repository: &Repository) -> Result<HeaderValue, Problem> {
        let registry = &*repository.registry;
        let denied = |detail: &str| Problem::Unauthorised { detail: detail.to_owned() };
        let challenges = response.headers().get_all(WWW_AUTHENTICATE);
        let challenge = challenges.iter().find_map(|value| Challenge::parse(value.to_str().ok()?));
        match (challenge, &registry.login) {
            (
                Some(Challenge::Bearer { realm, service, scope }),
                crate::Login::Anonymous | crate::Login::Basic { .. },
            ) => {
                let url = token_url(&realm, service.as_deref(), scope.as_deref(), repository)?;
                self.token(url, repository).await
            }
            (Some(Challenge::Basic), login @ crate::Login::Basic { .. }) => {
                login.header()?.ok_or_else(|| denied("status 401"))
            }
            (Some(Challenge::Basic), _) => Err(denied("the registry wants a user name and password")),
            _ => Err(denied("status 401")),
        }
    }

    async fn token(&self, url: Url, repository: &Repository) -> Result<HeaderValue, Problem> {
        let issuer = issuer(&url, &repository.registry)?;
        let (accept, what) = ("application/json", "the registry's token server");
        let question = Question { repository, method: Method::GET, url, accept, if_none_match: None, what };
        let response = self.follow(&question, &issuer, issuer.login.header()?).await?;
        let answer = self.read(response, what).await.map_err(|problem| match problem {
            Problem::Unauthorised { detail } => {
                Problem::Unauthorised { detail: format!("the registry's token server said {detail}") }
            }
            problem => problem,
        })?;
        self.tokens.keep(&answer.body, repository, self.clock.monotonic())
    }

    /// The answer, whatever its status; redirects are followed, without credentials to other hosts.
    async fn follow(
        &self,
        question: &Question<'_>,
        own: &Registry,
        header: Option<HeaderValue>,
    ) -> Result<Response, Problem> {
        let mut url = question.url.clone();
        for _ in 0..=REDIRECTS_MAX {
            let is_own = is_same_authority(&url, &own.url);
            let header = header.as_ref().filter(|_| is_own);
            let response = self.once(&url, question, own, header).await?;
            if !response.status().is_redirection() || !response.headers().contains_key(LOCATION) {
                return Ok(response);
            }
            url = redirected(&url, response.headers())?;
        }
        Err(protocol(format!("more than {REDIRECTS_MAX} redirects")))
    }

    async fn once(
        &self,
        url: &Url,
        question: &Question<'_>,
        own: &Registry,
        header: Option<&HeaderValue>,
    ) -> Result<Response, Problem> {
        if !own.plain_http.allows(url) {
            return Err(Problem::PlainHttp);
        }
        let client = self.clients.get(url, &kind(own, url)).map_err(unusable)?;
        let mut request = client.request(question.method.clone(), url.clone()).header(ACCEPT, question.accept);
        if let Some(header) = header {
            request = request.header(AUTHORIZATION, header);
        }
        if let Some(known) = &question.if_none_match {
            request = request.header(IF_NONE_MATCH, known);
        }
        let limit = self.options.timeouts.idle;
        let sent = tokio::time::timeout(limit, request.send()).await;
        let sent = sent.map_err(|_| Problem::Timeout { doing: "waiting for an answer", limit })?;
        sent.map_err(|error| of_error(&error, self.options.timeouts.connect))
    }

    async fn read(&self, mut response: Response, what: &str) -> Result<Answer, Problem> {
        let (status, headers) = (response.status(), response.headers().clone());
        let is_unchanged = status == StatusCode::NOT_MODIFIED;
        if !status.is_success() && !is_unchanged {
            return Err(of_status(status, &headers, what));
        }
        let max = self.options.limits.answer_bytes_max;
        let mut body = BytesMut::new();
        while let Some(part) = response.chunk().await.map_err(|error| of_error(&error, self.options.timeouts.idle))? {
            if (body.len() + part.len()) as u64 > max {
                return Err(Problem::TooLarge { what: "bytes of one answer", max });
            }
            body.extend_from_slice(&part);
        }
        Ok(Answer { headers, body: body.freeze(), is_unchanged })
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

/// Hosts that a registry only names are not asked in private networks, unless they share its domain.
fn kind(own: &Registry, url: &Url) -> ClientKind {
    let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
    let is_near = is_same_authority(url, &own.url) || share_a_domain(&host(&own.url), &host(url));
    let reach = if is_near { own.reach } else { own.reach.of_others() };
    ClientKind { trust: own.trust.clone(), certificate: None, proxy: None, reach }
}

fn unusable(error: ClientError) -> Problem {
    match error {
        ClientError::Refused(Refused(host)) => Problem::Refused { host },
        ClientError::Tls(detail) => Problem::Tls { detail },
        ClientError::Certificate | ClientError::Proxy => Problem::BadAddress { why: error.to_string() },
    }
}

fn of_status(status: StatusCode, headers: &HeaderMap, what: &str) -> Problem {
    let number = status.as_u16();
    match (number, pause_asked(number, headers)) {
        (_, Some(wait)) => Problem::Busy { status: number, wait },
        (401 | 403, _) => Problem::Unauthorised { detail: format!("status {number}") },
        (404 | 410, _) => Problem::NotFound { what: what.to_owned() },
        (500.., _) => Problem::ServerFailed { status: number },
        _ => protocol(format!("status {number} where an answer was expected")),
    }
}

fn of_error(error: &reqwest::Error, limit: Duration) -> Problem {
    match Cause::of(error) {
        Cause::Refused(host) => Problem::Refused { host },
        Cause::Tls(detail) => Problem::Tls { detail },
        Cause::Slow => Problem::Timeout { doing: "connecting", limit },
        Cause::Unreachable(detail) => Problem::Unreachable { detail },
    }
}
