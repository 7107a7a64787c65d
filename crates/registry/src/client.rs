//! The registries, as far as following images needs them.

use crate::asking::{Answer, Asking, Question};
use crate::build::Build;
use crate::cosign::{CosignKey, Signed, signatures};
use crate::listing::{Listing, Page};
use crate::manifest::{ACCEPT, Config, Manifest, check, digest_of, is_digest};
use crate::options::Options;
use crate::problem::{Problem, RegistryError, protocol};
use crate::registry::Repository;
use crate::remembered::{Listed, Remembered};
use bytes::Bytes;
use clock::Clock;
use reqwest::Method;
use reqwest::header::{ETAG, HeaderMap, HeaderValue, LINK};
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;
use web::is_same_authority;

/// How many tags a page should have. Registries give fewer where they like.
const PAGE_LENGTH: usize = 1000;

/// The most images of an index whose configurations are read.
const PLATFORMS_MAX: usize = 32;

/// The header by which registries say which content they mean.
const CONTENT_DIGEST: &str = "docker-content-digest";

/// Asks registries. Cheap to clone; clones share connections, tokens and what is remembered.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    asking: Asking,
    remembered: Remembered,
}

/// How often a registry was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Its host.
    pub registry: String,
    /// Requests.
    pub requests: u64,
    /// Those that failed.
    pub failed: u64,
}

impl Client {
    /// A client that has asked nobody yet.
    #[must_use]
    pub fn new(options: Options, clock: &Clock) -> Self {
        let remembered = Remembered::new(options.limits);
        Client(Arc::new(Inner { asking: Asking::new(options, clock.clone()), remembered }))
    }

    /// How often registries were asked.
    #[must_use]
    pub fn counts(&self) -> Vec<Count> {
        let counts = self.0.asking.counts().into_iter();
        counts.map(|(registry, requests, failed)| Count { registry, requests, failed }).collect()
    }

    /// The repository's tags, in the registry's order. A registry that can say that nothing changed is asked just that.
    ///
    /// # Errors
    /// They cannot be had, or are too many.
    pub async fn tags(&self, repository: &Repository) -> Result<Arc<Vec<String>>, RegistryError> {
        self.listing(repository).await.map(|listing| listing.tags)
    }

    /// The same with what the registry says of them besides.
    ///
    /// # Errors
    /// As [`Client::tags`].
    pub async fn listing(&self, repository: &Repository) -> Result<Listing, RegistryError> {
        self.list(repository).await.map_err(|problem| problem.of(repository))
    }

    async fn list(&self, repository: &Repository) -> Result<Listing, Problem> {
        let known = self.0.remembered.tags(repository);
        let mut next = Some(repository.url(&format!("tags/list?n={PAGE_LENGTH}"))?);
        let (mut tags, mut created, mut etag, mut pages) = (Vec::new(), BTreeMap::new(), None, 0);
        let limits = &self.0.asking.options.limits;
        while let Some(url) = next.take() {
            pages += 1;
            let if_none_match = known.as_ref().filter(|_| pages == 1).and_then(|known| known.etag.clone());
            let question =
                Question { if_none_match, ..get(repository, url.clone(), "application/json", "the repository") };
            let answer = self.0.asking.ask(&question).await?;
            if let (true, Some(known)) = (answer.is_unchanged, &known) {
                return Ok(known.listing.clone());
            }
            next = next_page(&url, &answer.headers, &repository.registry.url)?;
            // What tells a state apart does so for a whole list only.
            etag = answer.headers.get(ETAG).cloned().filter(|_| pages == 1 && next.is_none());
            let page: Page =
                serde_json::from_slice(&answer.body).map_err(|_| protocol("a list of tags that is none"))?;
            page.read(&mut tags, &mut created);
            if tags.len() > limits.tags_max || pages > limits.pages_max {
                return Err(Problem::TooLarge { what: "tags of one repository", max: limits.tags_max as u64 });
            }
        }
        let listing = Listing { tags: Arc::new(tags), created: Arc::new(created) };
        self.0.remembered.keep_tags(repository, Listed { listing: listing.clone(), etag });
        Ok(listing)
    }

