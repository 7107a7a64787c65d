//! Tokens: what a registry wants to see is given out by another server, for a name and password or for nothing.

use crate::login::bearer;
use crate::problem::{Problem, protocol};
use crate::registry::{Registry, Repository};
use reqwest::header::HeaderValue;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use url::Url;
use web::{are_neighbours, is_same_authority};

/// How many tokens are kept.
const TOKENS_MAX: usize = 4096;

/// How long a token lives where nothing is said: the specification's minute.
const LIFE_UNSAID_SECONDS: u64 = 60;

/// The longest a token is believed to live.
const LIFE_MAX: Duration = Duration::from_secs(3600);

/// A token is given up so long before its end.
const MARGIN: Duration = Duration::from_secs(10);

/// The tokens of all repositories.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<BTreeMap<Repository, (HeaderValue, Instant)>>);

/// What a token server answers.
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
    pub(crate) fn known(&self, repository: &Repository, now: Instant) -> Option<HeaderValue> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(repository).filter(|(_, end)| *end > now).map(|(value, _)| value.clone())
    }

    /// Reads an answer with a token, and keeps that.
    pub(crate) fn keep(&self, answer: &[u8], repository: &Repository, now: Instant) -> Result<HeaderValue, Problem> {
        let none = || protocol("an answer of the token server without a token");
        let answer: Answer = serde_json::from_slice(answer).map_err(|_| none())?;
        let token = if answer.token.is_empty() { &answer.access_token } else { &answer.token };
        if token.is_empty() {
            return Err(none());
        }
        let value = bearer(token)?;
        let life = Duration::from_secs(answer.expires_in.unwrap_or(LIFE_UNSAID_SECONDS)).min(LIFE_MAX);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= TOKENS_MAX && !known.contains_key(repository) {
            known.pop_first();
        }
        known.insert(repository.clone(), (value.clone(), now + life.saturating_sub(MARGIN)));
        Ok(value)
    }
}

/// Where a token for `repository` is asked for.
pub(crate) fn token_url(
    realm: &str,
    service: Option<&str>,
    scope: Option<&str>,
    repository: &Repository,
) -> Result<Url, Problem> {
    let mut url = Url::parse(realm).map_err(|_| protocol("the registry's token realm is no URL"))?;
    let pull = format!("repository:{}:pull", repository.name);
    let mut query = url.query_pairs_mut();
    if let Some(service) = service {
        query.append_pair("service", service);
    }
    query.append_pair("scope", scope.filter(|scope| !scope.is_empty()).unwrap_or(&pull));
    drop(query);
    Ok(url)
}

/// How the token server is reached. It gets the name and password, as the protocol wants it, so that it must speak TLS
/// where the registry does; in a private network it may only be beside the registry.
pub(crate) fn issuer(realm: &Url, registry: &Registry) -> Result<Registry, Problem> {
    if registry.url.scheme() == "https" && realm.scheme() != "https" {
        return Err(protocol("the registry's token realm is weaker than https"));
    }
    let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
    let mut issuer = registry.clone();
    if !is_same_authority(realm, &registry.url) && !are_neighbours(&host(realm), &host(&registry.url)) {
        issuer.reach = issuer.reach.of_others();
    }
    issuer.url = realm.clone();
    Ok(issuer)
}
