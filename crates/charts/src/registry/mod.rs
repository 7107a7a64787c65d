//! OCI registries: tags, manifests and blobs of the distribution specification, as far as fetching a chart needs them.

mod manifest;
mod token;

use crate::access::Access;
use crate::asking::{Ask, Web};
use crate::authorization::header;
use crate::body::{Bound, read};
use crate::cache::sha256;
use crate::failure::of_status;
use crate::options::ChartLimits;
use crate::problem::{Problem, protocol};
use crate::repository::Registry;
use crate::version::is_full_version;
use bytes::Bytes;
use clock::Clock;
use git::Credentials;
use manifest::{ACCEPT, Descriptor, chart_layer, sha256_of};
use reqwest::header::{HeaderMap, HeaderValue, LINK, WWW_AUTHENTICATE};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use token::{Issuer, Purpose, Tokens};
use url::Url;
use web::{Challenge, is_same_authority};

/// How many pages of tags are asked for at most.
const PAGES_MAX: usize = 1000;

/// How many tags a page should have.
const PAGE_LENGTH: usize = 1000;

#[derive(Default)]
pub(crate) struct Registries {
    tokens: Tokens,
}

/// One chart in a registry.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) web: &'a Web,
    pub(crate) clock: &'a Clock,
    pub(crate) limits: &'a ChartLimits,
    pub(crate) registry: &'a Registry,
    pub(crate) access: &'a Access,
    /// Its whole name in the registry.
    pub(crate) name: &'a str,
}

/// Which manifest is meant.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reference<'a> {
    /// That with this tag.
    Tag(&'a str),
    /// That with this digest.
    Digest(&'a str),
}

/// An archive in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layer {
    /// Its SHA-256, in hexadecimal.
    pub(crate) digest: String,
    descriptor: Descriptor,
}

#[derive(Deserialize)]
struct TagPage {
    tags: Option<Vec<String>>,
}

impl Registries {
    /// The versions among the tags; plus signs, which a tag cannot have, are underscores there.
    pub(crate) async fn versions(&self, place: Place<'_>) -> Result<Vec<String>, Problem> {
        let base = place.registry.base()?;
        let mut next = Some(place.url(&format!("tags/list?n={PAGE_LENGTH}"))?);
        let mut versions = Vec::new();
        let mut pages = 0;
        while let Some(url) = next.take() {
            pages += 1;
            let response = self.get(place, url.clone(), "application/json", "the list of its tags").await?;
            next = next_page(&url, response.headers(), &base)?;
            let page = read(response, place.small("bytes of a page of tags"), place.web.timeouts()).await?;
            let page: TagPage = serde_json::from_slice(&page).map_err(|_| protocol("a list of tags that is none"))?;
            let found = page.tags.unwrap_or_default().into_iter().map(|tag| tag.replace('_', "+"));
            versions.extend(found.filter(|version| is_full_version(version)));
            if pages >= PAGES_MAX || versions.len() > place.limits.tags_max {
                return Err(Problem::TooLarge { what: "number of tags", max: place.limits.tags_max as u64 });
            }
        }
        Ok(versions)
    }

    /// Where the archive of a version is.
    pub(crate) async fn layer(&self, place: Place<'_>, reference: Reference<'_>) -> Result<Layer, Problem> {
        let (text, what) = match reference {
            Reference::Tag(tag) => (tag.replace('+', "_"), format!("version {tag}")),
            Reference::Digest(digest) => {
                sha256_of(digest)?;
                (digest.to_owned(), format!("manifest {digest}"))
            }
        };
        let url = place.url(&format!("manifests/{text}"))?;
        let response = self.get(place, url, ACCEPT, &what).await?;
        let manifest = read(response, place.small("bytes of a manifest"), place.web.timeouts()).await?;
        if let Reference::Digest(digest) = reference {
            check("the manifest", sha256_of(digest)?, &manifest)?;
        }
        let descriptor = chart_layer(&manifest)?;
        if descriptor.size > place.limits.archive_bytes_max {
            return Err(place.archive().exceeded());
        }
        Ok(Layer { digest: sha256_of(&descriptor.digest)?.to_owned(), descriptor })
    }