    /// The digest that a tag leads to now.
    ///
    /// # Errors
    /// It cannot be had.
    pub async fn digest(&self, repository: &Repository, tag: &str) -> Result<String, RegistryError> {
        self.head(repository, tag).await.map_err(|problem| problem.of(repository))
    }

    async fn head(&self, repository: &Repository, tag: &str) -> Result<String, Problem> {
        let (url, what) = (manifest_url(repository, tag)?, format!("tag {tag}"));
        let question = Question { method: Method::HEAD, ..get(repository, url, ACCEPT, &what) };
        match promised(&self.0.asking.ask(&question).await?.headers) {
            Some(digest) => Ok(digest),
            // Some registries say nothing before they are asked for all of it.
            None => self.manifest(repository, tag).await.map(|(digest, _)| digest),
        }
    }

    /// What is known of the version that a tag leads to now. Its manifests and configuration are held to their digests.
    ///
    /// # Errors
    /// It cannot be had, or is not what was promised.
    pub async fn build(&self, repository: &Repository, tag: &str) -> Result<Build, RegistryError> {
        let built = async {
            let digest = self.head(repository, tag).await?;
            self.build_of(repository, &digest).await
        };
        built.await.map_err(|problem| problem.of(repository))
    }

    /// The same of the version with this digest.
    ///
    /// # Errors
    /// As [`Client::build`].
    pub async fn build_by_digest(&self, repository: &Repository, digest: &str) -> Result<Build, RegistryError> {
        self.build_of(repository, digest).await.map_err(|problem| problem.of(repository))
    }

    async fn build_of(&self, repository: &Repository, digest: &str) -> Result<Build, Problem> {
        if let Some(build) = self.0.remembered.build(repository, digest) {
            return Ok(build);
        }
        let (digest, text) = self.manifest(repository, digest).await?;
        let manifest = Manifest::parse(&text)?;
        let mut build = Build { digest, created: None, platforms: Vec::new() };
        if manifest.manifests.is_some() {
            for (entry, platform) in manifest.images().take(PLATFORMS_MAX) {
                let (_, text) = self.manifest(repository, &entry.digest).await?;
                let config = self.config(repository, &Manifest::parse(&text)?).await?;
                build.created = build.created.max(config.created());
                build.platforms.push(platform);
            }
        } else {
            let config = self.config(repository, &manifest).await?;
            build.created = config.created();
            build.platforms.extend(config.platform());
        }
        self.0.remembered.keep_build(repository, &build);
        Ok(build)
    }

    async fn config(&self, repository: &Repository, manifest: &Manifest) -> Result<Config, Problem> {
        let config = manifest.config.as_ref().ok_or_else(|| protocol("a manifest without a configuration"))?;
        Config::parse(&self.blob(repository, &config.digest, "the image's configuration").await?)
    }

    /// A manifest by tag or digest, with its own digest, to which it was held.
    async fn manifest(&self, repository: &Repository, reference: &str) -> Result<(String, Bytes), Problem> {
        let (url, what) = (manifest_url(repository, reference)?, format!("manifest {reference}"));
        let Answer { headers, body, .. } = self.0.asking.ask(&get(repository, url, ACCEPT, &what)).await?;
        let found = digest_of(&body);
        let expected = if is_digest(reference) { Some(reference.to_owned()) } else { promised(&headers) };
        if let Some(expected) = expected {
            check("the manifest", &expected, &body)?;
        }
        Ok((found, body))
    }

    async fn blob(&self, repository: &Repository, digest: &str, what: &'static str) -> Result<Bytes, Problem> {
        if !is_digest(digest) {
            return Err(protocol("a digest that is not sha256: and 64 hexadecimal digits"));
        }
        let url = repository.url(&format!("blobs/{digest}"))?;
        let answer = self.0.asking.ask(&get(repository, url, "application/octet-stream, */*;q=0.5", what)).await?;
        check(what, digest, &answer.body)?;
        Ok(answer.body)
    }

    /// That somebody who has the key's other half has signed the version with this digest, as cosign does: found by the
    /// tag that follows from the digest, or by the registry's own list of what refers to it.
    ///
    /// # Errors
    /// Nobody has, or it cannot be told.
    pub async fn verify(&self, repository: &Repository, digest: &str, key: &CosignKey) -> Result<(), RegistryError> {
        self.check_signed(repository, digest, key).await.map_err(|problem| problem.of(repository))
    }

