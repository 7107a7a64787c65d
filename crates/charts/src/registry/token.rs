//! Tokens: what a registry wants to see is given out by another server, for a name and password or for nothing.

use crate::access::Access;
use crate::asking::{Ask, Web};
use crate::authorization::{bearer, header};
use crate::body::{Bound, read};
use crate::failure::of_status;
use crate::problem::{Problem, protocol};
use clock::Clock;
use reqwest::header::{HeaderMap, HeaderValue};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use url::Url;
use web::{are_neighbours, is_same_authority};

/// How many tokens are kept.
const TOKENS_MAX: usize = 1024;

/// How long a token lives where nothing is said: the specification's minute.
const LIFE_UNSAID_SECONDS: u64 = 60;

/// The longest a token is believed to live.
const LIFE_MAX: Duration = Duration::from_secs(3600);

/// A token is given up so long before its end.
const MARGIN: Duration = Duration::from_secs(10);

/// Bytes of an answer with a token.
const ANSWER: Bound = Bound { what: "bytes of an answer with a token", bytes_max: 1 << 20 };

/// What a token is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Purpose {
    /// The registry.
    pub(crate) base: String,
    /// The name in the registry.
    pub(crate) name: String,
    pub(crate) access: Access,
}

/// What the registry said about tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issuer {
    pub(crate) realm: String,
    pub(crate) service: Option<String>,
    pub(crate) scope: Option<String>,
}

#[derive(Default)]
pub(crate) struct Tokens {
    known: Mutex<BTreeMap<Purpose, (HeaderValue, Instant)>>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
    expires_in: Option<u64>,
}

impl Tokens {
    /// A token that is still good.
    pub(crate) fn known(&self, purpose: &Purpose, clock: &Clock) -> Option<HeaderValue> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(purpose).filter(|(_, end)| *end > clock.monotonic()).map(|(value, _)| value.clone())
    }

    /// Asks for a token.
    pub(crate) async fn ask(
        &self,
        web: &Web,
        issuer: &Issuer,
        purpose: &Purpose,
        clock: &Clock,
    ) -> Result<HeaderValue, Problem> {
        let realm = Url::parse(&issuer.realm).map_err(|_| protocol("the registry's token realm is no URL"))?;
        let access = access_of(&realm, purpose)?;
        let mut url = realm.clone();
        {
            let mut query = url.query_pairs_mut();
            if let Some(service) = &issuer.service {
                query.append_pair("service", service);
            }
            let pull = format!("repository:{}:pull", purpose.name);
            query.append_pair("scope", issuer.scope.as_deref().unwrap_or(&pull));
        }
        let authorization = header(&purpose.access.credentials)?;
        let headers = HeaderMap::new();
        let ask = Ask { url, own: &realm, access: &access, authorization, accept: "application/json", headers };
        let response = web.ask(ask).await?;
        let status = response.status();
        if !status.is_success() {
            return Err(match of_status(status, response.headers(), "the registry's token server") {
                Problem::Unauthorised { detail } => {
                    Problem::Unauthorised { detail: format!("the registry's token server said {detail}") }
                }
                problem => problem,
            });
        }
        let text = read(response, ANSWER, web.timeouts()).await?;
        let answer: Answer =
            serde_json::from_slice(&text).map_err(|_| protocol("an answer of the token server without a token"))?;
        self.keep(&answer, purpose, clock)
    }

    fn keep(&self, answer: &Answer, purpose: &Purpose, clock: &Clock) -> Result<HeaderValue, Problem> {
        let token = if answer.token.is_empty() { &answer.access_token } else { &answer.token };
        if token.is_empty() {
            return Err(protocol("an answer of the token server without a token"));
        }
        let value = bearer(token)?;
        let life = Duration::from_secs(answer.expires_in.unwrap_or(LIFE_UNSAID_SECONDS)).min(LIFE_MAX);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= TOKENS_MAX && !known.contains_key(purpose) {
            known.pop_first();
        }
        known.insert(purpose.clone(), (value.clone(), clock.monotonic() + life.saturating_sub(MARGIN)));
        Ok(value)
    }
}

/// How the token server is reached. It gets the name and password, as the protocol wants it, so that it must speak TLS
/// where the registry does; in a private network it may only be beside the registry.
fn access_of(realm: &Url, purpose: &Purpose) -> Result<Access, Problem> {
    let registry = Url::parse(&purpose.base).map_err(|_| protocol("the registry has no URL"))?;
    if registry.scheme() == "https" && realm.scheme() != "https" {
        return Err(protocol("the registry's token realm is weaker than https"));
    }
    let mut access = purpose.access.clone();
    if !is_same_authority(realm, &registry) {
        access.client_certificate = None;
        if !are_neighbours(realm.host_str().unwrap_or_default(), registry.host_str().unwrap_or_default()) {
            access.reach = access.reach.of_others();
        }
    }
    Ok(access)
}