    /// The archive itself, which has the digest promised.
    pub(crate) async fn blob(&self, place: Place<'_>, layer: &Layer) -> Result<Bytes, Problem> {
        let url = place.url(&format!("blobs/{}", layer.descriptor.digest))?;
        let response = self.get(place, url, "application/octet-stream, */*;q=0.5", "the chart's archive").await?;
        let blob = read(response, place.archive(), place.web.timeouts()).await?;
        check("the archive", &layer.digest, &blob)?;
        Ok(blob)
    }

    /// A successful answer. A registry that wants a token says so, and is asked again with one.
    async fn get(&self, place: Place<'_>, url: Url, accept: &'static str, what: &str) -> Result<Response, Problem> {
        let base = place.registry.base()?;
        let purpose =
            Purpose { base: base.as_str().to_owned(), name: place.name.to_owned(), access: place.access.clone() };
        let known = match &place.access.credentials {
            bearer @ Credentials::Bearer(_) => header(bearer)?,
            _ => self.tokens.known(&purpose, place.clock),
        };
        let ask = |authorization: Option<HeaderValue>| Ask {
            url: url.clone(),
            own: &base,
            access: place.access,
            authorization,
            accept,
            headers: HeaderMap::new(),
        };
        let response = place.web.ask(ask(known)).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return successful(response, what);
        }
        let authorization = self.answer_to(&response, place, &purpose).await?;
        successful(place.web.ask(ask(Some(authorization))).await?, what)
    }

    /// What to say to a registry that wants to know who asks.
    async fn answer_to(
        &self,
        response: &Response,
        place: Place<'_>,
        purpose: &Purpose,
    ) -> Result<HeaderValue, Problem> {
        let denied = |detail: &str| Problem::Unauthorised { detail: detail.to_owned() };
        let challenges = response.headers().get_all(WWW_AUTHENTICATE);
        let challenge = challenges.iter().filter_map(|value| Challenge::parse(value.to_str().ok()?)).next();
        match challenge {
            Some(Challenge::Bearer { realm, service, scope })
                if !matches!(place.access.credentials, Credentials::Bearer(_)) =>
            {
                let issuer = Issuer { realm, service, scope };
                self.tokens.ask(place.web, &issuer, purpose, place.clock).await
            }
            Some(Challenge::Basic) => match &place.access.credentials {
                basic @ Credentials::Basic { .. } => {
                    header(basic)?.ok_or_else(|| denied("the registry wants a user name and password"))
                }
                _ => Err(denied("the registry wants a user name and password")),
            },
            _ => Err(denied("status 401")),
        }
    }
}

impl Place<'_> {
    fn url(&self, rest: &str) -> Result<Url, Problem> {
        let base = self.registry.base()?;
        base.join(&format!("{}/{rest}", self.name)).map_err(|error| Problem::BadAddress { why: error.to_string() })
    }

    fn small(&self, what: &'static str) -> Bound {
        Bound { what, bytes_max: self.limits.answer_bytes_max }
    }

    fn archive(&self) -> Bound {
        Bound { what: "bytes of a chart's archive", bytes_max: self.limits.archive_bytes_max }
    }
}

fn successful(response: Response, what: &str) -> Result<Response, Problem> {
    if response.status().is_success() {
        Ok(response)
    } else {
        Err(of_status(response.status(), response.headers(), what))
    }
}

pub(crate) fn check(what: &'static str, expected: &str, content: &[u8]) -> Result<(), Problem> {
    let found = sha256(content);
    if found == expected {
        return Ok(());
    }
    Err(Problem::Digest { what, expected: format!("sha256:{expected}"), found: format!("sha256:{found}") })
}

/// The page that a `Link` header names as the next; it stays with the registry.
fn next_page(from: &Url, headers: &HeaderMap, base: &Url) -> Result<Option<Url>, Problem> {
    let Some(link) = headers.get(LINK).and_then(|value| value.to_str().ok()) else { return Ok(None) };
    let target = link.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    let Some((target, rest)) = target else { return Ok(None) };
    if !rest.replace(['"', ' '], "").contains("rel=next") {
        return Ok(None);
    }
    let next = from.join(target).map_err(|_| protocol("the next page of tags is at no URL"))?;
    if is_same_authority(&next, base) {
        Ok(Some(next))
    } else {
        Err(protocol("the next page of tags is on another host"))
    }
}