    async fn check_signed(&self, repository: &Repository, digest: &str, key: &CosignKey) -> Result<(), Problem> {
        let mut why = "there is none".to_owned();
        for reference in self.signed_by(repository, digest).await? {
            let (_, text) = match self.manifest(repository, &reference).await {
                Err(Problem::NotFound { .. }) => continue,
                found => found?,
            };
            for Signed { payload, signature } in signatures(&Manifest::parse(&text)?) {
                let payload = self.blob(repository, &payload, "what was signed").await?;
                match key.verify(&payload, signature.as_deref(), digest) {
                    Ok(()) => return Ok(()),
                    Err(found) => found.clone_into(&mut why),
                }
            }
        }
        Err(Problem::Signature { digest: digest.to_owned(), why })
    }

    /// Where signatures of an image may be: cosign's tag, and what the registry lists as referring to it.
    async fn signed_by(&self, repository: &Repository, digest: &str) -> Result<Vec<String>, Problem> {
        const REFERRERS_MAX: usize = 50;
        let hex = digest.strip_prefix("sha256:").filter(|_| is_digest(digest));
        let hex = hex.ok_or_else(|| protocol("a digest that is not sha256: and 64 hexadecimal digits"))?;
        let mut all = vec![format!("sha256-{hex}.sig")];
        let url = repository.url(&format!("referrers/{digest}"))?;
        let index = "application/vnd.oci.image.index.v1+json";
        match self.0.asking.ask(&get(repository, url, index, "what refers to the image")).await {
            // Registries of before the list say that there is no such thing, in several ways.
            Err(Problem::NotFound { .. } | Problem::Protocol { .. } | Problem::ServerFailed { .. }) => {}
            Err(problem) => return Err(problem),
            Ok(answer) => {
                let found = Manifest::parse(&answer.body).ok().and_then(|index| index.manifests).unwrap_or_default();
                let of_cosign = found.into_iter().filter(|entry| {
                    entry.artifact_type.contains("cosign") || entry.artifact_type.contains("sigstore.bundle")
                });
                all.extend(of_cosign.map(|entry| entry.digest).filter(|digest| is_digest(digest)).take(REFERRERS_MAX));
            }
        }
        Ok(all)
    }
}

fn get<'q>(repository: &'q Repository, url: Url, accept: &'static str, what: &'q str) -> Question<'q> {
    Question { repository, method: Method::GET, url, accept, if_none_match: None, what }
}

/// A reference becomes part of a path, so that it must be one segment.
fn manifest_url(repository: &Repository, reference: &str) -> Result<Url, Problem> {
    let is_tag =
        |text: &str| !text.starts_with('.') && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    if reference.is_empty() || !(is_digest(reference) || is_tag(reference)) {
        return Err(protocol(format!(
            "{:?} is neither a tag nor a digest",
            reference.chars().take(80).collect::<String>()
        )));
    }
    repository.url(&format!("manifests/{reference}"))
}

fn promised(headers: &HeaderMap<HeaderValue>) -> Option<String> {
    let text = headers.get(CONTENT_DIGEST)?.to_str().ok()?;
    is_digest(text).then(|| text.to_owned())
}

/// The page that a `Link` header names as the next; it stays with the registry.
fn next_page(from: &Url, headers: &HeaderMap<HeaderValue>, own: &Url) -> Result<Option<Url>, Problem> {
    let Some(link) = headers.get(LINK).and_then(|value| value.to_str().ok()) else { return Ok(None) };
    let target = link.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    let Some((target, rest)) = target else { return Ok(None) };
    if !rest.replace(['"', ' '], "").contains("rel=next") {
        return Ok(None);
    }
    let next = from.join(target).map_err(|_| protocol("the next page of tags is at no URL"))?;
    if next == *from {
        return Err(protocol("a page of tags names itself as the next"));
    }
    if is_same_authority(&next, own) {
        Ok(Some(next))
    } else {
        Err(protocol("the next page of tags is on another host"))
    }
}
